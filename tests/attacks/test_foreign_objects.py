"""Every role, every act, somebody else's thing (R1, R49): nothing of it is shown, nothing of it changes.

The matrix is made from the table of permissions: an act that is new there and not in ``victims`` fails a test.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event

from handlers import permissions
from handlers.flows.flow import Run
from handlers.messages import Incoming, Part, Reply
from handlers.turn import Turn
from storage import cases, chats, people
from storage.database import Session
from tests.attacks.victims import DEPARTMENT, NAMES_NOTHING, SECRET, Act, Victim, new_victim, things_of
from tests.handlers.test_permissions import on_sqlite, presses_act, records
from tests.people import Person, World

ELSEWHERE = "410526"
BOOKKEEPING = frozenset({"press", "chat", "attachment", "asked"})
"""What any message may leave behind, in the attacker's own chat."""
IS_THE_PLACES = frozenset({"enterprise", "guides", "guide", "issue_for", "end_contact", "verify_fact"})
"""The register belongs to a place (R1): to an officer of another department there an enterprise is no stranger."""
THE_SAME_FOR_ALL = frozenset(
    {"neither", "useful", "result_unshare", "choose_enterprise", "ledger", "figures", "figures_period"}
)
"""What answers alike whatever it names: nothing there tells a thing that is from one that is not."""
NAMES = ("id", "enterprise", "case", "contact", "instruction", "from", "asked")


@pytest.fixture
async def victim(world: World) -> Victim:
    return await new_victim(world)


ATTACKERS = {
    "guest": "a visitor",
    "contact": "the contact of another enterprise of the place",
    "officer": "an officer of the department of the same name, in another place",
    "officer beside": "an officer of another department of the same place",
    **dict.fromkeys(("liaison", "leader", "legal"), "the office of the same role in another place"),
    **dict.fromkeys(("supervisor", "admin"), "the office of the same role in another place"),
}


async def _attacker(world: World, who: str) -> Person:
    chat = f"attacker-{who}"
    if who == "guest":
        person = world.person(chat)
        await person.says("你好")
        return person
    if who == "contact":
        return await world.contact(await world.enterprise("示例隔壁小卖部"), chat, "周示例")
    if who == "officer beside":
        return await world.office("officer", chat=chat, name="孙示例", department="示例水利局")
    department = {"legal": "示例司法局", "supervisor": "示例督查室"}.get(who, DEPARTMENT)
    return await world.office(who, chat=chat, name="赵外地", department=department, jurisdiction=ELSEWHERE)


@on_sqlite
async def test_nothing_of_somebody_elses_is_shown_and_nothing_of_it_changes(victim: Victim) -> None:
    world, found = victim.world, []
    attackers = {who: await _attacker(world, who) for who in ATTACKERS}
    chats_of = {attacker.chat for attacker in attackers.values()}
    before = await _records(world, chats_of)
    async with world.database.transaction() as session:
        for who, attacker in attackers.items():
            turn = await _turn(world, session, attacker)
            for name, things in things_of(victim).items():
                if not permissions.may(who.split()[0], name):
                    continue  # refused for the role alone: tests/handlers/test_permissions.py
                for thing in things:
                    if who == "officer beside" and name in IS_THE_PLACES and "case" not in thing:
                        continue
                    act = {"do": name} | thing
                    with _writes(world) as written:
                        said = await _does(world, turn, act)
                    if _whole(said) != _whole(await _does(world, turn, _missing(act))):
                        found.append(f"{who}: {act} tells that it is there")
                    assert SECRET not in repr(turn.state), act
                    found += [f"{who}: {act} {how}" for how in _reached(victim, attacker, said, written)]
    assert not found, "\n".join(found)
    assert await _records(world, chats_of) == before


def _reached(victim: Victim, attacker: Person, said: list[Reply], written: list[tuple[str, str]]) -> list[str]:
    """In which ways an answer reached what is the victim's."""
    found = []
    changed = {table for table, _ in written} - BOOKKEEPING
    foreign = [values for table, values in written if table in BOOKKEEPING and attacker.chat not in values]
    if changed or foreign:
        found.append(f"writes {sorted(changed)} {foreign}")
    whole = _whole(said)
    if SECRET in whole or any(number in whole for number in victim.numbers):
        found.append(f"shows {whole[:80]}")
    if _gives_file(said):
        found.append("gives a file")
    return found


async def _records(world: World, but: set[str]) -> dict[str, list[str]]:
    """All that is kept, but for what stands in these chats."""
    return {
        table: [row for row in rows if not any(f"'{chat}'" in row for chat in but)]
        for table, rows in (await records(world)).items()
    }


@on_sqlite
async def test_every_act_of_the_table_is_in_the_matrix_and_reaches_what_is_ones_own(victim: Victim) -> None:
    """So that the refusals above refuse something that is there."""
    named = set(things_of(victim))
    assert named | NAMES_NOTHING == set(permissions.TABLE)
    assert not named & NAMES_NOTHING
    unreached = [
        f"{name} {thing}"
        for name, things in things_of(victim).items()
        for thing in things
        if name not in THE_SAME_FOR_ALL and not await _is_reached_by_its_own(victim, {"do": name} | thing)
    ]
    assert not unreached, "\n".join(unreached)


async def _is_reached_by_its_own(victim: Victim, act: Act) -> bool:
    """Whether one of the victim's own people is told something else of it than of a thing that is not there."""
    for role in sorted(permissions.TABLE[act["do"]]):
        person = victim.people[role]
        if _whole(await _tried(victim.world, person, act)) != _whole(await _tried(victim.world, person, _missing(act))):
            return True
    return False


def _missing(act: Act) -> Act:
    """The same act on what is not there."""
    return {name: 999_999 if name in NAMES else value for name, value in act.items()}


class _Undo(Exception):
    """Undoes what was tried."""


async def _tried(world: World, person: Person, act: Act) -> list[Reply]:
    """Do it, look at the answer, and undo it."""
    said: list[Reply] = []
    try:
        async with world.database.transaction() as session:
            said = await _does(world, await _turn(world, session, person), act)
            raise _Undo
    except _Undo:
        return said


async def _turn(world: World, session: Session, person: Person) -> Turn:
    """A turn of somebody, as the conversation makes one of a press."""
    now = world.clock.now()
    dialogue = await chats.load_dialogue(session, person.channel, person.chat, now)
    speaker = await people.speaker_of(session, person.channel, person.chat, now.date(), demo=False)
    incoming = Incoming(person.channel, person.chat, "straight", now, "press", choice="straight")
    return Turn(session, incoming, dialogue, world.house.knowledge(), world.house, speaker, world.conversation.engine)


async def _does(world: World, turn: Turn, act: Act) -> list[Reply]:
    """An act, as the press of a button for it is carried out."""
    said = await world.conversation._act(turn, act)
    return said if isinstance(said, list) else [said] if said else []


def _whole(said: list[Reply]) -> str:
    """Everything that a person reads of an answer, buttons and file names too."""
    words = [block.text for reply in said for block in reply.blocks]
    labels = [choice.label for reply in said for choice in reply.choices]
    return "\n".join([*words, *labels, *(file.name for reply in said for file in reply.files)])


def _gives_file(said: list[Reply]) -> bool:
    """Whether an answer brings a file with the victim's words, or one of those that are kept."""
    files = [file for reply in said for file in reply.files]
    return any(file.kept is not None or SECRET.encode() in file.content for file in files)


@contextmanager
def _writes(world: World) -> Iterator[list[tuple[str, str]]]:
    """What is written meanwhile: table and values of each statement that changed a row."""
    found: list[tuple[str, str]] = []

    def heard(_: Any, cursor: Any, statement: str, values: Any, *rest: Any) -> None:
        verb = re.match(r"(?:INSERT INTO|UPDATE|DELETE FROM) (\w+)", statement)
        if verb and cursor.rowcount != 0:
            found.append((verb[1], repr(values)))

    engine = world.database.engine.sync_engine
    event.listen(engine, "after_cursor_execute", heard)
    try:
        yield found
    finally:
        event.remove(engine, "after_cursor_execute", heard)


# ---- flows that were begun while they were allowed

OF_NOBODYS = frozenset(
    {"bind", "find", "add_enterprise", "invite", "leave", "log", "find_case", "add_phrase", "export", "figures"}
    | {"request", "rate_say"}
)
"""Flows whose run names nobody's things, or only those of the chat itself."""


@on_sqlite
async def test_a_flow_begun_on_somebody_elses_thing_comes_to_nothing_when_it_is_submitted(victim: Victim) -> None:
    """Whoever lost an office or an enterprise in the middle of a form: submitting looks again."""
    world, found = victim.world, []
    attackers = {who: await _attacker(world, who) for who in ("guest", "contact", "officer", "officer beside", "legal")}
    attackers |= {who: await _attacker(world, who) for who in ("leader", "supervisor", "admin")}
    flows = world.conversation.engine.flows
    assert flows.keys() >= OF_NOBODYS
    async with world.database.transaction() as session:
        for who, attacker in attackers.items():
            turn = await _turn(world, session, attacker)
            for name, flow in flows.items():
                if name in world.house.checks.names:
                    continue  # a self-check is anybody's; it is kept for an enterprise that is bound now, or not at all
                if name in OF_NOBODYS or (who == "officer beside" and name == "guide"):
                    continue
                with _writes(world) as written:
                    try:
                        said = [await flow.submit(turn, _begun(victim, name))]
                    except (KeyError, TypeError, ValueError, AssertionError) as error:
                        found.append(f"{who}: {name} does not look first: {type(error).__name__} {error}")
                        continue
                found += [f"{who}: {name} {how}" for how in _reached(victim, attacker, said, written)]
    assert not found, "\n".join(found)


def _begun(victim: Victim, flow: str) -> Run:
    """A run of a flow on the victim's things, wherever flows keep their number."""
    ids, case = victim.ids, victim.files["rectifying"].id
    given = {"case": case, "enterprise": victim.firm, "office": victim.offices["officer"].id, "kind": "order"}
    given |= {"pledge": ids["draft"], "paper": ids["paper"], "request": ids["request"], "answer": ids["proposed"]}
    given |= {"guidance": ids["meeting"], "rating": ids["rated"], "instruction": ids["instruction"], "asked": []}
    given |= {"from": victim.offices["left"].id, "number": "1", "names": [], "day": "2026-11-20", "suggested": {}}
    return Run(flow, "run", given=given, answers={"reason": "示例", "note": "示例", "text": "示例", "to": "1"})


@on_sqlite
async def test_whoever_lost_the_enterprise_in_the_middle_of_asking_puts_nothing_on_its_cases_record(
    victim: Victim,
) -> None:
    """The request is theirs and is numbered; the case is not theirs any more."""
    owner, case = victim.people["contact"], victim.files["plain"]
    await presses_act(owner, do="ask_officer", id=case.id)
    await owner.says("什么时候来复查")
    async with victim.world.database.transaction() as session:
        before = [event.act for event in await cases.events(session, case.id)]
        await people.unbind(session, victim.contact, victim.world.clock.now(), "ended")
    assert "诉" in _read(await owner.presses("确认转交"))
    async with victim.world.database.reading() as session:
        assert [event.act for event in await cases.events(session, case.id)] == before


def _read(parts: list[Part]) -> str:
    return "\n".join(block.text for part in parts for block in part.blocks)
