"""Every path through every self-check, generated from the criteria (R12–R16): what is asked, and every page of every result."""

from __future__ import annotations

import asyncio
import datetime as dt
import itertools
import re
import shutil
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from handlers import checking, words
from handlers.conversation import CHINA, House, Knowledge
from handlers.flows.catalogue import flows_of
from handlers.flows.checking import FITS
from handlers.flows.engine import Engine
from handlers.messages import (
    MAX_CHOICES,
    MAX_LABEL,
    MAX_PART_BYTES,
    Act,
    Block,
    Incoming,
    Part,
    Reply,
    parts_of,
)
from handlers.turn import Turn
from knowledge.checks.conditions import Circumstances
from knowledge.checks.criteria import Check, Question
from storage.chats import Dialogue
from storage.database import Database
from storage.people import GUEST
from tests.people import SHIPPED_CHECKS, SHIPPED_INDUSTRIES, Person, World, words_of

NOON = dt.datetime(2026, 11, 20, 12, 0, tzinfo=CHINA)
BY_NAME = {check.name: check for check in SHIPPED_CHECKS.checks}
GIVEN = Circumstances(NOON.date(), SHIPPED_CHECKS.sizes, {"young_years": 3})
PLACES = (None, "420704", "330902")
ITEM = "scjg-exempt-5"
TYPED: Mapping[str, Mapping[Any, str]] = {
    "date": {"2025-01-06": "2025年1月6日", "2015-06-01": "2015年6月1日"},
    "persons": {5: "5人", 100: "100人", 5000: "5000人"},
    "yuan": {10_000: "1万元", 30_000_000: "3000万元", 5_000_000_000: "50亿元"},
}
INDUSTRIES = ("6210", "A", "4710", "7111", "8040", "J")
"""One industry for each set of figures that are asked, and one that the method does not list."""
Path_ = tuple[tuple[str, Any], ...]


# ---- the paths


@cache
def answers_of(check: str, name: str) -> tuple[Any, ...]:
    """Every answer to a question; of the free ones one of each kind; several as one each, and all together."""
    question = BY_NAME[check].question(name)
    if question.kind == "fits":
        return tuple(option.value for option in FITS)
    if question.kind == "choice":
        return tuple(answer.value for answer in question.answers)
    if question.kind == "several":
        values = [answer.value for answer in question.answers]
        single = [value for value in values if value not in ("none", "unknown")]
        return (*((value,) for value in single), tuple(single), ("none",), "unknown")
    if question.kind == "matter":
        return (ITEM, "none")
    if question.kind == "industry":
        rows = [
            next(c for c in CODES if SHIPPED_CHECKS.sizes.rows_for(c) == (row,)) for row in SHIPPED_CHECKS.sizes.rows
        ]
        return (*(rows if check == "size" else INDUSTRIES[:-1]), "J", "unknown")
    return (*TYPED[question.kind], "unknown")


CODES = [industry.code for industry in SHIPPED_INDUSTRIES if SHIPPED_CHECKS.sizes.is_fine(industry.code)]


def reached(check: Check, chosen: Mapping[str, Any]) -> list[Question]:
    """The questions that are asked when the gates are answered so."""
    facts: dict[str, Any] = {}
    asked = []
    for question in check.questions:
        if question.when is None or question.when.holds(facts, GIVEN):
            asked.append(question)
            if question.name in chosen:
                facts[question.name] = _fact(chosen[question.name])
    return asked


def _fact(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


class Paths:
    """Paths through a check: every combination of the answers on which other questions hang, and every two answers together."""

    def __init__(self, check: Check) -> None:
        self.check = check
        gates = dict.fromkeys(fact for q in check.questions if q.when for fact in q.when.facts)
        domains = {gate: answers_of(check.name, gate) for gate in gates}
        combinations = (dict(zip(domains, own, strict=True)) for own in itertools.product(*domains.values()))
        self._branches: dict[tuple[Any, ...], dict[str, Any]] = {}
        for own in combinations:  # an answer to a gate that is not reached makes no branch of its own
            names = [q.name for q in reached(check, own)]
            own = {gate: value for gate, value in own.items() if gate in names}
            self._branches.setdefault(tuple(own.items()), own)
        self.pairs = set().union(*map(self._pairs_in, self._branches.values()))
        self._used: Counter[tuple[str, Any]] = Counter()
        self._left = set(self.pairs)

    @property
    def reached_sets(self) -> set[tuple[str, ...]]:
        return {tuple(q.name for q in reached(self.check, branch)) for branch in self._branches.values()}

    def _pairs_in(self, branch: Mapping[str, Any]) -> set[frozenset[tuple[str, Any]]]:
        named = [
            [(q.name, v) for v in ([branch[q.name]] if q.name in branch else answers_of(self.check.name, q.name))]
            for q in reached(self.check, branch)
        ]
        return {
            frozenset(pair) for one, other in itertools.combinations(named, 2) for pair in itertools.product(one, other)
        }

    def __iter__(self) -> Iterator[Path_]:
        for branch in self._branches.values():
            yield self._path(branch)
        while self._left:
            pair = dict(min(self._left, key=lambda own: sorted(map(str, own))))
            branch = next(
                own
                for own in self._branches.values()
                if {q.name for q in reached(self.check, own)} >= pair.keys()
                and all(own.get(name, value) == value for name, value in pair.items())
            )
            yield self._path(branch | pair)

    def _path(self, chosen: Mapping[str, Any]) -> Path_:
        path: list[tuple[str, Any]] = []
        for question in reached(self.check, chosen):
            values = [chosen[question.name]] if question.name in chosen else answers_of(self.check.name, question.name)
            path.append(min(((question.name, value) for value in values), key=lambda one: self._worth(path, one)))
        self._left -= {frozenset(pair) for pair in itertools.combinations(path, 2)}
        self._used.update(path)
        return tuple(path)

    def _worth(self, path: list[tuple[str, Any]], one: tuple[str, Any]) -> tuple[int, int]:
        return -sum(frozenset((one, other)) in self._left for other in path), self._used[one]


def every_path(check: Check) -> Iterator[Path_]:
    """All paths of a small check."""

    def grown(path: Path_) -> Iterator[Path_]:
        facts = dict(path)
        waiting = next((q for q in reached(check, facts) if q.name not in facts), None)
        if waiting is None:
            yield path
            return
        for value in answers_of(check.name, waiting.name):
            yield from grown((*path, (waiting.name, value)))

    return grown(())


@cache
def paths_of(name: str) -> list[Path_]:
    check = BY_NAME[name]
    return list(every_path(check) if name in ("four_new", "size") else Paths(check))


@pytest.mark.parametrize("name", ["tolerance", "hardship"])
def test_the_paths_reach_every_set_of_questions_and_every_two_answers_together(name: str) -> None:
    paths = Paths(BY_NAME[name])
    walked = list(paths)
    assert {tuple(step for step, _ in path) for path in walked} == paths.reached_sets
    assert {frozenset(pair) for path in walked for pair in itertools.combinations(path, 2)} >= paths.pairs
    given = {(step, value) for path in walked for step, value in path}
    assert given == {(q.name, v) for q in BY_NAME[name].questions for v in answers_of(name, q.name)}


# ---- what every reply must keep to


@dataclass
class Look:
    """What was seen of one reply that breaks a rule."""

    wrong: list[str] = field(default_factory=list)

    def at(self, reply: Reply, where: str, names: tuple[str, ...] = ()) -> None:
        labels = [choice.label for choice in reply.choices]
        self._say(len(labels) <= MAX_CHOICES, where, "choices", labels)
        self._say(all(0 < len(label) <= MAX_LABEL for label in labels), where, "label", labels)
        self._say(len(labels) == len(set(labels)), where, "labels twice", labels)
        self._say(reply.blocks[0].kind == "lead", where, "lead first", reply.blocks[0])
        self._say([b.kind for b in reply.blocks].count("lead") == 1, where, "one lead", reply.blocks)
        self._say(all(block.text.strip() for block in reply.blocks), where, "empty block", reply.blocks)
        for part in parts_of(reply, []):
            size = sum(len(block.text.encode()) + 1 for block in part.blocks)
            self._say(size <= MAX_PART_BYTES, where, "bytes", size)
        for sentence in own_sentences(reply.blocks, names):
            self._say(len(sentence) <= 40, where, "sentence", sentence)
        for n, m in re.findall(r"第(\d+)/(\d+)步", reply.plain):
            self._say(1 <= int(n) <= int(m), where, "progress", f"{n}/{m}")
        self._say("None" not in reply.plain and "{" not in reply.plain, where, "raw value", reply.plain)

    def _say(self, fine: bool, where: str, rule: str, what: Any) -> None:
        if not fine:
            self.wrong.append(f"{where}：{rule} {what}")


def own_sentences(blocks: tuple[Block, ...], names: tuple[str, ...]) -> Iterator[str]:
    """What we say ourselves: without quotations, citations, and the names of list items."""
    for block in blocks:
        if block.kind in ("quote", "citation") or (block.kind == "list" and names):
            continue
        for line in re.split("[。！？\n]", block.text):
            if line.startswith("依据："):  # the documents and laws, by name
                continue
            for name in names:
                line = line.replace(name, "")
            yield re.sub("（[^（]*?(规则|意见|方案|处罚法)[^（]*([(（].*?[)）])*.*?）$", "", line)


# ---- a conversation without a database, for hundreds of paths


class Talk:
    """One guest's conversation with the engine itself; nothing of a self-check of a guest is kept anywhere."""

    def __init__(self, knowledge: Knowledge, place: str | None = None) -> None:
        tokens = itertools.count()

        def new_token() -> str:
            return f"token-{next(tokens)}"

        house = House(lambda: knowledge, SHIPPED_CHECKS, SHIPPED_INDUSTRIES, new_token, new_token, new_token)
        self.engine = Engine(flows_of(SHIPPED_CHECKS))
        incoming = Incoming("web", "guest", "1", NOON)
        dialogue = Dialogue("web", "guest", place)
        self.turn = Turn(None, incoming, dialogue, knowledge, house, GUEST, self.engine)  # type: ignore[arg-type]
        self.look = Look()
        self.names: tuple[str, ...] = (knowledge.library.title(ITEM),)

    @property
    def run(self) -> dict[str, Any]:
        run: dict[str, Any] = self.turn.state["flow"]
        return run

    async def starts(self, name: str) -> Reply:
        return self._seen(await self.engine.start(self.turn, name, {"do": "check"}), name)

    async def presses(self, reply: Reply, label: str) -> Reply:
        return await self.does(next(c.act for c in reply.choices if c.label == label), label)

    async def does(self, act: Act, where: str = "") -> Reply:
        return self._seen(await self.engine.press(self.turn, act), where or str(act))

    async def says(self, text: str) -> Reply:
        said = await self.engine.hear(self.turn, text) or await self.engine.missed(self.turn, text)
        return self._seen(said, text)

    async def answers(self, reply: Reply, check: str, step: str, value: Any) -> Reply:
        """One answer, by its button where there is one."""
        kind = BY_NAME[check].question(step).kind
        if kind == "several" and value != "unknown":
            for one in value:
                reply = await self._sets(reply, one)
            return reply if value == ("none",) else await self.presses(reply, words.LABEL_DONE)
        if kind in ("choice", "several", "fits"):
            return await self._sets(reply, value)
        if kind == "matter":
            return await self.does({"do": "flow_set", "run": self.run["id"], "step": step, "value": value})
        return await self.says("不清楚" if value == "unknown" else TYPED.get(kind, {}).get(value, value))

    async def _sets(self, reply: Reply, value: str) -> Reply:
        return await self.does(next(c.act for c in reply.choices if c.act.get("value") == value))

    async def walks(self, check: str, path: Path_) -> Reply:
        """From the first question to the review."""
        reply = await self.starts(check)
        for step, value in path:
            assert self.run["at"] == step, (path, self.run["at"])
            reply = await self.answers(reply, check, step, value)
        assert self.run["at"] == "review"
        return reply

    async def act(self, name: str, **more: Any) -> Reply:
        said = checking.ACTS[name](self.turn, {"do": name} | more)
        return self._seen(await said if isinstance(said, Awaitable) else said, f"{name} {more}")

    def _seen(self, reply: Reply, where: str) -> Reply:
        self.look.at(reply, where, self.names)
        return reply

    async def pages(self, name: str) -> list[Reply]:
        """All pages of 逐条依据 or 接下来, by their buttons."""
        pages = [await self.act(name)]
        while following := [c.act for c in pages[-1].choices if c.label == words.LABEL_NEXT]:
            pages.append(await self.act(name, page=following[0]["page"]))
        return pages


def ends_well(reply: Reply) -> bool:
    """R16: the last line says of which day it is, and that it is no basis for enforcement."""
    return reply.blocks[-1] == Block("end", "2026年11月20日自检，不作为执法依据，以执法机关认定为准。")


@pytest.mark.parametrize("name", SHIPPED_CHECKS.names)
async def test_every_path_keeps_to_the_form_down_to_the_last_page_of_its_result(name: str, shipped: Knowledge) -> None:
    wrong: list[str] = []
    paths = paths_of(name)
    assert len(paths) >= 50
    for number, path in enumerate(paths):
        talk = Talk(shipped, PLACES[number % 3])
        review = await talk.walks(name, path)
        card = await talk.presses(review, "看结果")
        if not ends_well(card):
            wrong.append(f"{path}：{card.plain}")
        details, follows = await talk.pages("result_details"), await talk.pages("result_follows")
        changes = await talk.act("result_changes")
        own_sentences_of_changes = [s for b in changes.blocks for s in re.split("[。！？\n：]", b.text) if len(s) > 40]
        wrong += [f"{path}：怎么会变 {sentence}" for sentence in own_sentences_of_changes]
        for reply in (*details, *follows, changes):
            if not {words.LABEL_BACK_RESULT, words.LABEL_MENU} <= {c.label for c in reply.choices}:
                wrong.append(f"{path}：no way back {reply.plain}")
        back = await talk.act("result_details", page=-1)
        if back != card:
            wrong.append(f"{path}：the card is another one after the pages")
        again = await talk.act("result_edit")
        if again.blocks != review.blocks:
            wrong.append(f"{path}：修改答案 shows {again.plain}")
        wrong += [f"{path}：{own}" for own in talk.look.wrong]
    assert wrong[:10] == []


@pytest.mark.parametrize("name", SHIPPED_CHECKS.names)
async def test_the_progress_counts_the_questions_that_are_asked(name: str, shipped: Knowledge) -> None:
    """第n/m步: n is the place of the question, m never less than what is still asked."""
    for path in paths_of(name)[::7]:
        talk = Talk(shipped)
        reply = await talk.starts(name)
        for place, (step, value) in enumerate(path, 1):
            n, m = re.findall(r"第(\d+)/(\d+)步", reply.plain)[0] if len(path) > 1 else ("1", "1")
            assert (int(n), int(m) >= place) == (place, True), (path, step, reply.plain)
            assert place <= len(path) <= int(m), (path, step)
            reply = await talk.answers(reply, name, step, value)


@pytest.mark.parametrize("name", SHIPPED_CHECKS.names)
async def test_one_can_go_back_from_the_review_to_the_first_question_and_nothing_is_lost(
    name: str, shipped: Knowledge
) -> None:
    for path in paths_of(name)[::25]:
        talk = Talk(shipped)
        review = await talk.walks(name, path)
        for step, _ in reversed(path):
            await talk.does({"do": "flow_back"})
            assert talk.run["at"] == step
        assert (await talk.does({"do": "flow_back"})).blocks[0].text == words.FLOW_FIRST
        for step, value in path:
            answered = await talk.answers(await talk.says(words.LABEL_RESUME), name, step, value)
            if talk.run["at"] == "review":
                break
        assert answered.blocks == review.blocks
        assert talk.look.wrong == []


@pytest.mark.parametrize("name", SHIPPED_CHECKS.names)
async def test_every_item_of_the_review_can_be_corrected_by_its_number(name: str, shipped: Knowledge) -> None:
    for path in paths_of(name)[::25]:
        talk = Talk(shipped)
        review = await talk.walks(name, path)
        listed = await talk.presses(review, words.LABEL_EDIT)
        assert len([line for b in listed.blocks if b.kind == "list" for line in b.text.split("\n")]) == len(path)
        for number, (step, value) in enumerate(path, 1):
            reply = await talk.says(f"修改第{number}项")
            assert talk.run["at"] == step
            reply = await talk.answers(reply, name, step, value)
            assert reply.blocks == review.blocks
        assert (await talk.says(f"修改第{len(path) + 1}项")).blocks[0].text == words.FLOW_NO_ITEM.format(
            n=len(path) + 1, count=len(path)
        )
        assert talk.look.wrong == []


# ---- typed answers


SAID = [
    (check.name, question.name, answer.value, word)
    for check in SHIPPED_CHECKS.checks
    for question in check.questions
    for answer in question.answers or (FITS if question.kind == "fits" else ())
    for word in (answer.label, *answer.said)
]
ENDS_IN_A_PARTICLE = re.compile("[吧呢啊呀哦了的]$")


@cache
def way_to(check: str, step: str) -> Path_:
    """A path that comes to a question."""
    return next(
        tuple(itertools.takewhile(lambda one: one[0] != step, path)) for path in paths_of(check) if step in dict(path)
    )


async def understood(shipped: Knowledge, check: str, step: str, text: str) -> Any:
    """What is kept when a text is typed at a question, ``None`` when it is not understood."""
    talk = Talk(shipped)
    reply = await talk.starts(check)
    for own, value in way_to(check, step):
        reply = await talk.answers(reply, check, own, value)
    await talk.says(text)
    assert talk.look.wrong == []
    return talk.run["answers"].get(step)


@pytest.mark.parametrize(
    ("check", "step", "value", "word"), [s for s in SAID if not ENDS_IN_A_PARTICLE.search(s[3])], ids=lambda v: str(v)
)
async def test_every_word_that_a_criteria_file_gives_for_an_answer_is_understood_when_typed(
    check: str, step: str, value: str, word: str, shipped: Knowledge
) -> None:
    kept = await understood(shipped, check, step, word)
    assert (kept[0] if isinstance(kept, list) else kept) == value


async def test_words_for_an_answer_that_end_in_a_particle_are_understood_when_typed(shipped: Knowledge) -> None:
    """“改了” to “改正了吗？”, above all."""
    misses = [
        (step, word)
        for check, step, value, word in SAID
        if ENDS_IN_A_PARTICLE.search(word)
        and word not in {answer.label for answer in BY_NAME[check].question(step).answers}  # known as a button
        and await understood(shipped, check, step, word) != value
    ]
    assert misses == []


@pytest.mark.parametrize("check", SHIPPED_CHECKS.names)
async def test_every_choice_is_understood_by_its_number(check: str, shipped: Knowledge) -> None:
    for question in BY_NAME[check].questions:
        for number, answer in enumerate(question.answers, 1):
            kept = await understood(shipped, check, question.name, str(number))
            assert (kept[0] if isinstance(kept, list) else kept) == answer.value


@pytest.mark.parametrize("check", SHIPPED_CHECKS.names)
async def test_not_knowing_is_an_answer_to_every_question_but_the_matter(check: str, shipped: Knowledge) -> None:
    for question in BY_NAME[check].questions:
        if question.kind != "matter":
            assert await understood(shipped, check, question.name, "不清楚") == "unknown"
            assert await understood(shipped, check, question.name, "说不准") == "unknown"


@pytest.mark.parametrize("check", SHIPPED_CHECKS.names)
async def test_what_is_not_understood_gets_an_example_and_the_second_time_a_person(
    check: str, shipped: Knowledge
) -> None:
    for question in BY_NAME[check].questions:
        if question.kind == "matter":
            continue
        talk = Talk(shipped)
        reply = await talk.starts(check)
        for own, value in way_to(check, question.name):
            reply = await talk.answers(reply, check, own, value)
        first, second = await talk.says("哗啦啦"), await talk.says("稀里哗啦")
        assert talk.run["at"] == question.name
        assert "例如" in first.plain, question.name
        assert words.LABEL_PERSON not in [c.label for c in first.choices]
        assert words.LABEL_PERSON in [c.label for c in second.choices], question.name
        assert talk.look.wrong == []


async def test_a_code_that_is_too_coarse_is_asked_more_finely(shipped: Knowledge) -> None:
    talk = Talk(shipped)
    await talk.starts("size")
    reply = await talk.says("K")
    assert reply.blocks[0].text == "“房地产业”还要再细一些，是哪一类？"
    offered = [c.act["value"] for c in reply.choices if c.act["do"] == "flow_set"]
    assert offered == ["701", "702", "703", "704", "709"]
    await talk.says("2")
    assert talk.run["answers"]["industry"] == "702"
    assert talk.look.wrong == []


async def test_of_real_estate_letting_can_be_chosen_too(shipped: Knowledge) -> None:
    talk = Talk(shipped)
    await talk.starts("size")
    reply = await talk.says("K")
    assert "704" in [c.act.get("value") for c in reply.choices]


async def test_of_health_and_social_work_health_can_be_chosen_too(shipped: Knowledge) -> None:
    talk = Talk(shipped)
    await talk.starts("size")
    reply = await talk.says("Q")
    assert "84" in [c.act.get("value") for c in reply.choices]


async def test_the_matter_is_found_by_the_persons_own_words_and_confirmed(shipped: Knowledge) -> None:
    talk = Talk(shipped)
    await talk.starts("tolerance")
    reply = await talk.says("货架上忘了贴价签")
    assert reply.blocks[0].text == "您说的是哪一项？"
    assert ITEM in [c.act.get("value") for c in reply.choices]
    assert "都不是" in [c.label for c in reply.choices]
    reply = await talk.does(next(c.act for c in reply.choices if c.act.get("value") == ITEM))
    assert shipped.library.items[ITEM].circumstances in reply.plain
    assert talk.look.wrong == []


async def test_every_list_item_can_be_the_matter(shipped: Knowledge) -> None:
    """The circumstances of each fit under the question, and its name in the review and on the card."""
    for item in shipped.library.items:
        talk = Talk(shipped)
        talk.names = (shipped.library.title(item),)
        path = dict(paths_of("tolerance")[0]) | {"matter": item}
        review = await talk.walks("tolerance", tuple(path.items()))
        assert ends_well(await talk.presses(review, "看结果"))
        assert talk.look.wrong == []


async def test_whether_it_fits_is_asked_again_when_the_matter_is_another_one(shipped: Knowledge) -> None:
    talk = Talk(shipped)
    path = dict(paths_of("tolerance")[0]) | {"matter": ITEM, "fits": "yes"}
    await talk.walks("tolerance", tuple(path.items()))
    await talk.says("修改第1项")
    await talk.does({"do": "flow_set", "run": talk.run["id"], "step": "matter", "value": "scjg-exempt-6"})
    assert talk.run["at"] == "fits"


async def test_the_circumstances_stand_where_the_question_says_they_do(shipped: Knowledge) -> None:
    talk = Talk(shipped)
    reply = await talk.answers(await talk.starts("tolerance"), "tolerance", "matter", ITEM)
    above = next(n for n, b in enumerate(reply.blocks) if b.kind == "quote") < next(
        n for n, b in enumerate(reply.blocks) if b.kind == "lead"
    )
    assert ("上面" in reply.blocks[0].text) is above


# ---- a sample of the paths in the real conversation


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with the newest schema, to copy."""
    path = tmp_path_factory.mktemp("paths") / "empty.db"

    async def make() -> None:
        made = Database(f"sqlite:///{path}")
        await made.upgrade()
        await made.close()

    asyncio.run(make())
    return path


@pytest.fixture
async def database(empty: Path, tmp_path: Path) -> AsyncIterator[Database]:
    """SQLite only: what is tested here is the same on every database."""
    shutil.copy(empty, tmp_path / "test.db")
    made = Database(f"sqlite:///{tmp_path}/test.db")
    yield made
    await made.close()


def keeps_to_the_form(parts: list[Part]) -> bool:
    labels = [label for part in parts for _, label in part.buttons]
    return (
        parts[0].blocks[0].kind == "lead"
        and len(labels) <= MAX_CHOICES
        and len(labels) == len(set(labels))
        and all(0 < len(label) <= MAX_LABEL for label in labels)
        and all(sum(len(block.text.encode()) + 1 for block in part.blocks) <= MAX_PART_BYTES for part in parts)
    )


async def taps(person: Person, check: str, step: str, value: Any) -> list[Part]:
    """One answer, tapped where there is a button, else typed."""
    question = BY_NAME[check].question(step)
    labels = {a.value: a.label for a in (question.answers or FITS)}
    if question.kind == "several" and value != "unknown":
        for one in value:
            parts = await person.presses(labels[one])
        return parts if value == ("none",) else await person.presses(words.LABEL_DONE)
    if question.kind in ("choice", "several", "fits"):
        return await person.presses(labels[value])
    if question.kind == "matter":
        await person.says("货架上忘了贴价签")
        return await person.presses("都不是" if value == "none" else "1.")
    return await person.says("不清楚" if value == "unknown" else TYPED.get(question.kind, {}).get(value, value))


@pytest.mark.parametrize("name", SHIPPED_CHECKS.names)
async def test_a_sample_of_the_paths_goes_the_same_way_in_the_real_conversation(name: str, world: World) -> None:
    paths = paths_of(name)
    for number, path in enumerate(paths[:: max(len(paths) // 4, 1)][:4]):
        person = world.person(f"guest-{number}")
        assert keeps_to_the_form(await person.says(BY_NAME[name].label))
        for step, value in path:
            assert BY_NAME[name].question(step).ask in words_of(person.last)
            assert keeps_to_the_form(await taps(person, name, step, value))
        card = await person.presses("看结果")
        assert keeps_to_the_form(card)
        assert card[-1].blocks[-1].text == "2026年11月20日自检，不作为执法依据，以执法机关认定为准。"
        for label in (words.LABEL_DETAILS, words.LABEL_FOLLOWS, words.LABEL_CHANGES):
            assert keeps_to_the_form(await person.presses(label))
            while words.LABEL_NEXT in person.labels:
                assert keeps_to_the_form(await person.presses(words.LABEL_NEXT))
            assert (await person.presses(words.LABEL_BACK_RESULT))[-1].blocks == card[-1].blocks
