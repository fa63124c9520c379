"""Append-only audit: who did what to which record, when and why; never what it says."""

from complaint_intake.audit.log import Action, Actor, record
from complaint_intake.audit.models import AuditEvent

__all__ = ["Action", "Actor", "AuditEvent", "record"]
