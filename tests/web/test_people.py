"""Who files for whom: several people, each with their own consent, added and removed."""

import io

import pytest

from complaint_intake.intake.answers import MOST_PEOPLE
from tests.web.visitor import Visitor, complaints_of


@pytest.fixture(params=[True, False], ids=["cookies", "no cookies"])
def visitor(app, request):
    return Visitor(app, cookies=request.param)


def affected(complaint):
    """The affected people of a filed complaint."""
    return [one for one in complaint.people if "affected" in one.roles]


@pytest.mark.both_databases
def test_several_people_are_filed_with_where_they_are_and_their_own_consent(app, visitor):
    visitor.begin()
    visitor.answer(relation="organisation")
    visitor.answer("another", name="Ana", consent="yes", attested="y", signature="Kim Example")
    assert visitor.step == "person-2"
    assert visitor.title == "Person 2 it happened to"
    assert visitor.page.select_one("#signature")["value"] == "Kim Example"
    visitor.answer("another", name="李", custody="ICE_CUSTODY", consent="no")
    assert visitor.step == "person-3"
    visitor.answer(a_number="A012345678", consent="unknown")
    visitor.finish(what={"rights": ["LANG"]}, now={"custody": "NOT_DETAINED"})
    with complaints_of(app) as (complaint,):
        assert complaint.custody == "ICE_CUSTODY"
        assert "NO_CONSENT" in complaint.flags
        assert "ANON" not in complaint.flags
        people = affected(complaint)
        assert [one.identity for one in people] == [
            {"name": "Ana", "custody": "NOT_DETAINED"},
            {"name": "李", "custody": "ICE_CUSTODY"},
            {"a_number": "A012345678"},
        ]
        consents = [[(c.given, c.kind, c.signature) for c in one.consents] for one in people]
        assert consents == [[(True, "attested", "Kim Example")], [(False, "stated", None)], []]
        (allegation,) = complaint.allegations
        assert set(allegation.people) == set(people)


def test_someone_can_be_removed_and_the_others_stay(app, visitor):
    visitor.begin()
    visitor.answer(relation="family")
    for name in ("Ana", "Ben", "Cai"):
        visitor.answer("another", name=name)
    visitor.answer(name="Dee")
    while visitor.step != "check":
        visitor.answer(**{"story": {"story": "x"}}.get(visitor.step, {}))
    visitor.answer("remove-person-2")
    assert visitor.step == "check"
    assert "Ben" not in visitor.page.text
    visitor.answer("change-person-3")
    visitor.answer(name="Cao")
    assert visitor.step == "check"
    visitor.answer("change-person-4")
    visitor.answer("remove-person-4")
    assert visitor.step == "check"
    visitor.answer("change-person")
    visitor.answer("another")
    visitor.answer(name="Eva")
    assert visitor.step == "check"
    visitor.answer("send")
    with complaints_of(app) as (complaint,):
        assert [one.name for one in affected(complaint)] == ["Ana", "Cao", "Eva"]


def test_the_first_person_can_be_removed_where_others_are_left(app, visitor):
    visitor.begin()
    visitor.answer(relation="family")
    assert not visitor.page.select("button[value=remove-person]"), "nobody would be left"
    visitor.answer("another", name="Ana")
    visitor.answer(name="Ben", custody="CBP_CUSTODY")
    while visitor.step != "check":
        pages = {"story": {"story": "x"}, "now": {"custody": "REMOVED"}}
        visitor.answer(**pages.get(visitor.step, {}))
    visitor.answer("remove-person")
    assert visitor.step == "check"
    assert not visitor.page.select("#row-person")
    assert "Sent out of the United States" not in visitor.page.text, "that was where Ana is"
    visitor.answer("send")
    with complaints_of(app) as (complaint,):
        assert [one.name for one in affected(complaint)] == ["Ben"]
        assert complaint.custody == "CBP_CUSTODY"


def test_an_added_page_that_is_not_wanted_is_taken_back(app, visitor):
    visitor.begin()
    visitor.answer(relation="witness")
    visitor.answer("another", name="Ana")
    visitor.answer("remove-person-2")
    assert visitor.step == "person"
    assert visitor.page.select_one("#name")["value"] == "Ana"
    visitor.answer()
    assert not visitor.step.startswith("person")


def test_back_leads_through_the_people_and_keeps_them(app, visitor):
    visitor.begin()
    visitor.answer(relation="lawyer")
    visitor.answer("another", name="Ana")
    visitor.answer(name="Ben")
    visitor.answer("back")
    assert visitor.page.select_one("#name")["value"] == "Ben"
    visitor.answer("back", name="Ben B")
    assert visitor.page.select_one("#name")["value"] == "Ana"
    visitor.answer()
    assert visitor.page.select_one("#name")["value"] == "Ben B"


def test_no_more_than_ten_people(app):
    visitor = Visitor(app)
    visitor.begin()
    visitor.answer(relation="family")
    for number in range(1, MOST_PEOPLE):
        visitor.answer("another", name=f"Person {number}")
    assert visitor.step == f"person-{MOST_PEOPLE}"
    visitor.answer("another", name="The tenth")
    assert not visitor.step.startswith("person")
    visitor.answer("back")
    assert visitor.title == f"Person {MOST_PEOPLE} it happened to"
    assert not visitor.page.select("button[value=another]")
    assert "You can name 10 people here." in visitor.page.text


def test_questions_about_several_people_say_so(app):
    visitor = Visitor(app)
    visitor.begin()
    visitor.answer(relation="family")
    visitor.answer("another", name="Ana")
    visitor.answer(name="Ben")
    while visitor.step != "now":
        visitor.answer()
    assert "if it is true for any of them" in visitor.page.text
    assert visitor.page.select_one("#custody-hint").text == "Person 1 it happened to"
    visitor.get("/en/report/check")
    visitor.answer("remove-person-2")
    visitor.get("/en/report/now")
    assert "if it is true for any of them" not in visitor.page.text
    assert not visitor.page.select("#custody-hint")


@pytest.mark.parametrize("consent, told", [("yes", True), ("no", False), ("unknown", False)])
def test_receipt_and_status_tell_nothing_of_someone_who_did_not_agree(app, consent, told):
    visitor = Visitor(app)
    visitor.begin()
    visitor.answer(relation="witness")
    visitor.answer(name="Luz Ramos", a_number="A012345678", consent=consent)
    visitor.finish(what={"rights": ["LANG"]})
    pages = [visitor.page]
    number, pin = visitor.numbers()
    pages.append(visitor.post("/en/status", {"number": number, "pin": pin}))
    for page in pages:
        assert "Luz" not in page.text
        assert "012345" not in page.text
    assert ("678" in pages[0].select_one(".facts").text) is told


def test_it_happened_to_me_and_to_others(app, visitor):
    visitor.begin()
    visitor.answer(relation="self_and_others")
    assert visitor.step == "person-2"
    visitor.answer(name="Luz", own_child="yes", custody="CBP_CUSTODY")
    assert not visitor.step.startswith("person")
    visitor.finish(
        what={"care": ["MED"]},
        now={"custody": "NOT_DETAINED"},
        contact={"name": "Ana Ramos"},
    )
    with complaints_of(app) as (complaint,):
        filer, child = complaint.people
        assert set(filer.roles) == {"complainant", "affected"}
        assert filer.identity == {"name": "Ana Ramos", "custody": "NOT_DETAINED"}
        assert [one.kind for one in child.consents] == ["parent_of_minor"]
        facts = complaint.decisions[0].facts
        assert (facts["third_party"], facts["consent"], facts["minor"]) == (True, True, True)
        assert facts["custody"] == "CBP_CUSTODY"


def test_whoever_finds_out_later_that_there_were_others_changes_the_first_answer(app):
    visitor = Visitor(app)
    visitor.begin()
    while visitor.step != "check":
        visitor.answer(**{"story": {"story": "x"}}.get(visitor.step, {}))
    visitor.answer("change-who")
    visitor.answer(relation="self_and_others")
    assert visitor.step == "person-2"
    visitor.answer("remove-person-2")
    assert visitor.step == "check"
    assert "person-2" not in str(visitor.page)


def test_names_are_kept_as_they_are_written(app, visitor):
    names = ["李", "Nguyễn  Văn   An", "Ó" * 290, "Иван", "محمد بن علي"]
    visitor.begin()
    visitor.answer(relation="family")
    for name in names:
        visitor.answer("another", name=name)
        assert not visitor.errors
    visitor.answer("remove-" + visitor.step)
    visitor.finish(story={"story": "x"})
    with complaints_of(app) as (complaint,):
        assert [one.name for one in affected(complaint)] == names


def test_no_person_is_in_an_address(app):
    visitor = Visitor(app)
    visitor.begin()
    visitor.answer(relation="family")
    visitor.answer("another", name="Ana")
    assert visitor.path == "/en/report/person-2"
    assert "Ana" not in visitor.page.select_one("title").text


PDF = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n" + bytes(64)


def paper(name, content=PDF):
    return (io.BytesIO(content), name)


def shown(visitor):
    """Names of the papers on the page of a person."""
    return [one.text for one in visitor.page.select(".files li span:not(.usa-sr-only)")]


def test_a_signed_paper_belongs_to_the_person_it_was_sent_for(app, visitor):
    visitor.begin()
    visitor.answer(relation="lawyer")
    visitor.answer("another", name="Ana", consent_files=paper("ana.pdf"))
    assert shown(visitor) == []
    visitor.answer("add", name="Ben", consent_files=[paper("ben.pdf"), paper("ben 2.pdf")])
    assert shown(visitor) == ["ben.pdf", "ben 2.pdf"]
    visitor.answer(visitor.page.select_one(".files button")["value"])
    assert shown(visitor) == ["ben 2.pdf"]
    visitor.answer("another", consent="yes")
    visitor.answer(name="Cai", consent_files=paper("cai.pdf"))
    while visitor.step != "files":
        visitor.answer(**{"story": {"story": "x"}}.get(visitor.step, {}))
    assert shown(visitor) == [], "evidence has a page of its own"
    visitor.finish()
    with complaints_of(app) as (complaint,):
        kinds = [[c.kind for c in one.consents] for one in affected(complaint)]
        assert kinds == [["document"], ["document"], ["document"]]
        files = sorted((one.name, one.purpose) for one in complaint.attachments)
        assert files == [(f"{name}.pdf", "consent") for name in ("ana", "ben 2", "cai")]
        assert "NO_CONSENT" not in complaint.flags


def test_the_check_page_shows_papers_with_their_person(app):
    visitor = Visitor(app)
    visitor.begin()
    visitor.answer(relation="lawyer")
    visitor.answer("another", name="Ana", consent_files=paper("ana.pdf"))
    visitor.answer(name="Ben", consent_files=paper("ben.pdf"))
    visitor.get("/en/report/check")
    assert "ana.pdf" in visitor.page.select_one("#row-person").text
    assert "ben.pdf" not in visitor.page.select_one("#row-person").text
    assert "ben.pdf" in visitor.page.select_one("#row-person-2").text


def test_removing_a_person_takes_their_papers_and_nobody_elses(app):
    visitor = Visitor(app)
    visitor.begin()
    visitor.answer(relation="lawyer")
    visitor.answer("another", name="Ana", consent_files=paper("ana.pdf"))
    visitor.answer("another", name="Ben", consent_files=paper("ben.pdf"))
    visitor.answer("remove-person-2", name="")
    store = app.extensions["complaint_intake"].files.folder
    with complaints_of(app) as (complaint,):
        (left,) = complaint.attachments
        assert left.name == "ana.pdf"
        assert [one.stem for one in store.glob("*.sealed")] == [str(left.id)]


def test_a_paper_that_cannot_be_taken_loses_no_answer(app, visitor):
    visitor.begin()
    visitor.answer(relation="family")
    visitor.answer(
        name="Ana", consent="yes", attested="y", consent_files=paper("tool.exe", b"MZ" + bytes(99))
    )
    assert len(visitor.errors) == 1
    assert visitor.step == "person"
    assert visitor.page.select_one("#name")["value"] == "Ana"
    assert visitor.page.select_one("#attested").has_attr("checked")
    visitor.answer()
    visitor.finish(story={"story": "x"})
    with complaints_of(app) as (complaint,):
        ((consent,),) = [one.consents for one in affected(complaint)]
        assert consent.kind == "attested"
