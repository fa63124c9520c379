"""A call to the running server, over HTTP."""

from sqlalchemy import select

from tests.support.phone import Line, Phone, check_document


def test_call_to_the_running_server_is_filed(live_server):
    from complaint_intake.db import Database
    from complaint_intake.intake.models import CallRecord

    line = Line.to_server(live_server.url, live_server.var_dir)
    phone = Phone(line).dial().press("5", "2", "2", "3", "1", "2", "2").tell(30)
    assert not phone.is_over
    phone.wait().hang_up()
    assert phone.is_over
    check_document(line.send("/voice/fallback", phone.common()).text)
    database = Database(f"sqlite:///{live_server.var_dir / 'complaints.sqlite3'}")
    with database.reading() as session:
        call = session.scalars(
            select(CallRecord).where(CallRecord.call_sid == phone.call_sid)
        ).one()
        assert (call.state, call.complaint.state, call.complaint.priority) == (
            "completed",
            "filed",
            "P0",
        )
        assert call.complaint.language == "zh"
    database.dispose()
    # Nobody's number and nobody's words in the log.
    assert "5555550199" not in live_server.log()


def test_forged_call_to_the_running_server_is_refused(live_server):
    line = Line.to_server(live_server.url, live_server.var_dir)
    line.token = "guessed"
    assert line.send("/voice/incoming", Phone(line).common()).status == 403
