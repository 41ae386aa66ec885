"""Self-checks in the chat: choosing one, the pages behind a result, records, sending to an officer, sharing by link."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from handlers import looking, results, words
from handlers.answers import short
from handlers.browse import paged
from handlers.flows.checking import Latest, enterprise_of, latest, result_reply, result_ways
from handlers.flows.flow import Run, value_words
from handlers.flows.steps import Step
from handlers.messages import MAX_LABEL, Act, Block, Choice, Reply
from handlers.sources import Sources
from handlers.turn import Acts, Turn
from storage import enterprises, people, self_checks

MENU = Choice(words.LABEL_MENU, {"do": "menu"})
BACK = Choice(words.LABEL_BACK_RESULT, {"do": "result_details", "page": -1})


def _checks(turn: Turn, act: Act) -> Reply:
    checks = turn.house.checks
    found = [next(c for c in checks.checks if c.name == name) for name in checks.names]
    choices = [Choice(check.label, {"do": "check", "check": check.name}) for check in found]
    return Reply.of(("lead", words.CHECK_WHICH), ("list", words.CHECK_LINES), choices=[*choices, MENU])


async def _check(turn: Turn, act: Act) -> Reply:
    return await turn.engine.start(turn, act["check"], act)


def _with_latest(make: Callable[[Turn, Act, Latest], Reply]) -> Callable[[Turn, Act], Reply]:
    """An act on the latest result of this chat; says so when there is none any more."""

    def run(turn: Turn, act: Act) -> Reply:
        found = latest(turn)
        if found is None:
            again = Choice(words.LABEL_CHECKS, {"do": "checks"})
            return Reply.of(("lead", words.CHECK_GONE), choices=[again, MENU])
        return make(turn, act, found)

    return run


def _details(turn: Turn, act: Act, found: Latest) -> Reply:
    if act.get("page", 0) < 0:
        return result_reply(turn, found.verdict, found.facts, found.kept, found.place)
    pages = results.details(found.verdict, Sources(turn.library, turn.house.checks), found.place)
    return results.page_reply(
        words.CHECK_DETAILS,
        pages,
        act.get("page", 0),
        lambda n: {"do": "result_details", "page": n},
        [BACK, MENU],
    )


def _follows(turn: Turn, act: Act, found: Latest) -> Reply:
    sources = Sources(turn.library, turn.house.checks)
    pages = results.follows(found.verdict, sources, found.place)
    return results.page_reply(
        words.CHECK_FOLLOWS, pages, act.get("page", 0), lambda n: {"do": "result_follows", "page": n}, [BACK, MENU]
    )


def _changes(turn: Turn, act: Act, found: Latest) -> Reply:
    blocks = results.changes(found.verdict, Sources(turn.library, turn.house.checks))
    edit = Choice(words.LABEL_EDIT_ANSWERS, {"do": "result_edit"})
    return Reply(tuple(blocks), (edit, BACK, MENU))


async def _edit(turn: Turn, act: Act) -> Reply:
    """The answers once more, at the review: 修改第N项, then a new result."""
    found = latest(turn)
    if found is None:
        return Reply.of(("lead", words.CHECK_GONE), choices=[Choice(words.LABEL_CHECKS, {"do": "checks"}), MENU])
    run = Run.from_json(found.run)
    run.id = turn.house.new_token()
    return await turn.engine.resume_run(turn, run)


# ---- kept results of an enterprise


async def _records(turn: Turn, act: Act) -> Reply:
    own = await enterprise_of(turn)
    assert own is not None
    kept = await self_checks.checks_of(turn.session, own.id, 30)
    if not kept:
        return Reply.of(
            ("lead", words.CHECK_RECORDS_NONE), choices=[Choice(words.LABEL_CHECKS, {"do": "checks"}), MENU]
        )
    return paged(
        words.CHECK_RECORDS.format(enterprise=own.name),
        kept,
        act.get("page", 0),
        lambda c: f"{_day(c)} {c.result['title']}：{c.result['card'][0][1]}",
        lambda c: c.result["title"],
        lambda c: {"do": "record", "id": c.id},
        lambda n: {"do": "records", "page": n},
        None,
    )


def _day(info: self_checks.CheckInfo) -> str:
    return str(info.result["day"])


async def _record(turn: Turn, act: Act) -> Reply:
    kept = await _own(turn, act["id"])
    if kept is None:
        return Reply.of(("lead", words.CHECK_GONE), choices=[MENU])
    ways = [choice for choice in result_ways(kept.id) if choice.act["do"] in ("result_send", "result_share")]
    if kept.share and kept.share_until and kept.share_until > turn.now:
        ways.append(Choice(words.LABEL_STOP_SHARE, {"do": "result_unshare", "id": kept.id}))
    blocks = [Block(kind, text) for kind, text in kept.result["card"]]
    return Reply(tuple(blocks), (*ways, Choice(words.LABEL_RECORDS, {"do": "records"}), MENU))


async def _own(turn: Turn, check: int) -> self_checks.CheckInfo | None:
    """A kept result, only for a contact of its enterprise."""
    kept = await self_checks.check(turn.session, check)
    own = {binding.enterprise for binding in turn.speaker.bindings}
    return kept if kept and kept.enterprise in own else None


async def _send(turn: Turn, act: Act) -> Reply:
    """To the officers of one department of the enterprise's place, to a delegate where one is on leave."""
    kept = await _own(turn, act["id"])
    if kept is None:
        return Reply.of(("lead", words.CHECK_GONE), choices=[MENU])
    if kept.department:
        return Reply.of(("lead", words.CHECK_SENT_BEFORE.format(department=kept.department)), choices=[MENU])
    firm = await enterprises.enterprise(turn.session, kept.enterprise)
    assert firm is not None
    departments = await people.departments(turn.session, firm.division, demo=turn.house.demo)
    if not departments:
        return Reply.of(("lead", words.CHECK_NOBODY.format(place=_place(turn, firm.division))), choices=[MENU])
    department = act.get("department") or (departments[0] if len(departments) == 1 else None)
    if department not in departments:
        lines = "\n".join(f"{n}. {name}" for n, name in enumerate(departments[:7], 1))
        choices = [
            Choice(f"{n}.{short(name, MAX_LABEL - 2)}", dict(act) | {"department": name})
            for n, name in enumerate(departments[:7], 1)
        ]
        return Reply.of(("lead", words.CHECK_SEND_TO), ("list", lines), choices=[*choices, MENU])
    await self_checks.send(turn.session, kept.id, department, turn.now)
    told = await _tell_officers(turn, kept, firm, department)
    return Reply.of(("lead", words.CHECK_SENT.format(department=department, count=told)), choices=[MENU])


def _place(turn: Turn, division: str) -> str:
    from handlers.browse import place_names

    return place_names(turn.library).get(division, division)


async def _tell_officers(
    turn: Turn, kept: self_checks.CheckInfo, firm: enterprises.EnterpriseInfo, department: str
) -> int:
    offices = await people.offices(
        turn.session, jurisdiction=firm.division, department=department, role="officer", demo=turn.house.demo
    )
    reached: set[int] = set()
    for office in offices:
        acting = (
            await people.office(turn.session, office.delegate)
            if office.is_on_leave(turn.today) and office.delegate
            else None
        )
        reached.add((acting if acting and acting.until is None else office).person)
    reply = Reply.of(
        ("lead", words.CHECK_RECEIVED.format(enterprise=firm.name, title=kept.result["title"])),
        ("text", kept.result["card"][0][1]),
        choices=[Choice(words.LABEL_LOOK, {"do": "received_one", "id": kept.id})],
    )
    for person in sorted(reached):
        for channel, chat in await people.chats_of(turn.session, person):
            await turn.send(channel, chat, f"check/{kept.id}/{person}/{channel}/{chat}", reply)
    return len(reached)


async def _share(turn: Turn, act: Act) -> Reply:
    kept = await _own(turn, act["id"])
    if kept is None:
        return Reply.of(("lead", words.CHECK_GONE), choices=[MENU])
    token = turn.house.new_secret()
    days = turn.house.settings["share_days"]
    await self_checks.share(turn.session, kept.id, token, turn.now + dt.timedelta(days=days))
    return Reply.of(
        ("lead", words.CHECK_SHARED.format(days=days)),
        ("text", turn.house.share_link(token)),
        choices=[Choice(words.LABEL_STOP_SHARE, {"do": "result_unshare", "id": kept.id}), MENU],
    )


async def _unshare(turn: Turn, act: Act) -> Reply:
    kept = await _own(turn, act["id"])
    if kept is not None:
        await self_checks.unshare(turn.session, kept.id)
    return Reply.of(("lead", words.CHECK_SHARE_STOPPED), choices=[MENU])


# ---- received by an officer


async def _received(turn: Turn, act: Act) -> Reply:
    office = turn.speaker.office
    assert office is not None
    found = await self_checks.received(turn.session, office.department, office.jurisdiction, 30)
    if not found:
        return Reply.of(("lead", words.CHECK_RECEIVED_NONE), choices=[MENU])
    return paged(
        words.CHECK_RECEIVED_LIST,
        found,
        act.get("page", 0),
        lambda c: f"{_day(c)} {c.enterprise_name}：{c.result['title']}",
        lambda c: c.enterprise_name,
        lambda c: {"do": "received_one", "id": c.id},
        lambda n: {"do": "received", "page": n},
        None,
    )


async def _received_one(turn: Turn, act: Act) -> Reply:
    """A result as the officer sees it: the card, and each fact with whether it is declared or from the register."""
    office = turn.speaker.office
    assert office is not None
    kept = await self_checks.check(turn.session, act["id"])
    firm = await enterprises.enterprise(turn.session, kept.enterprise) if kept else None
    if kept is None or firm is None or (kept.department, firm.division) != (office.department, office.jurisdiction):
        return Reply.of(("lead", words.CHECK_GONE), choices=[MENU])
    await looking.at_people(turn, firm.id, "check")
    head = Block("lead", f"{firm.name}：{kept.result['title']}")
    first, *rest = (Block(kind, text) for kind, text in kept.result["card"])
    facts = Block("list", "\n".join(_fact_lines(turn, kept)))
    blocks = (head, Block("text", first.text), *rest[:-1], facts, rest[-1])
    ways = (
        Choice(words.LABEL_ENTERPRISE, {"do": "enterprise", "id": firm.id}),
        Choice(words.LABEL_RECEIVED, {"do": "received"}),
        MENU,
    )
    return Reply(blocks, ways)


def _fact_lines(turn: Turn, kept: self_checks.CheckInfo) -> list[str]:
    flow = turn.engine.flows.get(kept.kind)
    steps: dict[str, Step] = {step.name: step for step in flow.steps({})} if flow else {}
    lines = []
    for name, (value, status) in kept.facts.items():
        if name in steps:
            said: Any = value_words(turn, steps[name], value)
            lines.append(f"{steps[name].title}：{said}（{words.STATUS[status]}）")
    return lines


ACTS: Acts = {
    "checks": _checks,
    "check": _check,
    "result_details": _with_latest(_details),
    "result_follows": _with_latest(_follows),
    "result_changes": _with_latest(_changes),
    "result_edit": _edit,
    "records": _records,
    "record": _record,
    "result_send": _send,
    "result_share": _share,
    "result_unshare": _unshare,
    "received": _received,
    "received_one": _received_one,
}
