"""Errors that more than one package raises or answers."""


class ComplaintIntakeError(Exception):
    """Base of every error the product raises on purpose; its text holds no personal data."""


class ConfigurationError(ComplaintIntakeError):
    """A setting is missing or wrong; the message names the setting and what would be right."""


class Conflict(ComplaintIntakeError):
    """Somebody else changed the record first; nothing was written."""


class NotPermitted(ComplaintIntakeError):
    """The signed-in person may not do this. Shown as "not found", so that it tells nothing."""


class RecordDestroyed(ComplaintIntakeError):
    """The complaint's data key was destroyed: its sealed contents cannot be read again."""
