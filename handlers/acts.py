"""Every act by its name, as the modules that carry them out declare them."""

from __future__ import annotations

from handlers import asking, browse, checking, enterprise, greeting, office, privacy
from handlers.cases import (
    arriving,
    bulk,
    course,
    delivering,
    desk,
    doing,
    exhibits,
    finding,
    handing,
    historical,
    instructing,
    page,
    phrases,
)
from handlers.figures import page as figures_page
from handlers.guidance import answering, meetings, recording
from handlers.guidance import page as guidance_page
from handlers.ledger import asking as ledger_asking
from handlers.papers.acts import ACTS as PAPER_ACTS
from handlers.pledges import drafting, editing, reviewing
from handlers.pledges import page as pledge_page
from handlers.ratings import giving, tasks
from handlers.requests.acts import ACTS as REQUEST_ACTS
from handlers.turn import Acts

ACTS: Acts = {
    **greeting.ACTS,
    **asking.ACTS,
    **browse.ACTS,
    **checking.ACTS,
    **enterprise.ACTS,
    **office.ACTS,
    **privacy.ACTS,
    **arriving.ACTS,
    **page.ACTS,
    **desk.ACTS,
    **finding.ACTS,
    **handing.ACTS,
    **instructing.ACTS,
    **historical.ACTS,
    **delivering.ACTS,
    **bulk.ACTS,
    **phrases.ACTS,
    **exhibits.ACTS,
    **course.ACTS,
    **doing.ACTS,
    **recording.ACTS,
    **answering.ACTS,
    **meetings.ACTS,
    **guidance_page.ACTS,
    **giving.ACTS,
    **tasks.ACTS,
    **ledger_asking.ACTS,
    **figures_page.ACTS,
    **REQUEST_ACTS,
    **PAPER_ACTS,
    **pledge_page.ACTS,
    **drafting.ACTS,
    **editing.ACTS,
    **reviewing.ACTS,
}
