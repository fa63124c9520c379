"""What the hotline answers to a text message, as marked English texts.

A telephone pays by the piece, of 70 characters where one of them is no Latin letter: short
sentences, nothing twice. No fact is in them, because others may read the screen.
"""


def N_(message: str) -> str:
    """Mark a text for translation and return it."""
    return message


# i18n: the answer to a text message, read on a telephone by someone who may be afraid.
WHO = N_(
    "This is the civil rights complaint line. We do not read text messages. We did not keep yours."
)
# The same words as on the pages.
DANGER = N_("In an emergency, call 911.")
# i18n: %(web)s is an address and stays last, without a mark behind it: telephones make it a link.
FILE = N_("To complain, call %(phone)s. Or open this page: %(web)s")
# i18n: %(languages)s is a list such as "1 English, 2 Español".
OTHER = N_("For another language, send its number: %(languages)s")
# i18n: STOP is the word to send and stays English.
STOP = N_("To get no more messages, send STOP.")
# i18n: one of six lines, behind the number and name of your language. Short: about 45 characters.
CHOOSE = N_("A complaint? Send %(key)s. An emergency? Call 911.")

#: Every text above.
ALL = (WHO, DANGER, FILE, OTHER, STOP, CHOOSE)
