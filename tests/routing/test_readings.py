"""The exact readings of the routing table, one by one."""

import pytest

from complaint_intake.routing import Facts, route


def decide(*pairs, **facts):
    """Route allegations written as "CODE/SUBJECT"; nobody is held unless a test says so."""
    allegations = [pair.split("/") for pair in pairs]
    return route(Facts.parse({"custody": "NOT_DETAINED", **facts, "allegations": allegations}))


def test_no_allegation_is_something_else_by_someone_unknown():
    empty = route(Facts.parse({"allegations": []}))
    assert empty == route(Facts.parse({"allegations": [["OTHER", "UNKNOWN"]]}))
    assert (empty.rule, empty.primary) == ("R20", "CRCL")
    assert empty.flags == ("MANUAL_TRIAGE", "SUBJECT_UNKNOWN")


@pytest.mark.parametrize("subject", ["PRIVATE", "OTHER_FED", "LEA", "JAIL", "DHS_FUNDED"])
@pytest.mark.parametrize("code,rule", [("USC", "R02a"), ("VIC", "R03a"), ("WIT", "R03a")])
def test_citizens_victims_and_witnesses_come_before_any_subject(code, rule, subject):
    decision = decide(f"{code}/{subject}", custody="LOCAL_DETAINER")
    assert (decision.rule, decision.primary) == (rule, "LESC")
    assert "OIG_ROFR" not in decision.notify


@pytest.mark.parametrize(
    "custody", ["ICE_CUSTODY", "CBP_CUSTODY", "LOCAL_DETAINER", "UNKNOWN", "REMOVED"]
)
def test_a_citizen_held_or_removed_goes_to_the_hotline_desk(custody):
    decision = decide("USC/ICE", custody=custody)
    assert (decision.rule, decision.primary, decision.secondary) == ("R02a", "LESC", ("CRCL",))
    assert decision.priority == ("P1" if custody == "REMOVED" else "P0")


def test_a_citizen_not_held_goes_to_crcl_unless_removal_is_near():
    assert decide("USC/CBP").rule == "R02b"
    assert decide("USC/CBP", custody="LOCAL_NO_DETAINER").rule == "R02b"
    assert decide("USC/CBP", removal72=True).rule == "R02a"


def test_a_removed_victim_is_answered_unless_removal_is_near():
    assert decide("VIC/ICE", custody="REMOVED").rule == "R03b"
    assert decide("VIC/ICE", removal72=True).rule == "R03a"


def test_a_detainer_implies_a_dhs_link():
    assert decide("PROFILE/LEA", custody="LOCAL_DETAINER").rule == "R12"
    assert decide("PROFILE/LEA", custody="LOCAL_NO_DETAINER").rule == "R13"
    assert decide("PROFILE/LEA", custody="LOCAL_NO_DETAINER", nexus=True).rule == "R12"
    assert decide("PROFILE/LEA", custody="ICE_CUSTODY").rule == "R13", "only a detainer implies it"


def test_local_corruption_never_adds_crcl():
    assert decide("FORCE/JAIL", nexus=True).secondary == ("CRCL",)
    assert decide("FORCE/JAIL").secondary == ()
    assert decide("CORRUPT/LEA", nexus=True).secondary == ()
    assert decide("CORRUPT/LEA", nexus=True).doj == ("FBI",)


@pytest.mark.parametrize(
    "code,subject,rule,queue",
    [
        ("OOJ", "ICE", "R01", "INFO"),
        ("LOCATE", "LEA", "R06", "INFO"),
        ("OTHER", "PRIVATE", "R04", "INFO"),
        ("OTHER", "JAIL", "R20", "CRCL"),
        ("VAWA", "LEA", "R08", "CRCL"),
        ("PRIV", "UNKNOWN", "R09a", "CRCL"),
        ("PRIV", "JAIL", "R09b", "INFO"),
        ("PRIV", "DHS_FUNDED", "R09b", "INFO"),
        ("SEX", "DHS_FUNDED", "R22c", "DOJ"),
        ("RETAL", "DHS_FUNDED", "R22a", "CRCL"),
        ("BORDER", "DHS_FUNDED", "R22a", "CRCL"),
        ("CORRUPT", "DHS_FUNDED", "R22b", "INFO"),
        ("CONDUCT", "JAIL", "R11", "INFO"),
        ("PROPERTY", "DHS_OTHER", "R18b", "INFO"),
        ("PROPERTY", "UNKNOWN", "R18a", "JIC"),
        ("HOLD48", "UNKNOWN", "R21", "CRCL"),
    ],
)
def test_the_table_is_read_top_to_bottom(code, subject, rule, queue):
    decision = decide(f"{code}/{subject}")
    assert (decision.rule, decision.primary) == (rule, queue)


@pytest.mark.parametrize("code", ["DEATH", "SEX"])
def test_the_field_office_is_told_of_deaths_and_sexual_abuse_by_ice_and_contractors(code):
    told = {
        subject: "ERO_FO" in decide(f"{code}/{subject}").notify
        for subject in ("ICE", "CONTRACT", "CBP", "DHS_OTHER", "LEA_287G", "UNKNOWN")
    }
    assert [subject for subject, is_told in told.items() if is_told] == ["ICE", "CONTRACT"]


@pytest.mark.parametrize("subject,rule", [("JAIL", "R12"), ("ICE", "R21")])
@pytest.mark.parametrize("code", ["HOLD48", "WRONGID"])
def test_the_field_office_is_told_of_a_hold_that_is_still_going_on(code, subject, rule):
    now = decide(f"{code}/{subject}", nexus=True, ongoing=True)
    assert (now.rule, now.priority) == (rule, "P1")
    assert "ERO_FO" in now.notify
    assert "ERO_FO" not in decide(f"{code}/{subject}", nexus=True).notify


@pytest.mark.parametrize(
    "code,told",
    [
        *((code, True) for code in ["DEATH", "CORRUPT", "PROPERTY", "CONDUCT", "RETAL", "MED"]),
        *((code, False) for code in ["OTHER", "VAWA", "PRIV", "USC"]),
    ],
)
def test_a_287g_officer_is_told_to_doj_from_r14_to_r21_but_not_r20(code, told):
    assert ("DOJ_CRT" in decide(f"{code}/LEA_287G").notify) is told


def test_the_lead_is_the_most_severe_code_and_then_the_first_subject():
    assert decide("COND/ICE", "RETAL/ICE").lead == "RETAL"
    twice = decide("SEX/JAIL", "SEX/CBP")
    assert (twice.lead, twice.rule, twice.primary) == ("SEX", "R15", "JIC")
    assert [row.subject for row in twice.rows] == ["CBP", "JAIL"]


def test_a_lead_answered_with_information_gives_way_to_a_real_queue():
    decision = decide("VIC/LEA", "PROFILE/LEA")
    assert (decision.lead, decision.rule, decision.primary) == ("PROFILE", "R13", "DOJ")
    assert "SEC1367" in decision.flags
    assert decision.rows[0].code == "VIC", "rows stay in order of severity"
    assert decision.reasons[0].startswith("R13")


def test_secondary_never_holds_the_primary_nor_information():
    decision = decide("FORCE/ICE", "RETAL/ICE", "LOCATE/ICE")
    assert (decision.primary, decision.secondary) == ("JIC", ("CRCL",))
    assert decide("RETAL/ICE", "COND/LEA").secondary == ("DOJ", "JIC")


def test_notices_of_information_rows_stay():
    decision = decide("MED/ICE", "DISCRETION/ICE")
    assert decision.notify == ("OIG_ROFR", "PUBLIC_ADVOCATE")


def test_doj_sections_come_only_from_rows_that_reach_doj():
    mixed = decide("DISAB/ICE", "PROFILE/LEA")
    assert mixed.doj == ("FCS", "SPL")
    assert [row.doj for row in mixed.rows] == [("FCS", "SPL"), ()]
    assert decide("DISAB/LEA", "LANG/LEA").doj == ("DRS", "FCS")
    assert decide("COERCE/LEA_287G").doj == ("CRM",)
    assert decide("RETAL/LEA_287G").doj == ("SPL",)


def test_a_notice_to_doj_stays_where_doj_is_a_queue_too():
    decision = decide("FORCE/LEA", "PROFILE/LEA", nexus=True)
    assert decision.primary == "DOJ"
    assert "DOJ_CRT" in decision.notify


def test_emergency_calls_help_and_tells_the_field_office_that_can_act():
    assert decide("COND/CBP", emergency=True, custody="CBP_CUSTODY").notify == (
        "EMERGENCY_CALL",
        "OIG_ROFR",
    )
    for custody in ("ICE_CUSTODY", "LOCAL_DETAINER"):
        assert "ERO_FO" in decide("COND/CBP", emergency=True, custody=custody).notify


def test_an_emergency_is_p0_even_where_the_complaint_gets_a_letter():
    decision = decide("OOJ/PRIVATE", emergency=True)
    assert (decision.primary, decision.priority) == ("INFO", "P0")
    assert decision.notify == ("EMERGENCY_CALL",)


def test_near_removal_tells_the_field_office_and_lawyers_unless_answered_with_information():
    assert {"ERO_FO", "OPLA"} <= set(decide("COND/CBP", removal72=True).notify)
    letter = decide("LOCATE/ICE", removal72=True)
    assert (letter.notify, letter.priority) == ((), "P3")


def test_sexual_abuse_of_a_minor_reaches_child_protection():
    assert "STATE_CPS" in decide("COND/ICE", "SEX/JAIL", minor=True).notify
    assert "STATE_CPS" not in decide("FORCE/ICE", minor=True).notify


def test_priority_is_known_before_anonymous_notices_are_dropped():
    named = {"allegations": [["USC", "ICE"]], "anon": True}
    p0 = route(Facts.parse(named | {"custody": "ICE_CUSTODY"}))
    assert p0.priority == "P0"
    assert {"ERO_FO", "OPLA", "PUBLIC_ADVOCATE"} <= set(p0.notify)
    p1 = route(Facts.parse(named | {"custody": "REMOVED"}))
    assert p1.priority == "P1"
    assert p1.notify == ("OIG_ROFR",)
    assert ("G4", ("ERO_FO", "OPLA", "PUBLIC_ADVOCATE")) in [(g[0], g[2]) for g in p1.guards]


def test_limited_disclosure_looks_at_notices_after_anonymity_and_at_any_subject():
    held = {"custody": "ICE_CUSTODY"}
    assert "LIMITED_DISCLOSURE" in decide("VIC/ICE", **held).flags
    assert "LIMITED_DISCLOSURE" not in decide("VIC/ICE", anon=True, **held).flags
    assert "LIMITED_DISCLOSURE" not in decide("VIC/LEA", **held).flags
    assert "LIMITED_DISCLOSURE" in decide("VIC/LEA", "COND/UNKNOWN", **held).flags
    assert "LIMITED_DISCLOSURE" not in decide("SEX/ICE").flags, "nobody is held"


@pytest.mark.parametrize(
    "pairs,facts,priority",
    [
        (["DEATH/PRIVATE"], {}, "P0"),
        (["SEX/ICE"], {}, "P1"),
        (["SEX/ICE"], {"recent_sex": True}, "P0"),
        (["COND/ICE"], {"recent_sex": True}, "P2"),
        (["RETAL/ICE"], {"removal72": True}, "P0"),
        (["RETAL/ICE"], {"ongoing": True}, "P1"),
        (["RETAL/ICE"], {}, "P2"),
        (["VIC/ICE"], {"removal72": True}, "P0"),
        (["WIT/ICE"], {"custody": "UNKNOWN"}, "P1"),
        (["WIT/ICE"], {}, "P3"),
        (["FORCE/ICE"], {"days_ago": 7}, "P1"),
        (["FORCE/ICE"], {"days_ago": 8}, "P2"),
        (["FORCE/ICE"], {"days_ago": 8, "injury": True}, "P1"),
        (["VAWA/ICE"], {}, "P1"),
        (["LOCATE/ICE"], {}, "P3"),
        (["LOCATE/ICE", "LOCATE/CBP"], {}, "P3"),
        (["LOCATE/ICE", "OOJ/PRIVATE"], {}, "P1"),
        (["MED/ICE"], {}, "P2"),
        (["MED/PRIVATE"], {"ongoing": True}, "P1"),
        (["DISAB/ICE"], {"ongoing": True}, "P2"),
        (["DISAB/ICE"], {"ongoing": True, "custody": "CBP_CUSTODY"}, "P1"),
        (["COND/ICE"], {"minor": True}, "P1"),
        (["COND/ICE"], {"pregnant": True}, "P1"),
        (["COND/ICE"], {"removal72": True}, "P1"),
        (["CONDUCT/ICE", "PROPERTY/ICE", "DISCRETION/ICE"], {}, "P3"),
        (["CONDUCT/ICE", "COND/ICE"], {}, "P2"),
    ],
)
def test_priority(pairs, facts, priority):
    assert decide(*pairs, **facts).priority == priority


@pytest.mark.parametrize(
    "facts,flag",
    [
        ({"minor": True}, "MINOR"),
        ({"anon": True}, "ANON"),
        ({"court": True}, "LITIGATION"),
        ({"interpreter": True}, "INTERPRETER"),
        ({"asylum": True}, "ASYLUM"),
        ({"medical_info": True}, "MEDICAL"),
        ({"days_ago": 181}, "OVER_180D"),
        ({"duplicate_of": "D09"}, "DUPLICATE"),
        ({"third_party": True, "consent": False}, "NO_CONSENT"),
    ],
)
def test_a_fact_sets_its_flag(facts, flag):
    assert decide("COND/ICE", **facts).flags == (flag,)


def test_what_sets_no_flag():
    assert decide("COND/ICE", days_ago=180, consent=False, duplicate_of="").flags == ()


@pytest.mark.parametrize(
    "pair,flags",
    [
        ("VIC/ICE", ("SEC1367",)),
        ("VAWA/ICE", ("SEC1367",)),
        ("WIT/ICE", ()),
        ("SEX/JAIL", ("PREA_RESTRICTED",)),
        ("RETAL/ICE", ("RETALIATION_WATCH",)),
        ("OTHER/ICE", ("MANUAL_TRIAGE",)),
        ("COND/UNKNOWN", ("SUBJECT_UNKNOWN",)),
        ("MED/ICE", ("MEDICAL",)),
        ("DISAB/ICE", ("MEDICAL",)),
    ],
)
def test_an_allegation_sets_its_flag_wherever_it_stands(pair, flags):
    assert decide(pair).flags == flags
    assert set(flags) <= set(decide("DEATH/ICE", pair).flags)


def test_a_duplicate_keeps_its_full_notices():
    facts = {"custody": "ICE_CUSTODY", "recent_sex": True}
    once = decide("SEX/CONTRACT", **facts)
    again = decide("SEX/CONTRACT", **facts, duplicate_of="1234567890")
    assert again.notify == once.notify


def test_rows_show_an_office_only_its_own_allegations():
    decision = decide("USC/ICE", "RETAL/CONTRACT", "RETAL/CONTRACT", custody="ICE_CUSTODY")
    rows = {row.code: row for row in decision.rows}
    assert len(decision.rows) == 2, "one for each distinct allegation"
    assert (rows["USC"].queue, rows["USC"].secondary) == ("LESC", ("CRCL",))
    assert (rows["RETAL"].queue, rows["RETAL"].notify) == ("CRCL", ("OIG_ROFR",))
    assert rows["RETAL"].reason not in rows["USC"].reason


def test_guards_are_named_with_what_they_changed():
    decision = decide("SEX/ICE", minor=True, removal72=True, custody="ICE_CUSTODY")
    changed = {guard: notices for guard, _, notices in decision.guards}
    assert changed == {"G2": ("OPLA",), "G3": ("STATE_CPS",), "G5": (), "G7": ()}
