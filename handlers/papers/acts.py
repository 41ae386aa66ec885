"""Every act and flow of papers, by name."""

from __future__ import annotations

from handlers.flows.flow import Flow
from handlers.papers import making, page, reviewing, sending
from handlers.turn import Acts

ACTS: Acts = {**page.ACTS, **making.ACTS, **sending.ACTS, **reviewing.ACTS}
FLOWS: list[Flow] = [making.MakePaperFlow(), reviewing.ReturnPaperFlow()]
