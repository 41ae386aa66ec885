"""All flows of the house, by name."""

from __future__ import annotations

from collections.abc import Mapping

from handlers.cases.defending import AnswerDefenceFlow, DefendFlow
from handlers.cases.diagnosing import DiagnoseFlow
from handlers.cases.finishing import CloseFlow, ReopenFlow, VisitFlow, WaiveFlow
from handlers.cases.handing import FindCaseFlow, TransferFlow
from handlers.cases.inspecting import LogFlow
from handlers.cases.rectifying import AskExtensionFlow, DecideExtensionFlow, PassFlow, ReturnFlow, SubmitEvidenceFlow
from handlers.flows.binding import BindFlow
from handlers.flows.checking import CheckFlow
from handlers.flows.flow import Flow
from handlers.flows.offices import InviteFlow, LeaveFlow, LicenceFlow
from handlers.flows.registering import AddEnterpriseFlow, FindFlow
from knowledge.checks.criteria import Checks


def flows_of(checks: Checks) -> Mapping[str, Flow]:
    """The flows: one for each self-check in the data, and those of the house itself."""
    made: list[Flow] = [CheckFlow(checks, name) for name in checks.names]
    made += [BindFlow(), FindFlow(), AddEnterpriseFlow(), InviteFlow(), LicenceFlow(), LeaveFlow()]
    made += [LogFlow(), DiagnoseFlow(), SubmitEvidenceFlow(), PassFlow(), ReturnFlow()]
    made += [AskExtensionFlow(), DecideExtensionFlow(), DefendFlow(), AnswerDefenceFlow(), VisitFlow(), CloseFlow()]
    made += [ReopenFlow(), WaiveFlow(), TransferFlow(), FindCaseFlow()]
    return {flow.name: flow for flow in made}
