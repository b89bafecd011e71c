"""Every table of this package under one name: `from dispatch.models import Case`.

The tables live in the siblings `models_*`, one subject each.
"""

from dispatch.models_case import (
    Assignment,
    Attachment,
    Case,
    CaseEdit,
    CaseEvent,
    ContactRecord,
    ProgressNote,
)
from dispatch.models_catalogue import Category, RoutingProposal, RoutingRow, TownshipDuty
from dispatch.models_citizen import PhoneCode
from dispatch.models_clock import CalendarDay, Deadline, DeadlineMove, HouseLimit, LimitRule, LimitTemplate
from dispatch.models_exports import ExportRequest
from dispatch.models_moves import (
    Decision,
    Dispute,
    DisputeKind,
    Extension,
    Opinion,
    ReturnRequest,
    ScoreExclusion,
    Suspension,
)
from dispatch.models_supervision import (
    BuckPassing,
    Card,
    CitizenRating,
    CodeAttempt,
    DocumentKind,
    FollowUp,
    Instruction,
    OrderState,
    SupervisionOrder,
    Urge,
)
from dispatch.models_units import ReplyTemplate

__all__ = [
    "Assignment",
    "Attachment",
    "BuckPassing",
    "CalendarDay",
    "Card",
    "Case",
    "CaseEdit",
    "CaseEvent",
    "Category",
    "CitizenRating",
    "CodeAttempt",
    "ContactRecord",
    "Deadline",
    "DeadlineMove",
    "Decision",
    "Dispute",
    "DisputeKind",
    "DocumentKind",
    "ExportRequest",
    "Extension",
    "FollowUp",
    "HouseLimit",
    "Instruction",
    "LimitRule",
    "LimitTemplate",
    "Opinion",
    "OrderState",
    "PhoneCode",
    "ProgressNote",
    "ReplyTemplate",
    "ReturnRequest",
    "RoutingProposal",
    "RoutingRow",
    "ScoreExclusion",
    "SupervisionOrder",
    "Suspension",
    "TownshipDuty",
    "Urge",
]
