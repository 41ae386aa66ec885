"""Every act and flow of requests and published answers, for the house's own catalogues."""

from __future__ import annotations

from handlers.flows.flow import Flow
from handlers.requests import answering, asking, desk, following, gaps, pages, proposing, releasing
from handlers.turn import Acts

ACTS: Acts = {
    **asking.ACTS,
    **following.ACTS,
    **pages.ACTS,
    **desk.ACTS,
    **answering.ACTS,
    **proposing.ACTS,
    **releasing.ACTS,
    **gaps.ACTS,
}
FLOWS: tuple[Flow, ...] = (
    *asking.FLOWS,
    *following.FLOWS,
    *desk.FLOWS,
    *answering.FLOWS,
    *proposing.FLOWS,
    *releasing.FLOWS,
)
