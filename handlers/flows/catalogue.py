"""All flows of the house, by name."""

from __future__ import annotations

from collections.abc import Mapping

from handlers.flows.binding import BindFlow
from handlers.flows.checking import CheckFlow
from handlers.flows.flow import Flow
from handlers.flows.logging import LogFlow
from handlers.flows.offices import InviteFlow, LeaveFlow, LicenceFlow
from handlers.flows.procedure import case_flows
from handlers.flows.registering import AddEnterpriseFlow, FindFlow
from knowledge.checks.criteria import Checks


def flows_of(checks: Checks) -> Mapping[str, Flow]:
    """The flows: one for each self-check in the data, and those of the house itself."""
    made: list[Flow] = [CheckFlow(checks, name) for name in checks.names]
    made += [BindFlow(), FindFlow(), AddEnterpriseFlow(), InviteFlow(), LicenceFlow(), LeaveFlow()]
    made += [LogFlow(), *case_flows()]
    return {flow.name: flow for flow in made}
