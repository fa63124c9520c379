"""All records of a complaint. Importing this registers every table they point at."""

import complaint_intake.security.accounts  # noqa: F401 - assignees and authors are accounts
from complaint_intake.intake.models.access import CaseWall, PinThrottle
from complaint_intake.intake.models.attachment import Attachment, CopyState, Purpose, ScanState
from complaint_intake.intake.models.calls import (
    CallRecord,
    CallTurn,
    CallType,
    Recording,
    RecordingPurpose,
    TextStop,
)
from complaint_intake.intake.models.complaint import (
    Allegation,
    Channel,
    Complaint,
    ComplaintState,
    Consent,
    Facility,
    Incident,
    Person,
    Role,
    allegation_person,
)
from complaint_intake.intake.models.correspondence import Message, Note
from complaint_intake.intake.models.referral import (
    Notice,
    NoticeState,
    Referral,
    ReferralState,
    RoutingDecision,
    Task,
)

__all__ = [
    "Allegation",
    "Attachment",
    "CallRecord",
    "CallTurn",
    "CallType",
    "CaseWall",
    "Channel",
    "Complaint",
    "ComplaintState",
    "Consent",
    "CopyState",
    "Facility",
    "Incident",
    "Message",
    "Note",
    "Notice",
    "NoticeState",
    "Person",
    "PinThrottle",
    "Purpose",
    "Recording",
    "RecordingPurpose",
    "Referral",
    "ReferralState",
    "Role",
    "RoutingDecision",
    "ScanState",
    "Task",
    "TextStop",
    "allegation_person",
]
