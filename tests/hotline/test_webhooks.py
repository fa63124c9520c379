"""Who may call the webhooks: only the provider, for our address, our account and our number."""

import pytest
from flask import Flask

from complaint_intake import create_app, telemetry
from complaint_intake.intake.models import CallRecord, Complaint
from tests.support.phone import Line, Phone, check_document

PATHS = ["/voice/incoming", "/voice/turn/1", "/voice/status", "/voice/recording"]


def rows(app: Flask) -> int:
    from sqlalchemy import func, select

    with app.extensions["complaint_intake"].db.reading() as session:
        return sum(
            session.scalar(select(func.count()).select_from(table))
            for table in (CallRecord, Complaint)
        )


def fields_of(line, **changed):
    fields = Phone(line).common() | {"CallStatus": "completed"} | changed
    return [(name, value) for name, value in fields.items() if value is not None]


def counted() -> float:
    return telemetry.SIGNATURE_FAILURES._value.get()


def refused(app, line, path, fields, **headers):
    before = counted()
    answered = line.post(path, fields, headers)
    assert answered.status == 403
    assert counted() == before + 1
    assert rows(app) == 0
    return answered


@pytest.mark.parametrize("path", PATHS)
def test_unsigned_webhook_is_refused_and_leaves_nothing(app, line, path):
    refused(app, line, path, fields_of(line))


@pytest.mark.parametrize("path", PATHS)
def test_signature_with_another_token_is_refused(app, line, path):
    fields = fields_of(line)
    signature = line.sign(path, fields, token="another token")
    refused(app, line, path, fields, **{"X-Twilio-Signature": signature})


@pytest.mark.parametrize("path", PATHS)
def test_signature_for_another_host_is_refused_whatever_the_headers_say(app, line, path):
    fields = fields_of(line)
    other = Line(line.post, "https://evil.example", line.account_sid, line.token)
    signature = other.sign(path, fields)
    refused(
        app, line, path, fields,
        **{
            "X-Twilio-Signature": signature,
            "Host": "evil.example",
            "X-Forwarded-Host": "evil.example",
            "X-Forwarded-Proto": "https",
        },
    )  # fmt: skip


def test_signature_of_another_path_is_refused(app, line):
    fields = fields_of(line)
    signature = line.sign("/voice/turn/1", fields)
    refused(app, line, "/voice/turn/2", fields, **{"X-Twilio-Signature": signature})


def test_changed_field_is_refused(app, line):
    signature = line.sign("/voice/turn/1", fields_of(line, Digits="2"))
    fields = fields_of(line, Digits="1")
    refused(app, line, "/voice/turn/1", fields, **{"X-Twilio-Signature": signature})


def test_added_field_is_refused(app, line):
    fields = fields_of(line)
    signature = line.sign("/voice/turn/1", fields)
    more = [*fields, ("Digits", "1")]
    refused(app, line, "/voice/turn/1", more, **{"X-Twilio-Signature": signature})


@pytest.mark.parametrize("changed", [{"AccountSid": "AC" + "0" * 32}, {"AccountSid": None}])
def test_signed_webhook_of_another_account_is_refused(app, line, changed):
    fields = fields_of(line, **changed)
    signature = line.sign("/voice/incoming", fields)
    refused(app, line, "/voice/incoming", fields, **{"X-Twilio-Signature": signature})


def test_signed_webhook_for_another_number_is_refused(settings):
    application = create_app(
        settings.model_copy(update={"twilio_numbers": "+15555550100, +15555550101"})
    )
    line = Line.to_app(application)
    fields = fields_of(line, To="+15555550102")
    signature = line.sign("/voice/incoming", fields)
    refused(application, line, "/voice/incoming", fields, **{"X-Twilio-Signature": signature})
    line.hotline_number = "+15555550101"
    Phone(line).dial()


def test_second_token_is_accepted_while_tokens_are_changed(settings):
    from pydantic import SecretStr

    application = create_app(
        settings.model_copy(update={"twilio_auth_token_secondary": SecretStr("the next token")})
    )
    line = Line.to_app(application)
    Phone(line).dial()
    line.token = "the next token"
    Phone(line).dial()


def test_fields_of_later_versions_and_repeated_ones_take_part_in_the_signature(line):
    fields = [*fields_of(line), ("NewField", " a value "), ("NewField", "another")]
    signature = line.sign("/voice/incoming", fields)
    answered = line.post("/voice/incoming", fields, {"X-Twilio-Signature": signature})
    assert answered.status == 200


def test_query_takes_part_in_the_signature(line):
    fields = fields_of(line)
    signature = line.sign("/voice/incoming?a=1&b=%20", fields)
    headers = {"X-Twilio-Signature": signature}
    assert line.post("/voice/incoming?a=1&b=%20", fields, headers).status == 200
    assert line.post("/voice/incoming?a=2", fields, headers).status == 403


@pytest.mark.parametrize("sid", [None, "", "CA 1", "CA'1", "C" * 41])
def test_webhook_that_names_no_call_is_a_bad_request(app, line, sid):
    fields = fields_of(line, CallSid=sid)
    signature = line.sign("/voice/incoming", fields)
    answered = line.post("/voice/incoming", fields, {"X-Twilio-Signature": signature})
    assert answered.status == 400
    assert rows(app) == 0


@pytest.mark.parametrize("path", PATHS)
def test_webhooks_are_posts(client, path):
    assert client.get(path).status_code == 405


def test_fallback_needs_no_signature_and_no_database(app, client):
    app.extensions["complaint_intake"].db.dispose()
    app.extensions["complaint_intake"].db.unit_of_work = None
    for answered in (client.get("/voice/fallback"), client.post("/voice/fallback")):
        assert answered.status_code == 200
        assert answered.content_type == "text/xml; charset=utf-8"
        check_document(answered.text)


def test_caller_number_is_nowhere_in_the_database(app, line, settings):
    Phone(line).dial().press("1", "2", "2").hang_up()
    app.extensions["complaint_intake"].db.dispose()
    path = settings.database_url.removeprefix("sqlite:///")
    for suffix in ("", "-wal"):
        try:
            with open(path + suffix, "rb") as file:
                assert b"5555550199" not in file.read()
        except FileNotFoundError:
            assert suffix
