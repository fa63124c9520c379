"""Opening a file of a case: always as a download, never shown inside the desk."""

from urllib.parse import quote
from uuid import UUID

from flask import Response, abort, request
from flask.typing import ResponseReturnValue

from complaint_intake.casework.access import Permission
from complaint_intake.casework.case_files import FileToRead, OriginalReason
from complaint_intake.casework.case_view import open_file
from complaint_intake.desk.case_page import show_case
from complaint_intake.desk.forms import OriginalForm
from complaint_intake.desk.guard import blueprint, needs, staff
from complaint_intake.extensions import services


@blueprint.get("/cases/<uuid:referral_id>/files/<uuid:file_id>")
@needs(Permission.VIEW_CASE)
def file(referral_id: UUID, file_id: UUID) -> ResponseReturnValue:
    """Open a file, of a picture the safe copy. Opening it is audited."""
    return _download(referral_id, file_id, None)


@blueprint.post("/cases/<uuid:referral_id>/originals")
@needs(Permission.OPEN_ORIGINAL)
def original(referral_id: UUID) -> ResponseReturnValue:
    """Open the original of a picture as evidence, with a reason that the audit keeps."""
    form = OriginalForm(request.form)
    if not form.validate():
        return show_case(referral_id, 422, original=form)
    return _download(referral_id, UUID(form.file.data), OriginalReason(form.reason.data))


def _download(referral_id: UUID, file_id: UUID, reason: OriginalReason | None) -> Response:
    with services().db.unit_of_work() as session:
        found = open_file(session, staff(), referral_id, file_id, reason)
    if found is None:
        abort(404)
    response = Response(
        services().files.read(found.id, found.key), mimetype="application/octet-stream"
    )
    response.headers["Content-Disposition"] = _disposition(found)
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def _disposition(found: FileToRead) -> str:
    # RFC 8187: a header cannot hold other letters than Latin-1 as they are.
    return f"attachment; filename*=UTF-8''{quote(found.name or 'file', safe='')}"
