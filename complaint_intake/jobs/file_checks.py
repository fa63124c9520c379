"""What the worker does with each file: has it scanned, and makes the safe copy of a picture.

And with what nothing names: a file whose upload was killed before its record was committed.
"""

import datetime as dt
import uuid

from complaint_intake.extensions import Services
from complaint_intake.files import clamd
from complaint_intake.files.safe_copy import CopyFailed, NoPicture, make_copy
from complaint_intake.intake.attachments import (
    COPY_TRIES,
    FileToCheck,
    count_unchecked_files,
    has_unchecked_files,
    named_files,
    postpone,
    record_copy,
    record_scan,
    take_file,
)
from complaint_intake.intake.recording_work import stored_recordings
from complaint_intake.telemetry import FILES_WAITING, log

#: How long a file may be in the store before it must have a record.
UNNAMED = dt.timedelta(hours=24)
_AT_ONCE = 500
#: So many files without a record happen; more mean that folder and database belong to two systems.
_BELIEVABLE = 20


def check_next_file(services: Services) -> bool:
    """Scan and copy the file that has waited longest; False where none is due.

    Slow, and never inside a transaction.
    """
    scanning = services.settings.scans_files
    with services.db.reading() as session:
        FILES_WAITING.set(count_unchecked_files(session, scanning=scanning))
        if not has_unchecked_files(session, scanning=scanning):
            return False
    with services.db.unit_of_work() as session:
        file = take_file(session, scanning=scanning)
    if file is None:
        return False
    try:
        if _is_clean(services, file) and file.wants_copy:
            _copy(services, file)
    except Exception as problem:
        code = problem.code if isinstance(problem, clamd.ScanFailed) else "unreadable"
        log.warning("file not checked", kind=code, exc_info=problem)
        with services.db.unit_of_work() as session:
            postpone(session, file.id, code)
    return True


def _is_clean(services: Services, file: FileToCheck) -> bool:
    if not file.wants_scan:
        return True
    content = services.files.read(file.id, file.key)
    signature = clamd.scan(services.settings.clamd_address, content)
    if signature:
        log.warning("infected file", kind=file.media_type)
    with services.db.unit_of_work() as session:
        record_scan(session, file.id, signature)
    return signature is None


def _copy(services: Services, file: FileToCheck) -> None:
    writer = services.files.copy_writer()
    try:
        content = services.files.read(file.id, file.key)
        make_copy(content, file.media_type, writer.write)
        stored = writer.keep("", file.media_type)
        made: tuple[uuid.UUID, bytes, int] | None = (stored.id, stored.key, stored.size_bytes)
    except NoPicture:
        made = None
    except CopyFailed:
        with services.db.unit_of_work() as session:
            if postpone(session, file.id, "copy_failed") < COPY_TRIES:
                return
        made = None
    finally:
        writer.close()
    is_named = False
    try:
        with services.db.unit_of_work() as session:
            is_named = record_copy(session, file.id, made)
    finally:
        if made and not is_named:
            services.files.discard(made[0])


def sweep_stored_files(services: Services) -> int:
    """Remove old files that no record names, and let the others no longer tell when they came.

    Returns how many were removed. An upload under way is younger than that.
    """
    old = list(services.files.older_than(UNNAMED))
    unnamed: list[uuid.UUID] = []
    with services.db.reading() as session:
        # After the list, so that each file on it that a recording names is among them.
        recordings = stored_recordings(session)
    for start in range(0, len(old), _AT_ONCE):
        batch = old[start : start + _AT_ONCE]
        with services.db.reading() as session:
            named = named_files(session, batch) | recordings.intersection(batch)
        unnamed += [one for one in batch if one not in named]
        for file_id in named:
            services.files.forget_time(file_id)
    if len(unnamed) > max(_BELIEVABLE, len(old) // 2):
        log.error("files and database do not belong together", count=len(unnamed))
        return 0
    for file_id in unnamed:
        services.files.discard(file_id)
    return len(unnamed)
