"""The tables, by topic. Whoever needs one takes it from here."""

from storage.tables.base import Base, UtcTime
from storage.tables.cases import (
    CaseCopy,
    CaseEvent,
    CaseFile,
    CaseSeries,
    Evidence,
    Export,
    Instruction,
    Phrase,
    Reminder,
)
from storage.tables.conversation import Asked, Attachment, Chat, Lease, Message, Press, Publication, Version
from storage.tables.papers import Guidance, GuidanceEvent, Paper, Pledge, Rating
from storage.tables.people import (
    Appointment,
    Contact,
    Enterprise,
    EnterpriseEvent,
    Fact,
    Invitation,
    Notice,
    Person,
    SelfCheck,
)
from storage.tables.requests import Answer, Request, RequestEvent

__all__ = [
    "Answer",
    "Appointment",
    "Asked",
    "Attachment",
    "Base",
    "CaseCopy",
    "CaseEvent",
    "CaseFile",
    "CaseSeries",
    "Chat",
    "Contact",
    "Enterprise",
    "EnterpriseEvent",
    "Evidence",
    "Export",
    "Fact",
    "Guidance",
    "GuidanceEvent",
    "Instruction",
    "Invitation",
    "Lease",
    "Message",
    "Notice",
    "Paper",
    "Person",
    "Phrase",
    "Pledge",
    "Press",
    "Publication",
    "Rating",
    "Reminder",
    "Request",
    "RequestEvent",
    "SelfCheck",
    "UtcTime",
    "Version",
]
