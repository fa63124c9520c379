"""What the worker does with each recording: brings it into our store, then off the provider's.

The provider's copy is deleted only after ours is on the disk, checked and committed, and that it
is gone is asked for again. Each step is tried until it succeeds.
"""

from complaint_intake.extensions import Services
from complaint_intake.files.store import DamagedFile, SealedWriter
from complaint_intake.files.wav import NoSound, SoundChecker
from complaint_intake.intake.recording_work import (
    RecordingTaken,
    forget_file,
    has_due_recordings,
    put_off,
    record_fetched,
    record_lost,
    record_removed,
    take_recording,
)
from complaint_intake.jobs.provider import NotThere, Provider, ProviderProblem
from complaint_intake.telemetry import log

#: How far the length of the sound may be from what the provider told, in seconds.
TOLERANCE = 2.0
#: Said of a recording that will never have any sound.
_NOTHING = frozenset({"absent", "failed", "deleted"})


def work_on_next_recording(services: Services) -> bool:
    """Fetch or remove the recording that has waited longest; False where none is due.

    Slow, and never inside a transaction. Without the operator's account nothing is touched.
    """
    with services.db.reading() as session:
        if not has_due_recordings(session):
            return False
    provider = Provider.of(services.settings)
    if provider is None:
        return False
    with services.db.unit_of_work() as session:
        taken = take_recording(session)
    if taken is None:
        return False
    try:
        if _has_it(services, provider, taken):
            provider.delete_recording(taken.sid)
            with services.db.unit_of_work() as session:
                record_removed(session, taken.id)
    except ProviderProblem as problem:
        _put_off(services, taken, problem.code)
    except Exception as problem:
        log.error("recording not handled", exc_info=problem)
        _put_off(services, taken, "error")
    return True


def _put_off(services: Services, taken: RecordingTaken, code: str) -> None:
    with services.db.unit_of_work() as session:
        attempts = put_off(session, taken.id, code)
    log.warning("recording put off", kind=code, attempts=attempts)


def _has_it(services: Services, provider: Provider, taken: RecordingTaken) -> bool:
    """Whether the recording is in our store, whole; fetches it where it is not."""
    if taken.stored is None:
        return _fetch(services, provider, taken)
    file_id, key, size = taken.stored
    try:
        if sum(len(piece) for piece in services.files.read(file_id, key)) == size:
            return True
    except (DamagedFile, OSError) as problem:
        log.error("stored recording does not open", exc_info=problem)
    with services.db.unit_of_work() as session:
        forget_file(session, taken.id)
    raise ProviderProblem("unreadable")


def _fetch(services: Services, provider: Provider, taken: RecordingTaken) -> bool:
    writer = services.files.copy_writer()
    is_named = False
    try:
        checker = _receive(provider, taken, writer)
        try:
            stored = writer.keep("", "audio/wav")
        except OSError:
            raise ProviderProblem("no_room") from None
        try:
            with services.db.unit_of_work() as session:
                is_named = record_fetched(session, taken.id, stored, round(checker.seconds))
        finally:
            if not is_named:
                services.files.discard(stored.id)
    except NotThere:
        _lose_or_wait(services, provider, taken)
    finally:
        writer.close()
    return is_named


def _receive(provider: Provider, taken: RecordingTaken, writer: SealedWriter) -> SoundChecker:
    """Let the sound flow into the sealed file, and check it; raises ProviderProblem."""
    checker = SoundChecker()

    def write(piece: bytes) -> None:
        checker.feed(piece)
        writer.write(piece)
        if writer.trouble:
            raise ProviderProblem("no_room")

    try:
        provider.fetch_sound(taken.sid, write)
        checker.finish()
    except NoSound as problem:
        raise ProviderProblem(problem.code) from None
    if taken.seconds is not None and abs(checker.seconds - taken.seconds) > TOLERANCE:
        raise ProviderProblem("wrong_duration")
    return checker


def _lose_or_wait(services: Services, provider: Provider, taken: RecordingTaken) -> None:
    """There is no sound: it is lost if the provider has no record of it, or of nothing in it.

    Just after a call the record is there before the sound is.
    """
    status = provider.recording_status(taken.sid)
    if status not in _NOTHING:
        raise ProviderProblem("no_sound_yet")
    with services.db.unit_of_work() as session:
        record_lost(session, taken.id, "not_found" if status == "deleted" else status)
    log.error("recording lost", kind=status)
