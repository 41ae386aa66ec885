"""Rows of a large database, plainly fictitious and the same for the same seed: enterprises, cases with their whole course.

Cases are opened over a year and a half, most of them closed since; some run, some are late, some wait for the authority.
The courses are valid: each event carries the digest of the one before, and leads to the state that the case has (R28).
"""

from __future__ import annotations

import datetime as dt
import hashlib
import itertools
import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from stdnum.cn import uscc

from benchmarks.firm_names import BRAND, STREETS, TRADES
from knowledge.procedure.case import Case, Facts, Promise
from storage.chain import CASES, START, digest_of

TODAY = dt.date(2026, 11, 20)
DAYS = 548
"""Over so many days before today the cases were opened."""
PLACES = ("420704", *(f"42{city:02d}{county:02d}" for city in range(1, 11) for county in range(1, 11)))
PLACES = tuple(dict.fromkeys(PLACES))[:100]
DEPARTMENTS = ("市场监管局", "城市管理局", "应急管理局", "生态环境局", "农业农村局", "文化旅游局", "交通运输局", "卫生健康局", "住房建设局", "消防救援大队")  # fmt: skip
SHARES = (30, 14, 12, 10, 8, 7, 6, 5, 4, 4)
OFFICERS = 5
ABOVE = ("liaison", "liaison", "leader", "supervisor", "legal", "admin")
PROBLEMS = ("货架上没有明码标价", "门口占道经营", "消防通道堆放杂物", "从业人员健康证过期", "餐具消毒记录不全", "广告牌没有备案", "危险废物没有分类存放", "施工扬尘没有覆盖", "营业执照没有上墙", "进货查验记录缺失")  # fmt: skip
PLACES_OF_PROBLEM = ("前厅", "后厨", "仓库", "门口", "二楼", "车间", "收银台", "停车场")
BATCH = 5_000
Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Size:
    """How many of each; events come to about ten a case."""

    enterprises: int
    cases: int


@dataclass(frozen=True, slots=True)
class Table:
    """Some rows of one table."""

    name: str
    columns: tuple[str, ...]
    rows: Sequence[Row]


@lru_cache(100_000)
def moment(day: dt.date, hour: int = 2, second: int = 0) -> dt.datetime:
    return dt.datetime(day.year, day.month, day.day, hour, tzinfo=dt.UTC) + dt.timedelta(seconds=second)


def shares(count: int) -> list[int]:
    """How many of all belong to each place: the first has four in a hundred, the last one in three hundred."""
    weights = [1 / (n + 10) for n in range(len(PLACES))]
    whole = sum(weights)
    found = [max(1, int(count * weight / whole)) for weight in weights]
    found[0] += count - sum(found)
    return found


def first_officer(place: int, department: int) -> int:
    """The id of the first officer's appointment of a department, which is the person's as well."""
    return 1 + (place * len(DEPARTMENTS) + department) * OFFICERS


def first_above() -> int:
    return 1 + len(PLACES) * len(DEPARTMENTS) * OFFICERS


def above(place: int, role: str) -> int:
    """The id of an office above: the first one of this role in a place."""
    return first_above() + place * len(ABOVE) + ABOVE.index(role)


def last_office() -> int:
    return first_above() + len(PLACES) * len(ABOVE) - 1


# ---- people and enterprises


def offices() -> Iterator[Table]:
    """Everybody who holds an office, in a chat of the web each. Every fiftieth officer has left: nobody took over yet."""
    since, persons, held, chats = moment(TODAY - dt.timedelta(900)), list[Row](), list[Row](), list[Row]()

    def add(id: int, role: str, place: str, department: str) -> None:
        has_left = role == "officer" and id % 50 == 3
        licence = (f"示例-{id:05d}", dt.date(2028, 6, 30)) if role == "officer" else (None, None)
        persons.append((id, f"{'张李王赵陈'[id % 5]}示例", False, since))
        held.append((id, id, role, place, department, *licence, since, moment(TODAY) if has_left else None))
        chats.append(("web", f"office-{id}", "{}", 0, since, since, id, 0))

    for at, place in enumerate(PLACES):
        for n, department in enumerate(DEPARTMENTS):
            for one in range(OFFICERS):
                add(first_officer(at, n) + one, "officer", place, department)
    for at, place in enumerate(PLACES):
        for n, role in enumerate(ABOVE):
            add(first_above() + at * len(ABOVE) + n, role, place, {"liaison": f"示例街道{n}"}.get(role, "示例办公室"))
    yield Table("person", ("id", "name", "is_demo", "since"), persons)
    columns = ("id", "person", "role", "jurisdiction", "department", "licence", "licence_until", "since", "until")
    yield Table("appointment", columns, held)
    yield Table("chat", _CHAT, chats)


_CHAT = ("channel", "chat", "state", "version", "since", "seen", "person", "wrong_codes")


def enterprises(size: Size, seed: int) -> Iterator[Table]:
    """Enterprises by place; every fifth has a contact in a chat of its own."""
    rng = random.Random(seed)
    columns = ("id", "name", "code", "division", "industry_code", "industry", "address", "founded", "origin", "made", "changed")  # fmt: skip
    made, id, person = moment(TODAY - dt.timedelta(600)), 0, last_office()
    for at, count in enumerate(shares(size.enterprises)):
        for start in range(0, count, BATCH):
            firms, persons, contacts, chats = list[Row](), list[Row](), list[Row](), list[Row]()
            for _ in range(start, min(start + BATCH, count)):
                id += 1
                brand = "".join(rng.choices(BRAND, k=rng.choice((2, 2, 3, 3, 4))))
                name = f"{'鄂城区' if at == 0 else f'示例{at}县'}示例{brand}{rng.choice(TRADES)}"
                body = f"92{PLACES[at]}MA{id:07d}"
                code = body + uscc.calc_check_digit(body)
                address = f"示例{at}县{rng.choice(STREETS)}{rng.randrange(1, 900)}号"
                founded = dt.date(2010, 1, 1) + dt.timedelta(rng.randrange(5000))
                firms.append((id, name, code, PLACES[at], "5213", "零售", address, founded, "register", made, made))
                if id % 5 == 0:
                    person += 1
                    persons.append((person, "李示例", False, made))
                    contacts.append((person, person, id, made))
                    chats.append(("web", f"contact-{id}", "{}", 0, made, made, person, 0))
            yield Table("enterprise", columns, firms)
            yield Table("person", ("id", "name", "is_demo", "since"), persons)
            yield Table("contact", ("id", "person", "enterprise", "since"), contacts)
            yield Table("chat", _CHAT, chats)


# ---- courses

_OPENED, _DUE, _HANDED, _VISIT, _CLOSED = (dt.date(1111, 1, n) for n in range(1, 6))
"""Days that stand in a course until a case gives it its own."""


@dataclass(frozen=True, slots=True)
class Course:
    """What happens to a case, act by act: each with the text of its event, and the state at the end, with days to fill."""

    acts: tuple[tuple[str, str], ...]
    state: str
    last: Case


def _course(steps: Sequence[tuple[str, Case]]) -> Course:
    before: dict[str, Any] = {}
    acts = []
    for act, case in steps:
        after = case.to_json()
        changes = {name: [before.get(name), value] for name, value in after.items() if before.get(name) != value or name not in before}  # fmt: skip
        data: dict[str, Any] = {"problem": "@problem@", "items": [], "number": "@number@", "enterprise": "@firm@"}
        said = {"data": data if act == "log" else {"note": "示例"}, "changes": changes}
        acts.append((act, json.dumps(said, ensure_ascii=False, sort_keys=True)))
        before = after
    return Course(tuple(acts), json.dumps(before, ensure_ascii=False), steps[-1][1])


def courses() -> dict[str, list[Course]]:
    """The courses there are, by where they end."""
    found: dict[str, list[Course]] = {}
    for severity in ("minor", "ordinary", "serious"):
        facts = Facts(is_first=True, is_slight=severity == "minor", has_consequence=False, is_intended=False, is_correctable=True)  # fmt: skip
        logged = Case(opened=_OPENED, problem="@problem@", touches_red_line=False)
        promise = Promise("p1", "按期改正并保持", _DUE)
        running = replace(
            logged, stage="rectifying", severity=severity, derived=severity, facts=facts, due=_DUE, first_due=_DUE,
            warning="warning" if severity == "minor" else "urgent", is_ordered=severity != "minor",
            must_correct="按要求改正，拍照上传", promises=(promise,),
        )  # fmt: skip
        handed = replace(running, stage="submitted", promises=(replace(promise, handed_in=_HANDED),))
        again = replace(handed, stage="rectifying", period=2)
        kept = (replace(promise, state="kept", handed_in=_HANDED),)
        passed = replace(handed, stage="passed", evidence_passed=True, promises=kept, visit_due=_VISIT)
        visited = replace(passed, visited=_VISIT, visit_due=None)
        outcomes = {"minor": ("exempt_minor", "exempt_first"), "ordinary": ("exempt_first", "penalty"), "serious": ("penalty", "lighter")}  # fmt: skip
        begin = [("log", logged), ("diagnose", running)]
        handing = [*begin, ("submit_evidence", handed)]
        passing = [*handing, ("pass_evidence", passed)]
        found.setdefault("logged", []).append(_course(begin[:1]))
        found.setdefault("rectifying", []).append(_course(begin))
        found.setdefault("submitted", []).append(_course(handing))
        found.setdefault("passed", []).append(_course(passing))
        found.setdefault("visited", []).append(_course([*passing, ("visit", visited)]))
        for outcome in outcomes[severity]:
            end = replace(visited, stage="closed", outcome=outcome, outcome_basis="《行政处罚法》第三十三条", closed=_CLOSED, officers=(1, 2), education=True)  # fmt: skip
            rest = [("visit", visited), ("close", end)]
            found.setdefault("closed", []).append(_course([*passing, *rest]))
            returned = [*handing, ("return_evidence", again), ("submit_evidence", handed), ("pass_evidence", passed)]
            found.setdefault("closed", []).append(_course([*returned, *rest]))
    return found


# ---- cases

CASE = ("id", "number", "jurisdiction", "department", "enterprise", "office", "problem", "items", "state", "stage", "severity", "turn", "due", "opened", "closed", "promise_due", "undelivered", "version", "head", "made", "changed")  # fmt: skip
EVENT = ("case", "ordinal", "at", "person", "act", "data", "previous", "digest")
_LOOK = '{"data": {"department": "示例办公室", "licence": "", "role": "%s", "what": "%s"}}'


def cases(size: Size, seed: int) -> Iterator[Table]:
    """Cases in the order of their opening, each with events, evidence, copies, reminders, and a pledge every second."""
    rng = random.Random(seed)
    known, series = courses(), dict[tuple[int, int, int], int]()
    of_place = shares(size.enterprises)
    firsts = [1, *itertools.accumulate(of_place, initial=1)][1:]
    places = rng.choices(range(len(PLACES)), shares(size.cases), k=size.cases)
    departments = rng.choices(range(len(DEPARTMENTS)), SHARES, k=size.cases)
    evidence = pledge = reminder = 0
    for start in range(0, size.cases, BATCH):
        files, events, pieces, copies, rungs, pledges = (list[Row]() for _ in range(6))
        for n in range(start, min(start + BATCH, size.cases)):
            id, at, department = n + 1, places[n], departments[n]
            opened = TODAY - dt.timedelta(DAYS - 1 - n * DAYS // size.cases)
            ending, days = _ending(rng, opened)
            course = rng.choice(known[ending])
            office = first_officer(at, department) + rng.randrange(OFFICERS)
            firm = firsts[at] + rng.randrange(of_place[at])
            key = (at, department, opened.year)
            series[key] = series.get(key, 0) + 1
            number = f"{PLACES[at]}{DEPARTMENTS[department][:2]}容〔{opened.year}〕{series[key]:04d}号"
            problem = f"{rng.choice(PLACES_OF_PROBLEM)}{rng.choice(PROBLEMS)}"
            fill = _Fill(number, firm, problem, days)
            head = START
            looks = rng.randrange(2, 6) if ending == "closed" else rng.randrange(3)
            acts = [(act, fill(text)) for act, text in course.acts]
            seen = [("looked", _LOOK % (("leader", "liaison")[k % 2], f"{'page' if k < 2 else 'course'}")) for k in range(looks)]  # fmt: skip
            acts[2:2] = seen
            for ordinal, (act, text) in enumerate(acts, 1):
                when = moment(min(opened + dt.timedelta(ordinal - 1), TODAY), 2, ordinal)
                person = above(at, "leader") if act == "looked" else office
                digest = _digest([id, ordinal, _iso(when), person, act, text, head])
                events.append((id, ordinal, when, person, act, text, head, digest))
                head = digest
            if n == start:  # the short way must be the program's own
                assert head == digest_of(CASES, *events[-1][:7])
            case, made = course.last, moment(opened)
            due = days[_DUE] if case.due else None
            closed = days[_CLOSED] if case.closed else None
            promise_due = due if case.turn == "enterprise" else None
            files.append((id, number, PLACES[at], DEPARTMENTS[department], firm, office, problem, "[]", fill(course.state),
                          case.stage, case.severity, case.turn, due, opened, closed, promise_due, n % 97 == 0,
                          len(course.acts), head, made, made))  # fmt: skip
            for _ in range(2 if case.stage in ("submitted", "passed", "closed") else 1):
                evidence += 1
                pieces.append((evidence, id, "after", "示例说明", office, made))
            if case.severity and case.severity != "minor":
                copies.append((id, above(at, "leader"), "一般，紧急预警，整改中", made, made if rng.random() < 0.9 else None))  # fmt: skip
            if case.severity:
                copies.append((id, above(at, "liaison"), "预警，整改中", made, made if rng.random() < 0.9 else None))
            if due:
                reminder += 2
                state = "waiting" if due > TODAY and case.turn == "enterprise" else "sent"
                for k in (0, 1):
                    rungs.append((reminder - k, id, f"officer_{k}", due, office, moment(due, 1), state, moment(due, 1) if state == "sent" else None))  # fmt: skip
            if due and n % 2 == 0:
                pledge += 1
                promises = json.dumps([{"id": "p1", "text": "按期改正并保持", "state": "open", "due": due.isoformat()}], ensure_ascii=False)  # fmt: skip
                pledges.append((pledge, id, "rectification", 1, "signed", promises, "示例承诺书", made, made))
        yield Table("case_file", CASE, files)
        yield Table("case_event", EVENT, events)
        yield Table("evidence", ("id", "case", "kind", "text", "person", "at"), pieces)
        yield Table("case_copy", ("case", "office", "why", "at", "read"), copies)
        yield Table("reminder", ("id", "case", "kind", "due", "person", "at", "state", "sent"), rungs)
        yield Table("pledge", ("id", "case", "kind", "version", "state", "promises", "text", "signed", "made"), pledges)
    rows = [(PLACES[at], DEPARTMENTS[n], year, last) for (at, n, year), last in series.items()]
    yield Table("case_series", ("jurisdiction", "department", "year", "last"), rows)


_whole = json.JSONEncoder(ensure_ascii=False).encode


@lru_cache(100_000)
def _iso(at: dt.datetime) -> str:
    return at.isoformat(timespec="microseconds")


def _digest(event: list[Any]) -> str:
    return hashlib.sha256(_whole(event).encode()).hexdigest()


class _Fill:
    """Puts a case's own words and days into the texts of its course."""

    def __init__(self, number: str, firm: int, problem: str, days: dict[dt.date, dt.date]) -> None:
        self._words = [("@number@", number), ('"@firm@"', str(firm)), ("@problem@", problem)]
        self._words += [(blank.isoformat(), day.isoformat()) for blank, day in days.items()]

    def __call__(self, text: str) -> str:
        for blank, word in self._words:
            text = text.replace(blank, word)
        return text


def _ending(rng: random.Random, opened: dt.date) -> tuple[str, dict[dt.date, dt.date]]:
    """Where a case stands today and its days: of the old ones nearly all are closed, some of the rest are late."""
    age = (TODAY - opened).days
    time = rng.choice((5, 7, 10, 15))
    due = opened + dt.timedelta(time)
    took = time + rng.randrange(-3, 12)
    days = {_OPENED: opened, _DUE: due, _HANDED: opened + dt.timedelta(min(took, time)), _VISIT: due, _CLOSED: opened + dt.timedelta(took + 3)}  # fmt: skip
    if age > took + 3 and rng.random() < 0.985:
        return "closed", days
    stage = rng.choices(("logged", "rectifying", "submitted", "passed", "visited"), (5, 50, 20, 15, 10))[0]
    if stage == "rectifying" and age > 30:  # late, but not for a year
        days[_DUE] = TODAY - dt.timedelta(rng.randrange(1, 40)) if rng.random() < 0.4 else TODAY + dt.timedelta(rng.randrange(15))  # fmt: skip
    if stage == "passed":
        days[_VISIT] = TODAY + dt.timedelta(rng.randrange(-5, 10))
    return stage, days


# ---- the rest of a conversation


def transcripts(size: Size, seed: int) -> Iterator[Table]:
    """What was said: a message in and out for every second case, all done long ago."""
    rng = random.Random(seed)
    payload, answer = '{"kind": "text", "text": "示例", "choice": ""}', '{"blocks": [["lead", "示例"]], "buttons": []}'
    columns = ("id", "direction", "channel", "chat", "key", "payload", "at", "state", "tries")
    at = moment(TODAY - dt.timedelta(30))
    for start in range(0, size.cases // 2, BATCH):
        rows = list[Row]()
        for n in range(start, min(start + BATCH, size.cases // 2)):
            chat = f"office-{rng.randrange(1, last_office())}"
            rows.append((2 * n + 1, "in", "web", chat, f"{chat}/{n}", payload, at, "done", 0))
            rows.append((2 * n + 2, "out", "web", chat, f"{2 * n + 1}/0", answer, at, "sent", 0))
        yield Table("message", columns, rows)


def everything(size: Size, seed: int = 20261120) -> Iterator[Table]:
    """All rows, in an order in which each finds what it refers to."""
    yield from offices()
    yield from enterprises(size, seed)
    yield from cases(size, seed + 1)
    yield from transcripts(size, seed + 2)
