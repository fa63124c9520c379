"""How a person may be reached: each way to them, and what they said about it being safe.

Someone else may answer the telephone, read the e-mail or open the letter: an abuser, or the staff
of a jail. So a way counts as safe after a plain yes only; no answer is no.
"""

from collections.abc import Mapping
from enum import StrEnum

YES = "yes"


class Method(StrEnum):
    """How a person wants to hear from us; several may be chosen. None of it says what is safe."""

    CALL = "call"
    TEXT = "text"
    EMAIL = "email"
    MAIL = "mail"
    OTHER = "other"
    #: They come back with their number and PIN.
    NONE = "none"


class Way(StrEnum):
    """What one may do to reach a person; the value is the answer that must be a yes."""

    CALL = "safe_phone"
    LEAVE_MESSAGE = "safe_message"
    TEXT = "safe_text"
    EMAIL = "safe_email"
    MAIL = "safe_mail"
    FACILITY = "safe_facility"
    TELL_OTHER = "safe_other"


#: What is told of how to reach someone → the ways that use it. ``safe_facility`` is a way itself:
#: the address is that of the place where the person is held.
NEEDS: dict[str, tuple[Way, ...]] = {
    "phone": (Way.CALL, Way.LEAVE_MESSAGE, Way.TEXT),
    "email": (Way.EMAIL,),
    "address": (Way.MAIL,),
    "other_contact": (Way.TELL_OTHER,),
    "safe_facility": (Way.FACILITY,),
}


def is_safe(contact: Mapping[str, str], way: Way) -> bool:
    """Whether the person said yes to this way."""
    return contact.get(way) == YES
