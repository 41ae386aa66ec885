"""Keeps the published knowledge of this process current: builds the new index beside the old one, then swaps."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Callable, Iterable

import structlog

from bot.memory import give_back
from bot.metrics import Metrics
from bot.outages import tell
from bot.waiting import pause
from handlers.conversation import Knowledge
from knowledge.answers import PublishedAnswer
from knowledge.language import Language
from knowledge.library import Collection, Library
from knowledge.shipped import matcher_for, shipped_collections
from storage import answers, versions
from storage.database import Database

log = structlog.get_logger()
WARM_UP = "罚款一次交不起，能分期吗"


class Publisher:
    """Holds what is published. ``current`` never lacks answers while a new index is built."""

    def __init__(self, database: Database, language: Language, metrics: Metrics) -> None:
        self._database = database
        self._language = language
        self._metrics = metrics
        self._mark: tuple[int, ...] = ()
        self._knowledge: Knowledge | None = None

    @property
    def current(self) -> Knowledge:
        if self._knowledge is None:
            raise RuntimeError("知识库还没有载入")
        return self._knowledge

    @property
    def is_ready(self) -> bool:
        return self._knowledge is not None

    async def refresh(self) -> bool:
        """Rebuild and swap when something was published since; returns whether it was."""
        async with self._database.reading() as session:
            mark = (await versions.publication_mark(session), *await answers.publication_mark(session))
            if mark == self._mark and self._knowledge is not None:
                return False
            collections = await versions.published(session)
            released = await answers.published(session)
        self._knowledge = await asyncio.to_thread(self._build, collections, released)
        self._mark = mark
        self._metrics.entries.set(len(self._knowledge.matcher.index.entries))
        log.info("index ready", publication=mark, collections=len(collections))
        await asyncio.to_thread(give_back)  # building one leaves tens of megabytes behind
        return True

    def _build(self, collections: Iterable[Collection], released: Iterable[PublishedAnswer]) -> Knowledge:
        library = Library(collections, self._language, released)
        matcher = matcher_for(library)
        matcher.search(WARM_UP)  # what is loaded at the first question is loaded here, not while somebody waits
        return Knowledge(library, matcher)

    async def run(self, stop: asyncio.Event, every: float = 0.5) -> None:
        """Look for publications of other processes until stopped; what cannot be read is looked at ever less often."""
        wait = every
        while not stop.is_set():
            try:
                await self.refresh()
                wait = every
            except Exception as error:
                tell(log, "publisher", error)  # the old index answers on
                wait = min(wait * 2, max(every, 60))
            await pause(stop, wait)


async def publish_shipped(
    database: Database, now: dt.datetime, progress: Callable[[str], None] = lambda _: None
) -> int:
    """Publish the shipped collections that are new or changed; returns how many.

    A source that somebody imported or withdrew since is left as it is.
    """
    done = 0
    for collection in await asyncio.to_thread(shipped_collections):
        async with database.transaction() as session:
            newest = await versions.newest_of(session, collection.source.id)
            if newest is not None and (newest.origin != "shipped" or newest.state != "published"):
                continue
            info, is_new = await versions.add_draft(session, collection, [], now, origin="shipped")
            if is_new:
                await versions.publish(session, info.id, now)
                done += 1
        progress(collection.source.short)
    return done
