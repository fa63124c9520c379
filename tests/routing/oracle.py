"""The routing table once more, written out as plain code straight from its prose.

Two independent writings of one table disagree where either is wrong: test_properties.py compares
this one with the engine and rules.toml. It shares no code and no data with them.
"""


def words(text):
    """Codes written as one text."""
    return text.split()


SEVERITY = words(
    "DEATH SEX USC FORCE VIC WIT RETAL VAWA FAM HOLD48 COERCE WRONGID PROFILE SEARCH MED DISAB "
    "DISC LANG DUE LEGAL COND BORDER CORRUPT PRIV PROPERTY CONDUCT DISCRETION LOCATE OTHER OOJ"
)
SUBJECTS = words(
    "ICE CBP DHS_OTHER CONTRACT LEA_287G LEA JAIL DHS_FUNDED OTHER_FED PRIVATE UNKNOWN"
)
CUSTODY = words(
    "ICE_CUSTODY CBP_CUSTODY LOCAL_DETAINER UNKNOWN LOCAL_NO_DETAINER NOT_DETAINED REMOVED"
)
DHS_LIKE = SUBJECTS[:5]
CIVIL_RIGHTS = words("PROFILE HOLD48 WRONGID SEARCH MED DISAB DISC LANG DUE LEGAL COND FAM BORDER")


def row(code, subject, facts):
    """(rule, queue, secondary, notify) of one allegation."""
    custody = facts["custody"]
    held = custody in CUSTODY[:4]
    nexus = facts["nexus"] or custody == "LOCAL_DETAINER"
    stuck = {"ERO_FO"} if code in ("HOLD48", "WRONGID") and facts["ongoing"] else set()
    if code == "OOJ":
        return "R01", "INFO", set(), set()
    if code == "USC":
        if held or custody == "REMOVED" or facts["removal72"]:
            oig = {"OIG_ROFR"} if subject in DHS_LIKE else set()
            return "R02a", "LESC", {"CRCL"}, {"ERO_FO", "OPLA", "PUBLIC_ADVOCATE"} | oig
        return "R02b", "CRCL", set(), {"OIG_ROFR", "PUBLIC_ADVOCATE"}
    if code in ("VIC", "WIT"):
        if held or facts["removal72"]:
            return "R03a", "LESC", set(), {"ERO_FO", "OPLA"}
        return "R03b", "INFO", set(), set()
    if subject == "PRIVATE":
        return "R04", "INFO", set(), set()
    if subject == "OTHER_FED":
        return "R05", "INFO", set(), set()
    if code == "LOCATE":
        return "R06", "INFO", set(), set()
    if code == "DISCRETION":
        return "R07", "INFO", set(), {"PUBLIC_ADVOCATE"}
    if code == "OTHER":
        return "R20", "CRCL", set(), set()
    if code == "VAWA":
        return "R08", "CRCL", set(), {"OIG_ROFR", "PRIVACY_OFFICE"}
    dhs_or_unknown = subject in DHS_LIKE or subject == "UNKNOWN"
    if code == "PRIV":
        if dhs_or_unknown:
            return "R09a", "CRCL", set(), {"PRIVACY_OFFICE"}
        return "R09b", "INFO", set(), set()
    if subject == "DHS_FUNDED":
        if code in ("DEATH", "SEX", "FORCE"):
            return "R22c", "DOJ", {"CRCL"}, set()
        if code in (*CIVIL_RIGHTS, "RETAL", "COERCE"):
            return "R22a", "CRCL", set(), set()
        return "R22b", "INFO", set(), set()
    if subject in ("LEA", "JAIL"):
        if code in ("DEATH", "SEX", "FORCE", "CORRUPT"):
            return "R10", "DOJ", {"CRCL"} if nexus and code != "CORRUPT" else set(), set()
        if code in ("PROPERTY", "CONDUCT"):
            return "R11", "INFO", set(), set()
        if nexus:
            return "R12", "CRCL", set(), {"DOJ_CRT"} | stuck
        return "R13", "DOJ", set(), set()
    doj = {"DOJ_CRT"} if subject == "LEA_287G" else set()
    field = {"ERO_FO"} if subject in ("ICE", "CONTRACT") else set()
    if code == "DEATH":
        return "R14", "JIC", {"CRCL"}, {"OIG_ROFR"} | field | doj
    if code == "SEX":
        return "R15", "JIC", {"CRCL"}, {"OIG_ROFR", "PSA_COORD"} | field | doj
    if code == "FORCE":
        return "R16", "JIC", {"CRCL"}, {"OIG_ROFR"} | doj
    if code == "CORRUPT":
        return "R17", "JIC", set(), {"OIG_ROFR"} | doj
    if code in ("PROPERTY", "CONDUCT"):
        if subject == "DHS_OTHER":
            return "R18b", "INFO", set(), set()
        return "R18a", "JIC", set(), doj
    if code in ("RETAL", "COERCE"):
        return "R19", "CRCL", {"JIC"}, {"OIG_ROFR"} | doj
    return "R21", "CRCL", {"JIC"} if doj else set(), {"OIG_ROFR"} | stuck | doj


def sections(code):
    """Sections of the Department of Justice for a code."""
    if code in ("DEATH", "SEX", "FORCE", "COERCE"):
        return {"CRM"}
    return {
        "CORRUPT": {"FBI"},
        "DISAB": {"DRS"},
        "PROFILE": {"SPL", "FCS"},
        "DISC": {"FCS"},
        "LANG": {"FCS"},
    }.get(code, {"SPL"})


def priority(codes, facts, primary):
    """P0 to P3 of a complaint."""
    held = facts["custody"] in CUSTODY[:4]
    soon, ongoing = facts["removal72"], facts["ongoing"]
    if (
        facts["emergency"]
        or "DEATH" in codes
        or ("SEX" in codes and facts["recent_sex"])
        or ("USC" in codes and (held or soon))
        or (codes & {"VIC", "WIT", "RETAL"} and soon)
    ):
        return "P0"
    if (
        "SEX" in codes
        or ("USC" in codes and facts["custody"] == "REMOVED")
        or (codes & {"VIC", "WIT"} and held)
        or ("FORCE" in codes and (facts["injury"] or facts["days_ago"] <= 7))
        or (codes & {"HOLD48", "WRONGID", "RETAL", "MED"} and ongoing)
        or "VAWA" in codes
        or ("LOCATE" in codes and len(codes) > 1)
        or ("DISAB" in codes and ongoing and held)
        or facts["minor"]
        or facts["pregnant"]
        or (soon and primary != "INFO")
    ):
        return "P1"
    if primary == "INFO" or codes <= {"CONDUCT", "PROPERTY", "DISCRETION", "LOCATE", "OOJ"}:
        return "P3"
    return "P2"


def decide(facts):
    """The decision for complete facts in dict form, without its reasons."""
    pairs = {tuple(pair) for pair in facts["allegations"]} or {("OTHER", "UNKNOWN")}
    ordered = sorted(pairs, key=lambda p: (SEVERITY.index(p[0]), SUBJECTS.index(p[1])))
    rows = [(pair, *row(*pair, facts)) for pair in ordered]
    lead = next((r for r in rows if r[2] != "INFO"), rows[0])
    primary = lead[2]
    secondary = {r[2] for r in rows} | {queue for r in rows for queue in r[3]}
    notify = {notice for r in rows for notice in r[4]}
    doj = set()
    for (code, _), _, queue, _, told in rows:
        if queue == "DOJ" or "DOJ_CRT" in told:
            doj |= sections(code)
    codes = {code for code, _ in pairs}
    if facts["emergency"]:
        notify.add("EMERGENCY_CALL")
        if facts["custody"] in ("ICE_CUSTODY", "LOCAL_DETAINER"):
            notify.add("ERO_FO")
    if facts["removal72"] and primary != "INFO":
        notify |= {"ERO_FO", "OPLA"}
    if facts["minor"] and "SEX" in codes:
        notify.add("STATE_CPS")
    urgency = priority(codes, facts, primary)
    if facts["anon"] and urgency != "P0":
        notify -= {"ERO_FO", "OPLA", "PUBLIC_ADVOCATE"}
    return {
        "rule": lead[1],
        "lead": lead[0][0],
        "primary": primary,
        "secondary": sorted(secondary - {primary, "INFO"}),
        "notify": sorted(notify),
        "doj": sorted(doj),
        "priority": urgency,
        "flags": sorted(flags(pairs, codes, facts, notify)),
    }


def flags(pairs, codes, facts, notify):
    """The flags, given the final notices."""
    subjects = {subject for _, subject in pairs}
    near = subjects & {*DHS_LIKE, "UNKNOWN"} and facts["custody"] in CUSTODY[:4]
    return {
        flag
        for flag, is_set in {
            "SEC1367": codes & {"VIC", "VAWA"},
            "PREA_RESTRICTED": "SEX" in codes,
            "MINOR": facts["minor"],
            "ANON": facts["anon"],
            "NO_CONSENT": facts["third_party"] and not facts["consent"],
            "RETALIATION_WATCH": "RETAL" in codes,
            "LIMITED_DISCLOSURE": near and "ERO_FO" in notify,
            "SUBJECT_UNKNOWN": "UNKNOWN" in subjects,
            "MANUAL_TRIAGE": "OTHER" in codes,
            "OVER_180D": facts["days_ago"] > 180,
            "LITIGATION": facts["court"],
            "INTERPRETER": facts["interpreter"],
            "MEDICAL": codes & {"MED", "DISAB"} or facts["medical_info"],
            "ASYLUM": facts["asylum"],
            "DUPLICATE": facts["duplicate_of"],
        }.items()
        if is_set
    }
