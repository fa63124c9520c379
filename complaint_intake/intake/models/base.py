"""What every record that belongs to a complaint shares: its key and its sealed columns."""

import uuid
from typing import Any

from sqlalchemy.orm import object_session

from complaint_intake.db import new_id
from complaint_intake.security.keys import Cipher


class SealedRecord:
    """Mixin for rows whose sealed columns open with their complaint's data key.

    ``complaint`` and ``id`` are set before any other value, because sealing needs both.
    """

    id: Any
    complaint: Any

    def __init__(self, *, complaint: Any, id: uuid.UUID | None = None, **values: Any) -> None:
        self.id = id or new_id()
        self.complaint = complaint
        for name, value in values.items():
            if not hasattr(type(self), name):
                raise TypeError(f"{type(self).__name__} has no column {name}")
            setattr(self, name, value)
        session = object_session(complaint)
        if session is not None:
            session.add(self)

    @property
    def data_key(self) -> Cipher:
        """The cipher of the complaint this row belongs to."""
        key: Cipher = self.complaint.data_key
        return key
