"""Every hour: what the provider's lists have and we do not, because a webhook never came.

A call while this server was down, the recording that its caller left at the fallback text, and
the recording of a known call whose callback was lost.
"""

import datetime as dt
from typing import Any

from complaint_intake.db import utcnow
from complaint_intake.extensions import Services
from complaint_intake.intake.floods import marks_of
from complaint_intake.intake.unseen_calls import (
    CallTold,
    RecordingTold,
    known_calls,
    record_refused,
    settled_recordings,
    take_in_recording,
    write_unseen_call,
)
from complaint_intake.jobs.provider import Provider
from complaint_intake.telemetry import count_filed, log

#: How far back the lists are read: a server may be down for a weekend.
LOOK_BACK = dt.timedelta(days=3)
#: A recording may have been made late in a call that began before.
LONGEST_CALL = dt.timedelta(days=1)
#: Younger than that, its webhook may still be on the way.
GRACE = dt.timedelta(minutes=10)
#: Call states after which nothing more happens in a call.
_OVER = frozenset({"completed", "busy", "failed", "no-answer", "canceled"})


def find_unseen_calls(services: Services) -> int:
    """File what we never saw; returns how many calls and recordings that were.

    Each in a unit of work of its own, and each known the next time. Only with the operator's
    account at the provider.
    """
    provider = Provider.of(services.settings)
    if provider is None:
        return 0
    since = utcnow() - LOOK_BACK
    calls = _calls_to_us(services, provider, since - LONGEST_CALL)
    over = {sid: told for sid, call in calls.items() if (told := _told(call))}
    recordings = [
        one
        for one in provider.list_recordings(date_created_after=since)
        # Not of a call that still goes on, or ended just now.
        if one.call_sid in over or one.call_sid not in calls
    ]
    count = _take_in_recordings(services, provider, recordings, over)
    with_sound = {one.call_sid for one in recordings if one.status not in ("absent", "deleted")}
    return count + _write_calls(
        services, [told for sid, told in over.items() if sid not in with_sound]
    )


def _calls_to_us(services: Services, provider: Provider, since: dt.datetime) -> dict[str, Any]:
    numbers = sorted(services.settings.hotline_numbers)
    lists = [provider.list_calls(to=number, start_time_after=since) for number in numbers]
    if not numbers:
        lists = [provider.list_calls(start_time_after=since)]
    return {call.sid: call for each in lists for call in each if call.direction == "inbound"}


def _told(call: Any) -> CallTold | None:
    """What the list has of a call that is over; None of one that is not, or only just."""
    started = call.start_time or call.date_created
    ended = call.end_time or started
    if call.status not in _OVER or ended is None or ended > utcnow() - GRACE:
        return None
    return CallTold(call.sid, started, ended, _whole(call.duration))


def _take_in_recordings(
    services: Services, provider: Provider, recordings: list[Any], over: dict[str, CallTold]
) -> int:
    with services.db.reading() as session:
        settled = settled_recordings(session, [one.sid for one in recordings])
    count = 0
    for one in recordings:
        made = one.date_created
        is_young = made is not None and made > utcnow() - GRACE
        if one.sid in settled or is_young or one.status not in ("completed", "absent"):
            continue
        told = RecordingTold(one.sid, one.call_sid, one.status, _whole(one.duration))
        try:
            with services.db.unit_of_work() as session:
                taken = take_in_recording(session, told, over.get(one.call_sid))
            if taken.refused_by is not None:
                provider.delete_recording(one.sid)
                with services.db.unit_of_work() as session:
                    record_refused(session, taken.refused_by)
        except Exception as problem:  # holds up no other
            log.error("recording not taken in", exc_info=problem)
            continue
        count += taken.changed or taken.refused_by is not None
        if taken.filed:
            filed = taken.filed
            count_filed(filed.channel, filed.priority, marks_of(filed))
            log.warning("unseen call filed", complaint=str(filed.id))
    return count


def _write_calls(services: Services, calls: list[CallTold]) -> int:
    with services.db.reading() as session:
        known = known_calls(session, [told.sid for told in calls])
    count = 0
    for told in calls:
        if told.sid in known:
            continue
        try:
            with services.db.unit_of_work() as session:
                count += write_unseen_call(session, told)
        except Exception as problem:
            log.error("unseen call not written", exc_info=problem)
    return count


def _whole(text: Any) -> int | None:
    return int(text) if text is not None and str(text).isascii() and str(text).isdigit() else None
