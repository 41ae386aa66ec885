"""A request as its people see it, the lists of it, and its whole course (R50)."""

from __future__ import annotations

from collections.abc import Sequence

from handlers.answers import short
from handlers.browse import paged
from handlers.cases.common import when
from handlers.messages import Act, Choice, Reply
from handlers.requests import words
from handlers.requests.common import (
    ASSIGNERS,
    MENU,
    day_words,
    due_words,
    excerpt,
    gone,
    is_mine,
    is_of_office,
    line,
    seen,
    state_words,
    time_words,
)
from handlers.turn import Acts, Turn
from storage import enterprises, people, requests
from storage.requests import RequestInfo

SHOWN_WORDS = 2
"""So many of the newest words on both sides stand on the page; the others in the course."""


async def page(turn: Turn, info: RequestInfo, lead: str = "", *, note: str = "") -> Reply:
    """The request: what was asked, where it stands, what was said; buttons for what the speaker may do now."""
    asks = is_mine(turn, info) and not (is_of_office(turn, info) and turn.speaker.office)
    said = [e for e in await requests.events(turn.session, info.id) if e.act in ("said", "answered")]
    lines = [f"{info.number}：{state_words(info)}"] if lead else []
    lines.append(f"问题：{excerpt(info.question)}")
    lines.append(f"部门：{info.department or words.BY_ADMIN}" + ("" if asks else f"；{await _who_asks(turn, info)}"))
    if info.is_open:
        lines.append(f"期限：{day_words(info.due)}，{due_words(info, turn.today)}")
    if info.holder and info.held_until:
        until = "" if asks else f"，到{time_words(info.held_until, turn.today)}"
        lines.append(f"承办：{info.holder_name}{until}")
    for event in said[-SHOWN_WORDS:]:
        by = "答复" if event.act == "answered" else "我补充" if asks else "对方"
        lines.append(f"{by}：{excerpt(event.text, 120)}")
    return Reply.of(
        ("lead", lead or f"{info.number}：{state_words(info)}"),
        ("list", "\n".join(lines)),
        ("note", note),
        choices=[*(_for_asker(info) if asks else _for_office(turn, info)), MENU],
    )


async def _who_asks(turn: Turn, info: RequestInfo) -> str:
    """Who asks, as far as those who answer need it: the enterprise of a contact, no name."""
    bound = await people.bindings_of(turn.session, info.person) if info.person else []
    firm = await enterprises.enterprise(turn.session, bound[0].enterprise) if bound else None
    return f"企业：{firm.name}" if firm else "访客提的" if info.person is None else "个人提的"


ANSWERED = Choice(words.LABEL_ANSWERED, {"do": "requests", "answered": True})


def way(label: str, act: str, info: RequestInfo, **more: object) -> Choice:
    """A button that does something with a request."""
    return Choice(label, {"do": act, "id": info.id, **more})


def _for_asker(info: RequestInfo) -> list[Choice]:
    if info.is_erased:
        return []
    found = []
    if info.state != "closed":
        found += [way(words.LABEL_SOLVED, "request_solved", info), way(words.LABEL_MORE, "request_more", info)]
    if info.state in ("answered", "closed"):
        found.append(way(words.LABEL_UNSOLVED, "request_unsolved", info))
    return [*found, way("全过程", "request_course", info)]


def _for_office(turn: Turn, info: RequestInfo) -> list[Choice]:
    office = turn.speaker.office
    assert office is not None
    found = []
    if office.role == "officer" and info.state != "closed" and not info.is_erased:
        if info.holder == office.id:
            found += [way(words.LABEL_ANSWER, "request_answer", info), way(words.LABEL_GIVE_BACK, "request_back", info)]
        else:
            found += [way(words.LABEL_TAKE, "request_take", info), way(words.LABEL_ANSWER, "request_answer", info)]
    if office.role == "officer" and info.first_answered and not info.is_erased:
        found.append(way(words.LABEL_PUBLISH, "answer_propose", info))
    if (office.role == "officer" or office.role in ASSIGNERS) and info.is_open:
        label = words.LABEL_MOVE if info.department else words.LABEL_ASSIGN
        found.append(way(label, "request_move", info))
    return [*found, way("全过程", "request_course", info), Choice(words.LABEL_REQUESTS, {"do": "requests"})]


async def _request(turn: Turn, act: Act) -> Reply:
    info = await seen(turn, act["id"])
    return await page(turn, info) if info else gone(turn)


async def _course(turn: Turn, act: Act) -> Reply:
    """全过程: every step of the request, oldest first; to the asker without the names of the authority's people."""
    info = await seen(turn, act["id"])
    if info is None:
        return gone(turn)
    found = await requests.events(turn.session, info.id)
    shows_names = not is_mine(turn, info)

    def told(event: requests.RequestEventInfo) -> str:
        who = f"（{event.person_name}）" if event.person_name and shows_names else ""
        text = f"：{short(event.text, 60)}" if event.text else ""
        return f"{when(event.at)} {words.ACTS.get(event.act, event.act)}{who}{text}"

    return paged(
        words.COURSE.format(number=info.number),
        found,
        act.get("page", 0),
        told,
        lambda event: words.ACTS.get(event.act, event.act),
        lambda event: {"do": "request", "id": info.id},
        lambda n: {"do": "request_course", "id": info.id, "page": n},
        {"do": "request", "id": info.id},
    )


async def _requests(turn: Turn, act: Act) -> Reply:
    """诉求: for an office what waits for it, the overdue first, or what it answered; else what the speaker asked."""
    if act.get("number"):
        found = await requests.numbered(turn.session, act["number"])
        return await _request(turn, {"id": found.id}) if found else gone(turn)
    office = turn.speaker.office
    if office is None:
        return await _mine(turn, act)
    department = office.department if office.role == "officer" else None
    is_answered = bool(act.get("answered"))
    of = requests.answered if is_answered else requests.queue
    listed = await of(turn.session, office.jurisdiction, department)
    if listed:
        title = f"{words.ANSWERED if is_answered else words.QUEUE}（{len(listed)}个）"
        return _list(turn, act, title, listed, [] if is_answered else [ANSWERED])
    if not is_answered and await _own(turn, 1):
        return await _mine(turn, act)
    none = words.ANSWERED_NONE if is_answered else words.QUEUE_NONE
    return Reply.of(("lead", none), choices=[MENU] if is_answered else [ANSWERED, MENU])


async def _own(turn: Turn, limit: int = 50) -> list[RequestInfo]:
    where = turn.incoming
    return await requests.of_asker(turn.session, where.channel, where.chat, turn.speaker.person, limit)


async def _mine(turn: Turn, act: Act) -> Reply:
    found = await _own(turn)
    if not found:
        ask = Choice(words.LABEL_NEW, {"do": "person"})
        return Reply.of(("lead", words.MINE_NONE), ("text", words.MINE_NONE_NEXT), choices=[ask, MENU])
    return _list(turn, act, words.MINE, found)


def _list(turn: Turn, act: Act, title: str, found: Sequence[RequestInfo], extra: Sequence[Choice] = ()) -> Reply:
    return paged(
        title,
        found,
        act.get("page", 0),
        lambda info: line(info, turn.today),
        lambda info: info.question,
        lambda info: {"do": "request", "id": info.id},
        lambda n: {**act, "page": n},
        None,
        extra=extra,
    )


ACTS: Acts = {"request": _request, "request_course": _course, "requests": _requests}
