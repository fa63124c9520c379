"""Columns whose plaintext never reaches the database.

A record class names its owner complaint and declares ``name = Sealed("name_sealed")`` beside a
plain ``LargeBinary`` column. Reading decrypts, assigning encrypts, under the complaint's data key
with table, row and column as associated data: a value copied to another row does not open.
"""

import json
import uuid
from typing import Any, Generic, Protocol, TypeVar, overload

from complaint_intake.security.keys import Cipher

T = TypeVar("T")


class SealedOwner(Protocol):
    """What a class with sealed columns offers."""

    __tablename__: str
    id: uuid.UUID

    @property
    def data_key(self) -> Cipher: ...


def associated_data(table: str, id: uuid.UUID, column: str) -> bytes:
    """Return what a sealed value is bound to: the very place it is stored at."""
    return f"{table}:{id}:{column}".encode()


class Sealed(Generic[T]):
    """Descriptor over an encrypted column; the value is any JSON value, or None for NULL."""

    def __init__(self, column: str) -> None:
        self.column = column

    @overload
    def __get__(self, row: None, owner: type) -> "Sealed[T]": ...
    @overload
    def __get__(self, row: Any, owner: type) -> T | None: ...
    def __get__(self, row: Any, owner: type) -> "Sealed[T] | T | None":
        if row is None:
            return self
        blob = getattr(row, self.column)
        if blob is None:
            return None
        value: T = json.loads(row.data_key.open(blob, self._associated(row)))
        return value

    def __set__(self, row: Any, value: T | None) -> None:
        if value is None:
            setattr(row, self.column, None)
            return
        plaintext = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
        setattr(row, self.column, row.data_key.seal(plaintext, self._associated(row)))

    def _associated(self, row: SealedOwner) -> bytes:
        return associated_data(row.__tablename__, row.id, self.column)
