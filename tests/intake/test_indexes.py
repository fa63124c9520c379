"""Nothing scans a table to find what belongs to a record."""

import importlib
import pkgutil

import pytest
from sqlalchemy import UniqueConstraint

import complaint_intake
from complaint_intake.db import Base

for module in pkgutil.walk_packages(complaint_intake.__path__, "complaint_intake."):
    if module.name.rpartition(".")[2] in ("models", "accounts", "identifiers"):
        importlib.import_module(module.name)

OWNED = [
    pytest.param(key, id=f"{table.name}.{key.parent.name}")
    for table in Base.metadata.sorted_tables
    for key in table.foreign_keys
    if key.ondelete == "CASCADE"
]


@pytest.mark.parametrize("key", OWNED)
def test_what_goes_with_a_record_is_found_by_an_index(key):
    """Reading a case and deleting a draft both look for it; a scan grows with the data."""
    table = key.parent.table
    first = [next(iter(index.columns)) for index in table.indexes]
    first += [
        next(iter(constraint.columns))
        for constraint in (table.primary_key, *table.constraints)
        if constraint is table.primary_key or isinstance(constraint, UniqueConstraint)
    ]
    first += [column for column in table.columns if column.unique]
    assert key.parent in first
