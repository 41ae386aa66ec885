"""A guest with a question, two departments and those above: what the tests of requests begin from (R50, R51)."""

from __future__ import annotations

from dataclasses import dataclass

from handlers.cases.ticking import clock_turn
from handlers.conversation import Knowledge
from handlers.messages import Part
from handlers.requests.ticking import give_back_held, tell_gaps, tell_late
from handlers.turn import Turn
from knowledge.library import Library
from knowledge.shipped import matcher_for
from storage import answers, messages, requests
from storage.requests import RequestInfo
from tests.handlers.test_permissions import presses_act
from tests.people import Person, World

QUESTION = "夜市摊位的健康证可以先开业后补吗"
"""Nothing that is published answers it; 健康证 is the health department's."""
NUMBER = "鄂城诉〔2026〕0001号"
DUE = "2026年11月24日（星期二）"
HEALTH, MARKET = "示例卫生健康局", "示例市场监管局"
ANSWER = "健康证应当上岗前取得，首次发现的限期补办"


@dataclass
class Street:
    """A guest, two departments, and those who assign and release."""

    world: World
    guest: Person
    officer: Person
    colleague: Person
    market: Person
    legal: Person
    admin: Person

    async def newest(self) -> RequestInfo:
        async with self.world.database.reading() as session:
            return (await requests.of_asker(session, self.guest.channel, self.guest.chat))[0]


async def inbox(person: Person) -> list[Part]:
    """Everything that was written to a person, oldest first; the newest buttons become theirs to press."""
    async with person.world.database.reading() as session:
        rows = await messages.transcript(session, person.channel, person.chat, limit=200)
    parts = [Part.from_json(row.payload) for row in rows if row.direction == "out"]
    person.last = [next((part for part in reversed(parts) if part.buttons), parts[-1])] if parts else []
    return parts


async def registered(street: Street, question: str = QUESTION) -> RequestInfo:
    await presses_act(street.guest, do="set_place", code="420704")
    await street.guest.says(question)
    await street.guest.presses("转人工")
    await street.guest.presses("确认转交")
    return await street.newest()


async def taken(street: Street) -> RequestInfo:
    info = await registered(street)
    await presses_act(street.officer, do="request_take", id=info.id)
    return await street.newest()


async def answered(street: Street, text: str = ANSWER) -> RequestInfo:
    info = await registered(street)
    await presses_act(street.officer, do="request_answer", id=info.id)
    await street.officer.says(text)
    await street.officer.presses("发出答复")
    return await street.newest()


async def ticks(street: Street, *jobs: object) -> None:
    """What the clock does, at the time that it is."""
    for job in jobs or (give_back_held, tell_late, tell_gaps):
        async with street.world.database.transaction() as session:
            await job(turn_of(street, session))  # type: ignore[operator]


def turn_of(street: Street, session: object) -> Turn:
    world = street.world
    return clock_turn(session, world.house, world.conversation.engine, world.clock.now())  # type: ignore[arg-type]


async def proposed(street: Street) -> int:
    info = await answered(street)
    await presses_act(street.officer, do="answer_propose", id=info.id)
    await street.officer.says("批评教育 劝导警示")
    await street.officer.presses("1.")
    await street.officer.presses("提交审核")
    async with street.world.database.reading() as session:
        return (await answers.of_place(session, "420704", "proposed"))[0].id


async def released(street: Street) -> Knowledge:
    """Passed by legal, and the knowledge with it, as the next look of a process builds it."""
    await proposed(street)
    await street.legal.says("待审答复")
    await street.legal.presses("1")
    await street.legal.presses("通过")
    await street.legal.presses("确认公布")
    return await rebuilt(street)


async def rebuilt(street: Street) -> Knowledge:
    async with street.world.database.reading() as session:
        given = await answers.published(session)
    old = street.world.house.knowledge().library
    library = Library(old.collections.values(), old.language, given)
    knowledge = Knowledge(library, matcher_for(library))
    object.__setattr__(street.world.house, "knowledge", lambda: knowledge)
    return knowledge
