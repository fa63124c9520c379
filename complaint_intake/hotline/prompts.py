"""Everything the hotline says, as marked English texts; the catalogues hold the other languages.

Short sentences in plain words: each text stays under 300 characters, because what a voice may be
given is limited (4,500 characters when URL-encoded, nine for one Chinese character). The name of a
constant in small letters is the prompt's id: recordings that replace a voice are named by it.
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
KEYS = N_(
    "At any time: press 9 to hear this again. Press star to go back. Press 0 for a person. "
    "If someone is in danger, press 8."
)

MENU_FIRST = N_(
    "If someone is very sick or being hurt, or a child is alone, press 1. "
    "If you are or may be a U.S. citizen, press 2. "
    "If you are a victim or a witness of a crime, press 3."
)
MENU_SECOND = N_(
    "For a complaint about immigration officers or guards, press 4. "
    "About police or a local jail, press 5. "
    "About care, language, disability or conditions where you are held, press 6. "
    "To find a person, or for a complaint you made before, press 7."
)
SERVICES = N_("To find a person, press 1. For a complaint you made before, press 2.")

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

HAS_A_NUMBER = N_("Do you have an A-number? It is on papers from immigration.")
A_NUMBER = N_("Enter the 7, 8 or 9 digits of your A-number. Then press pound.")
A_NUMBER_CHECK = N_(
    "Your A-number is: %(a_number)s. If it is right, press 1. To change it, press 2."
)
# i18n: the notice is the poster or sheet about this hotline that hangs where people are held.
HAS_PLACE_NUMBER = N_("Does the notice show a number for the place where you are?")
FACILITY = N_("Enter the number of this place. Then press pound.")
FACILITY_FOUND = N_("You chose %(facility)s.")
FACILITY_NOT_FOUND = N_("We do not find that number. We wrote it down.")
# i18n: said after "Then press pound." where a number is typed: only these two keys are commands.
DIGITS_BACK = N_("To go back, press star, then pound.")

MAY_RECORD = N_("You can tell us more in your own words. May we record your voice?")
SAY_NAME = N_(
    "After the tone, please say your full name and where you are. Press pound at the end."
)
REACH = N_("Is there a phone number outside where we may reach you, or someone you trust?")
CONTACT_NUMBER = N_("Enter that phone number with its area code. Then press pound.")
CONTACT_CHECK = N_(
    "The phone number is: %(contact)s. If it is right, press 1. To change it, press 2."
)
WHOSE_NUMBER = N_(
    "If it is your own phone, press 1. If it is the phone of another person, press 2."
)
SAY_CONTACT = N_("After the tone, please say the name of that person. Press pound at the end.")
MESSAGE_SAFE = N_("Is it safe for you if we leave a message on this phone?")
TELL_SAFE = N_("Is it safe for you if this person learns that you complained?")
TEXT_ME = N_("May we send your case number to this phone as a text message?")
TELL_STORY = N_(
    "Now you can tell us what happened, for up to 3 minutes. To start, press 1. "
    "To go on without it, press 2."
)
SPEAK = N_("Please speak after the tone. Press pound at the end.")
STATEMENT_KEPT = N_("We saved your message. To go on, press 1. To say it again, press 2.")
SAVED = N_("Thank you. We saved your message.")

NOT_RECORDED = N_("We do not record you. You get the same help.")
# i18n: %(web)s and %(mail)s are addresses.
OTHER_WAYS = N_("You can tell us more on the web at %(web)s. Or write by mail to %(mail)s.")
# i18n: speech recognition: what is said becomes text, and the sound is not kept.
WRITE_DOWN = N_(
    "A machine of the phone company can write down short answers. It does not keep your voice. "
    "To answer that way, press 1. To go on without it, press 2."
)
WRITE_NAME = N_("Please say your full name and where you are.")
WRITE_STORY = N_("Please say in a few words what happened.")
WRITTEN = N_("Thank you. We wrote it down.")

CASE_NUMBER = N_("Please write this down. Your case number is: %(case_number)s.")
PIN = N_("Your PIN is: %(pin)s. Tell your PIN to no one.")
ONCE_MORE = N_("Once more. Your case number is: %(case_number)s. Your PIN is: %(pin)s.")
AGAIN_OR_GO_ON = N_("To hear the numbers again, press 9. To go on, press 1.")
GOODBYE = N_("Thank you for calling. Goodbye.")

CALLING_PERSON = N_("Please wait. We are calling a person for you.")
PERSON_ICE = N_(
    "The person who can answer now works for ICE. To be connected, press 1. If not, press 2."
)
PERSON_LEFT = N_("You are back at the complaint line. We go on with the questions.")
NO_PERSON = N_(
    "No person can take your call now. We will go on with the questions, "
    "so that your complaint is not lost."
)
# i18n: Eastern time is the clock of New York and Washington.
NO_INTERPRETER = N_(
    "There is no interpreter from midnight to 7 in the morning, Eastern time. "
    "Please leave a message in your language. A person will listen to it by 8 in the morning."
)
# i18n: keep the English name of the office beside yours.
TRANSFER_LESC = N_(
    "We have your complaint. We can also connect you now with the ICE Law Enforcement Support "
    "Center. The people who answer work for ICE. To be connected, press 1. If not, press 2."
)
# i18n: keep the English name of the office beside yours. CBP is the border agency.
TRANSFER_JIC = N_(
    "We have your complaint. We can also connect you now with the Joint Intake Center. "
    "The people who answer work for ICE and CBP. To be connected, press 1. If not, press 2."
)
CONNECTING = N_("Please wait. We are connecting you.")
NOT_CONNECTED = N_(
    "No one answered there. Your complaint is not lost: our staff works on it. "
    "With your case number and PIN you can call us again."
)
TRANSFER_ENDED = N_("You are back at the complaint line. Your complaint stays with us.")

STATUS_NUMBER = N_("Enter the 10 digits of your case number. Then press pound.")
STATUS_PIN = N_("Enter the 8 digits of your PIN. Then press pound.")
STATUS_WRONG = N_("The number and the PIN do not fit together. Please check both.")
# i18n: %(number)s is 2 or more.
STATUS_SECONDS = N_("Please wait %(number)s seconds. Then try again.")
# i18n: %(number)s is 2 or more.
STATUS_MINUTES = N_("Please wait %(number)s minutes. Then try again.")
STATUS_RECEIVED = N_("We received your complaint. Nobody has answered it yet.")
STATUS_IN_REVIEW = N_("A person is working on your complaint.")
STATUS_SENT_ON = N_("We sent your complaint to the office that can work on it.")
STATUS_NEEDS_ANSWER = N_("We need more information from you. Please listen to our message.")
STATUS_CLOSED = N_("The work on your complaint has ended.")
STATUS_WITHDRAWN = N_("You took your complaint back. Nobody works on it now.")
STATUS_NOT_SENT = N_(
    "You saved this complaint, but it is not sent yet. You can finish it on the web."
)
NO_MESSAGE = N_("There is no message for you.")
MESSAGE = N_("Here is a message for you.")
# i18n: %(web)s is an address.
MESSAGE_CUT = N_("The message is longer. You can read all of it on the web at %(web)s.")
STATUS_MENU = N_(
    "To add something, press 1. To make a new complaint, press 2. "
    "To hear this again, press 9. To end the call, hang up."
)
PIN_SAID = N_("Please keep your PIN secret. Please say it again without the PIN.")
ADDED = N_("Thank you. We added it to your complaint.")

NO_KEY = N_("We did not hear a key.")
NO_WORDS = N_("We did not hear you.")
WRONG_KEY = N_("That is not one of the choices.")
WRONG_DIGITS = N_("That number is too short or too long.")

OUT_OF_ORDER = N_(
    "We cannot take your call now. To leave a message that we record, press any key. "
    "Or call again in a few minutes."
)
OUT_OF_ORDER_SPEAK = N_(
    "After the tone, say your name, where you are and what happened. Press pound at the end."
)

#: Prompt id → text, for all of the above.
ALL = {
    name.lower(): value
    for name, value in list(globals().items())
    if name.isupper() and isinstance(value, str)
}
#: Text → prompt id.
IDS = {text: name for name, text in ALL.items()}
