"""Every act by its name, as the modules that carry them out declare them."""

from __future__ import annotations

from handlers import asking, browse, checking, enterprise, greeting, office, privacy
from handlers.cases import doing, page
from handlers.turn import Acts

ACTS: Acts = {
    **greeting.ACTS,
    **asking.ACTS,
    **browse.ACTS,
    **checking.ACTS,
    **enterprise.ACTS,
    **office.ACTS,
    **privacy.ACTS,
    **page.ACTS,
    **doing.ACTS,
}
