"""A street for the tests of the desk: an enterprise with its owner, its officers, and those beside and above them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy import update

from bot.clock import Clock as BotClock
from bot.settings import Settings
from handlers.conversation import CHINA
from knowledge.procedure.acts import Act as ProcedureAct
from knowledge.procedure.case import Case
from knowledge.procedure.results import Done
from knowledge.procedure.steps import step
from storage import cases, people, searching
from storage.cases import CaseInfo
from storage.people import Office
from storage.tables import Message
from tests.handlers import test_cases as course
from tests.handlers.test_permissions import told
from tests.people import Person, World, words_of

FIRM, ADDRESS, LOG = course.FIRM, course.ADDRESS, course.LOG
inbox, newest, diagnosed, submitted, passed, closes = (
    course.inbox,
    course.newest,
    course.diagnosed,
    course.submitted,
    course.passed,
    course.closes,
)


@dataclass
class Street(course.Street):
    """With the supervisors, too."""

    supervisor: Person

    async def office(self, person: Person) -> Office:
        """The office that somebody holds."""
        async with self.world.database.reading() as session:
            day = self.world.clock.now().astimezone(CHINA).date()
            speaker = await people.speaker_of(session, person.channel, person.chat, day, demo=False)
        assert speaker.office is not None
        return speaker.office

    def at(self, day: int, hour: int = 10, month: int = 11, minute: int = 0) -> None:
        """Set the clock, in 2026."""
        self.world.clock.at = dt.datetime(2026, month, day, hour, minute, tzinfo=CHINA)

    async def ticks(self) -> None:
        """The program's clock looks once."""
        clock = BotClock(self.world.database, self.world.house, Settings(), self.world.clock.now)
        await clock.tick()

    async def does(self, info: CaseInfo, act: ProcedureAct, name: str = "act") -> CaseInfo:
        """An act that must be allowed, carried out without a conversation."""
        done = step(info.case, act, self.world.clock.now().astimezone(CHINA).date())
        assert isinstance(done, Done), done
        async with self.world.database.transaction() as session:
            return await cases.record(session, info, done.case, name, {}, None, self.world.clock.now())

    async def changes(self, info: CaseInfo, **columns: Any) -> CaseInfo:
        """A case as it stands after other things than are of interest here."""
        case = Case.from_json(info.case.to_json() | columns)
        async with self.world.database.transaction() as session:
            return await cases.record(session, info, case, "test", {}, None, self.world.clock.now())

    async def fresh(self, info: CaseInfo) -> CaseInfo:
        async with self.world.database.reading() as session:
            found = await cases.case_file(session, info.id)
        assert found is not None
        return found

    async def acts(self, info: CaseInfo) -> list[str]:
        """What the record of a case says was done, in order."""
        async with self.world.database.reading() as session:
            return [event.act for event in await cases.events(session, info.id)]

    async def pushed(self, person: Person, after: int = 0) -> list[str]:
        """Everything that was written to a chat."""
        return [words_of([part]) for part in (await told(person))[after:]]

    async def moves(self, info: CaseInfo, person: Person) -> None:
        """A case is another officer's from now on."""
        office = await self.office(person)
        async with self.world.database.transaction() as session:
            await cases.hand_over(session, info.id, office.id, self.world.clock.now())

    async def revoke(self, person: Person) -> None:
        office = await self.office(person)
        async with self.world.database.transaction() as session:
            await people.revoke(session, office.id, self.world.clock.now())

    async def refuses(self, person: Person) -> None:
        """The newest message to a chat could not be delivered."""
        async with self.world.database.transaction() as session:
            mine = (Message.channel == person.channel, Message.chat == person.chat, Message.direction == "out")
            await session.execute(update(Message).where(*mine).values(state="failed"))


async def new_street(world: World) -> Street:
    firm = await world.enterprise(FIRM, address=ADDRESS)
    return Street(
        world,
        await world.office("officer"),
        await world.office("officer", chat="colleague", name="赵示例"),
        await world.office("liaison", name="钱示例", department="示例街道"),
        await world.office("leader", name="周示例", department="示例区政府"),
        await world.contact(firm),
        firm,
        await world.office("supervisor", name="吴示例", department="示例督查室"),
    )


async def opened(street: Street, text: str = LOG) -> CaseInfo:
    """A case made by one message and one tap, not yet diagnosed."""
    await street.officer.says(text)
    await street.officer.presses("确认立案")
    async with street.world.database.reading() as session:
        found = await searching.search(session, "", "420704", None, limit=1)
    return found[0]


def lines_of(parts: list[Any]) -> list[str]:
    """The entries of a list."""
    return [line for part in parts for block in part.blocks if block.kind == "list" for line in block.text.split("\n")]
