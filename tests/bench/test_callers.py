"""The callers of the benchmark: what they do on hearing a document, and what counts as lost."""

import random

import pytest
from sqlalchemy import select

from bench.callers import COMMON, RECORDING, STATUS, Call, Signer, Webhook
from bench.hotline import Recorded, check
from bench.measures import Row, percentile
from bench.profiles import call_to
from complaint_intake.intake.models import CallRecord, ComplaintState


def patient(seed=1):
    """Chance for callers who never hang up early."""
    chance = random.Random(seed)
    chance.random = lambda: 0.99
    return chance


@pytest.fixture
def call():
    return Call("CA1", patient())


def document(inside):
    return f'<?xml version="1.0"?><Response><Say>Words &lt;Gather&gt;.</Say>{inside}</Response>'


def asked(action="https://hotline.example/voice/turn/1", attributes='numDigits="1"'):
    return document(
        f'<Gather input="dtmf" {attributes} action="{action}"><Say>?</Say></Gather>'
        "<Redirect>https://hotline.example/voice/turn/silent</Redirect>"
    )


def test_a_language_is_chosen_first_then_a_subject_then_yes_or_no(call):
    keys = [call.answer(asked())[0].fields["Digits"] for _ in range(30)]
    assert keys[0] in "123456"
    assert keys[1] in "123456"
    assert set(keys[2:]) == {"1", "2"}


def test_the_address_is_taken_without_the_host_and_with_its_query(call):
    (webhook,) = call.answer(asked(action="https://hotline.example/voice/turn/7?a=1&amp;b=2"))
    assert webhook.path == "/voice/turn/7?a=1&b=2"
    assert webhook.fields["CallSid"] == "CA1"


@pytest.mark.parametrize("attributes, length", [('numDigits="10"', 9), ('finishOnKey="#"', 7)])
def test_a_number_is_one_shorter_than_what_is_waited_for(call, attributes, length):
    (webhook,) = call.answer(asked(attributes=attributes))
    assert len(webhook.fields["Digits"]) == length


def test_words_are_spoken_where_keys_do_not_count(call):
    (webhook,) = call.answer(document('<Gather input="speech" action="/voice/turn/2"/>'))
    assert webhook.fields.keys() == {"CallSid", "CallStatus", "SpeechResult", "Confidence"}


def test_a_recording_goes_on_and_is_then_reported(call):
    goes_on, report = call.answer(document('<Record action="/voice/turn/3" method="POST" />'))
    assert (goes_on.path, report.path) == ("/voice/turn/3", RECORDING)
    assert goes_on.fields["RecordingSid"] == report.fields["RecordingSid"]
    assert report.fields["RecordingStatus"] == "completed"


def test_a_person_does_not_answer_and_a_redirect_is_followed(call):
    (webhook,) = call.answer(document('<Dial action="/voice/turn/4"><Number>1</Number></Dial>'))
    assert (webhook.path, webhook.fields["DialCallStatus"]) == ("/voice/turn/4", "no-answer")
    (webhook,) = call.answer(document("<Redirect>/voice/turn/5</Redirect>"))
    silent = {"CallSid": "CA1", "CallStatus": "in-progress"}
    assert webhook == Webhook("/voice/turn/5", silent)


@pytest.mark.parametrize("inside", ["<Hangup />", ""])
def test_a_call_that_is_over_is_reported(call, inside):
    (webhook,) = call.answer(document(inside))
    assert (webhook.path, webhook.fields["CallStatus"]) == (STATUS, "completed")


def test_a_script_without_an_end_is_hung_up_on(call):
    paths = [call.answer(asked())[0].path for _ in range(60)]
    assert STATUS in paths


def test_some_callers_hang_up_early():
    chance = random.Random(7)
    calls = [Call(f"CA{number}", chance) for number in range(200)]
    early = [call for call in calls if STATUS in [call.answer(asked())[0].path for _ in range(12)]]
    assert 5 < len(early) < 40


def test_a_request_is_signed_as_the_provider_signs():
    from twilio.request_validator import RequestValidator
    from werkzeug.datastructures import MultiDict

    request = Signer("https://hotline.example", "AC1", "secret").request(
        Webhook("/voice/incoming", {"CallSid": "CA1"})
    )
    fields = MultiDict(COMMON | {"AccountSid": "AC1", "CallSid": "CA1"})
    signature = RequestValidator("secret").compute_signature(
        "https://hotline.example/voice/incoming", fields
    )
    assert f"X-Twilio-Signature: {signature}\r\n".encode() in request


# What was lost -------------------------------------------------------------------------------

SEEN = {"dialled": ["A", "B", "C"], "begun": ["A", "B"], "ended": ["A"], "forged": {"403": 9}}
KEPT = [Recorded("A", "1", has_ended=True), Recorded("B", "2", has_ended=False)]


def test_nothing_is_wrong_when_each_call_has_one_record():
    assert check(SEEN, KEPT) == []
    # Its first webhook was cut off before the answer: there may be a record, or none.
    assert check(SEEN, [*KEPT, Recorded("C", "3", has_ended=False)]) == []


@pytest.mark.parametrize(
    "found, fault",
    [
        (KEPT[:1], "1 CALLS WITHOUT A RECORD"),
        ([*KEPT, Recorded("A", "4", has_ended=True)], "1 CALLS WITH SEVERAL RECORDS"),
        ([*KEPT, Recorded("C", "2", has_ended=True)], "1 COMPLAINTS OF SEVERAL CALLS"),
        ([*KEPT, Recorded(None, "6", has_ended=False)], "1 COMPLAINTS WITHOUT A CALL"),
        ([*KEPT, Recorded("CF", "5", has_ended=True)], "1 RECORDS THAT NOBODY CALLED FOR"),
        ([Recorded("A", "1", has_ended=False), KEPT[1]], "1 ENDED CALLS STILL OPEN"),
    ],
)
def test_what_is_wrong_is_counted(found, fault):
    assert check(SEEN, found) == [fault]


def test_a_forged_webhook_that_was_taken_is_a_fault():
    assert check(SEEN | {"forged": {"403": 8, "200": 1}}, KEPT) == ["1 FORGED WEBHOOKS NOT REFUSED"]


def test_the_row_has_the_percentiles_and_the_slowest():
    times = [float(number) for number in range(1, 101)]
    assert percentile(times, 50) == pytest.approx(50.5)
    assert Row("calls", "SQLite", 200.0, times).cells()[2:7] == [
        "200",
        "50.5",
        "95.0",
        "99.0",
        "100",
    ]
    assert percentile([], 95) is None


# Against the application ---------------------------------------------------------------------


def test_whole_calls_are_taken_and_each_is_one_complaint(app):
    services = app.extensions["complaint_intake"]
    keys, url = services.keys, services.settings.public_base_url
    signer = Signer(url, keys.twilio_account_sid, keys.twilio_tokens[0])
    client = app.test_client(use_cookies=False)
    chance = patient()
    sent = [call_to(client, signer, Call(f"CA{number}", chance)) for number in range(4)]
    assert min(sent) > 5
    with services.db.reading() as session:
        calls = session.scalars(select(CallRecord)).all()
        assert {call.complaint.state for call in calls} == {ComplaintState.FILED}
        assert len({call.complaint_id for call in calls}) == 4
        assert all(call.ended_at for call in calls)
