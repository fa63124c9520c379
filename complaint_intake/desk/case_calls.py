"""The call behind a case: listening to its recordings, and saying what it was."""

from uuid import UUID

from flask import Response, abort, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import RequestedRangeNotSatisfiable
from werkzeug.wsgi import FileWrapper

from complaint_intake.casework.access import Permission
from complaint_intake.casework.call_types import say_call_type
from complaint_intake.casework.case_view import open_recording
from complaint_intake.desk.case_page import do
from complaint_intake.desk.forms import CallTypeForm
from complaint_intake.desk.guard import blueprint, needs, staff
from complaint_intake.extensions import services
from complaint_intake.files.store import CHUNK
from complaint_intake.intake.models import CallType


@blueprint.get("/cases/<uuid:referral_id>/recordings/<uuid:recording_id>")
@needs(Permission.LISTEN)
def recording(referral_id: UUID, recording_id: UUID) -> ResponseReturnValue:
    """Listen to a recording, from any place in it. Each time it is opened is audited."""
    with services().db.unit_of_work() as session:
        found = open_recording(session, staff(), referral_id, recording_id)
    if found is None:
        abort(404)
    sound = services().files.open(found.id, found.key)
    response = Response(FileWrapper(sound, CHUNK), mimetype="audio/wav", direct_passthrough=True)
    response.headers["Content-Disposition"] = "inline"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "no-store"
    response.content_length = found.size_bytes
    try:
        # The player asks for parts when somebody goes back or forward in it.
        response.make_conditional(request, accept_ranges=True, complete_length=found.size_bytes)
    except RequestedRangeNotSatisfiable:
        sound.close()
        raise
    return response


@blueprint.post("/cases/<uuid:referral_id>/call-type")
@needs(Permission.TYPE_CALL)
def type_call(referral_id: UUID) -> ResponseReturnValue:
    form = CallTypeForm(request.form)
    return do(
        referral_id,
        "call_type",
        form,
        lambda session: say_call_type(
            session, staff(), referral_id, form.version.data, CallType(form.type.data)
        ),
        "What the call was is saved.",
    )
