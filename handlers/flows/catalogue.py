"""All flows of the house, by name."""

from __future__ import annotations

from collections.abc import Mapping

from handlers.cases.defending import AnswerDefenceFlow, DefendFlow
from handlers.cases.delivering import ServeFlow
from handlers.cases.diagnosing import DiagnoseFlow
from handlers.cases.finding import FindCaseFlow
from handlers.cases.finishing import CloseFlow, ReopenFlow, VisitFlow, WaiveFlow
from handlers.cases.handing import AssignFlow, HandAllFlow, TransferFlow
from handlers.cases.historical import EscalateFlow, GiveTimeFlow
from handlers.cases.inspecting import LogFlow
from handlers.cases.instructing import AnswerInstructionFlow, InstructFlow
from handlers.cases.phrases import AddPhraseFlow
from handlers.cases.rectifying import AskExtensionFlow, DecideExtensionFlow, PassFlow, ReturnFlow, SubmitEvidenceFlow
from handlers.figures.page import FiguresFlow
from handlers.flows.binding import BindFlow
from handlers.flows.checking import CheckFlow
from handlers.flows.flow import Flow
from handlers.flows.offices import InviteFlow, LeaveFlow, LicenceFlow
from handlers.flows.registering import AddEnterpriseFlow, FindFlow
from handlers.guidance.answering import RemarkFlow
from handlers.guidance.meetings import MinutesFlow, MoveFlow
from handlers.guidance.recording import GuideFlow
from handlers.ledger.asking import ExportFlow
from handlers.papers.acts import FLOWS as PAPER_FLOWS
from handlers.pledges.editing import AddPromiseFlow, EditPromiseFlow, RedressFlow
from handlers.pledges.reviewing import BreakFlow
from handlers.pledges.signing import SignFlow
from handlers.ratings.giving import SayFlow
from handlers.ratings.tasks import HandleFlow
from handlers.requests.acts import FLOWS as REQUEST_FLOWS
from knowledge.checks.criteria import Checks


def flows_of(checks: Checks) -> Mapping[str, Flow]:
    """The flows: one for each self-check in the data, and those of the house itself."""
    made: list[Flow] = [CheckFlow(checks, name) for name in checks.names]
    made += [BindFlow(), FindFlow(), AddEnterpriseFlow(), InviteFlow(), LicenceFlow(), LeaveFlow()]
    made += [LogFlow(), DiagnoseFlow(), SubmitEvidenceFlow(), PassFlow(), ReturnFlow()]
    made += [AskExtensionFlow(), DecideExtensionFlow(), DefendFlow(), AnswerDefenceFlow(), VisitFlow(), CloseFlow()]
    made += [ReopenFlow(), WaiveFlow(), TransferFlow(), FindCaseFlow()]
    made += [HandAllFlow(), AssignFlow(), InstructFlow(), AnswerInstructionFlow(), EscalateFlow(), GiveTimeFlow()]
    made += [ServeFlow(), AddPhraseFlow()]
    made += [GuideFlow(), MoveFlow(), MinutesFlow(), RemarkFlow(), SayFlow(), HandleFlow()]
    made += [ExportFlow(), FiguresFlow()]
    made += REQUEST_FLOWS
    made += PAPER_FLOWS
    made += [AddPromiseFlow(), EditPromiseFlow(), RedressFlow(), SignFlow(), BreakFlow()]
    return {flow.name: flow for flow in made}
