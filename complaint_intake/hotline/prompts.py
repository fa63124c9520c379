"""Everything the hotline says, as marked English texts; the catalogues hold the other languages.

Short sentences in plain words: each text stays under 300 characters, because what a voice may be
given is limited (4,500 characters when URL-encoded, nine for one Chinese character).
"""


def N_(message: str) -> str:
    """Mark a text for translation and return it."""
    return message


# i18n: spoken in your language's own voice: name your language here, not English.
LANGUAGE = N_("For service in English, press %(key)s.")

# i18n: heard before anything is asked; ICE is the immigration police and keeps its English name.
MONITORED = N_(
    "This is the civil rights complaint line. Phones in detention may be monitored. "
    "ICE staff may hear or read what you say. No one may punish you for complaining."
)
KEYS = N_("At any time: press 9 to hear this again. Press star to go back. Press 0 for a person.")

MENU_FIRST = N_(
    "If someone is very sick or being hurt, or a child is alone, press 1. "
    "If you are or may be a U.S. citizen, press 2. "
    "If you are a victim or a witness of a crime, press 3."
)
MENU_SECOND = N_(
    "For a complaint about immigration officers or guards, press 4. "
    "About police or a local jail, press 5. "
    "About care, language, disability or conditions where you are held, press 6. "
    "To find a person, press 7."
)

EMERGENCY_SENT = N_(
    "We sent your emergency to our staff now. If you can do it safely, also call 911."
)
EMERGENCY_WHAT = N_(
    "If someone is very sick, press 1. If an officer or guard is hurting someone, press 2. "
    "If a child is alone, press 3. For another danger, press 4."
)
VICTIM_OR_WITNESS = N_("If you are a victim of a crime, press 1. If you are a witness, press 2.")
OFFICER_WHAT = N_(
    "If someone was hurt, press 1. If it was sexual, press 2. "
    "For threats or pressure to sign papers, press 3. "
    "If money or things were taken, press 4. For something else, press 5."
)
OFFICER_WHO = N_(
    "Who did it? For immigration officers, press 1. "
    "For Border Patrol or officers at a border or airport, press 2. "
    "For guards where immigration holds people, press 3. If you do not know, press 4."
)
LOCAL_WHAT = N_(
    "If you were kept in jail after your release date, press 1. "
    "If you were stopped or arrested because of your looks or language, press 2. "
    "If someone was hurt, press 3. For something else, press 4."
)
CARE_WHAT = N_(
    "If someone is sick or hurt and gets no care, press 1. For help with language, press 2. "
    "For help with a disability, press 3. For food, cold, dirt, or being kept alone, press 4."
)

WHERE_HELD = N_(
    "Where are you held? In immigration detention, press 1. "
    "In a local jail with an immigration hold, press 2. If you are not held, press 3. "
    "By Border Patrol or at a border, press 4. If you do not know, press 5."
)
IMMIGRATION_HOLD = N_("Is there an immigration hold on you?")
REMOVAL = N_("Will they move you, or send you out of the country, within 3 days?")
STILL_GOING_ON = N_("Is it still going on?")
LAST_SEVEN_DAYS = N_("Did it happen in the last 7 days?")
LAST_FIVE_DAYS_OR_NEAR = N_("Did it happen in the last 5 days, or is that person still near you?")
TELL_IMMIGRATION = N_("May we tell immigration that you complained?")
YES_NO = N_("For yes, press 1. For no, press 2.")
YES_NO_UNKNOWN = N_("For yes, press 1. For no, press 2. If you do not know, press 3.")

# i18n: the notice is the poster or sheet about this hotline that hangs where people are held.
FACILITY = N_(
    "If the notice shows a number for this place, enter it, then press pound. "
    "To go on without it, press 1, then pound."
)
FACILITY_FOUND = N_("You chose %(facility)s.")
FACILITY_NOT_FOUND = N_("We do not find that number. We wrote it down.")
A_NUMBER = N_(
    "If you have an A-number, enter its 7, 8 or 9 digits, then press pound. "
    "To go on without it, press 1, then pound."
)
A_NUMBER_CHECK = N_(
    "Your A-number is: %(a_number)s. If it is right, press 1. To change it, press 2."
)

MAY_RECORD = N_("You can tell us more in your own words. May we record your voice?")
SPEAK = N_(
    "Please speak after the tone, for up to 3 minutes. Say your name, where you are and what "
    "happened. Press pound at the end."
)
SAVED = N_("Thank you. We saved your message.")
NOT_RECORDED = N_("We do not record you. You get the same help.")
# i18n: %(web)s and %(mail)s are addresses.
OTHER_WAYS = N_("You can tell us more on the web at %(web)s. Or write by mail to %(mail)s.")
CASE_NUMBER = N_("Please write this down. Your case number is: %(case_number)s.")
PIN = N_("Your PIN is: %(pin)s. Tell your PIN to no one.")
ONCE_MORE = N_("Once more. Your case number is: %(case_number)s. Your PIN is: %(pin)s.")
AGAIN_OR_END = N_("To hear the numbers again, press 9. To end the call, hang up.")
GOODBYE = N_("Thank you for calling. Goodbye.")

NO_PERSON = N_(
    "No person can take your call now. We will go on with the questions, "
    "so that your complaint is not lost."
)
NO_KEY = N_("We did not hear a key.")
NO_WORDS = N_("We did not hear you.")
WRONG_KEY = N_("That is not one of the choices.")
WRONG_DIGITS = N_("That number is too short or too long.")

OUT_OF_ORDER = N_("We cannot take your call now. Please call again in a few minutes.")

#: Every text above.
ALL = tuple(
    value for name, value in list(globals().items()) if name.isupper() and isinstance(value, str)
)
