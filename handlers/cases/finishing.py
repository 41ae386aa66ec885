"""Visit, closing, reopening and what a leader lets go (R26–R28)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from handlers import words
from handlers.cases import common, desk_words
from handlers.cases.blanks import with_blanks
from handlers.cases.flow import CaseFlow, due_step
from handlers.cases.handing import colleague_options
from handlers.cases.page import page
from handlers.cases.ways import is_time_to_visit
from handlers.flows.flow import Run
from handlers.flows.steps import NO, YES, Option, Reading, Step, refused
from handlers.messages import Block, Choice, Reply
from handlers.ratings.asking import ask_about_case
from handlers.turn import Turn
from knowledge.checks.conditions import OneOf
from knowledge.procedure import acts
from knowledge.procedure.case import OUTCOME_NAMES, Case, OutcomeKind
from knowledge.procedure.closing import REQUIREMENTS, close, missing_to_close
from knowledge.procedure.results import Refused
from knowledge.workdays import next_workday
from storage import people
from storage.cases import CaseInfo


class VisitFlow(CaseFlow):
    """回访 (R26): found corrected, or not, with a new day."""

    name = "visit"
    title = "回访"
    submit_label = "确认回访"
    phrased = frozenset({"note"})

    async def _refusal(self, turn: Turn, info: CaseInfo | None) -> Reply | None:
        refusal = await super()._refusal(turn, info)
        if refusal or info is None or info.case.stage == "passed" or is_time_to_visit(info.case, turn.today):
            return refusal
        back = Choice(words.LABEL_CASE, {"do": "case", "id": info.id})
        return Reply.of(("lead", desk_words.VISIT_EARLY), choices=[back, common.MENU])

    async def prepare(self, turn: Turn, run: Run, info: CaseInfo) -> None:
        run.given["passed"] = info.case.stage == "passed"

    async def check(self, turn: Turn, run: Run, step: Step, value: Any) -> Reading:
        if step.name == "corrected" and value == "yes" and not run.given["passed"]:
            return refused(desk_words.VISIT_UNPASSED)
        return await super().check(turn, run, step, value)

    def steps(self, given: Mapping[str, Any]) -> Sequence[Step]:
        steps = (
            Step(
                "corrected", "结果", "现场看，改好了吗？", "choice", (Option("yes", "改好了"), Option("no", "没改好"))
            ),
            Step("note", "说明", "现场情况？", "text", example="健康证都在墙上", is_free=True, longest=300),
            due_step("新期限", "限什么时候改好？", when=OneOf("corrected", ("no",))),
        )
        return with_blanks(given, steps)

    def decided(self, facts: Mapping[str, Any], turn: Turn, run: Run) -> Any:
        is_corrected = facts["corrected"] == "yes"
        return acts.RecordVisit(is_corrected, None if is_corrected else dt.date.fromisoformat(facts["due"]))

    async def after(self, turn: Turn, run: Run, info: CaseInfo) -> Reply:
        if run.facts["corrected"] == "no":
            assert info.case.due is not None
            told = Reply.of(
                ("lead", words.TOLD_NOT_CORRECTED.format(day=common.with_weekday(info.case.due))),
                ("text", f"{info.number}：{run.facts['note']}"),
                ("note", await common.signature(turn, info)),
                ("note", words.NOTICE_RIGHTS),
                choices=common.answers_to(info),
            )
            await common.tell_enterprise(turn, info, "visited", told)
        await ask_about_case(turn, info, "visit")
        return await page(turn, info, lead=words.VISITED)


class CloseFlow(CaseFlow):
    """销号 (R26, R27): outcome, basis, second officer, education; what is missing is listed and closing refused."""

    order = ("exempt_minor", "exempt_first", "exempt_blameless", "penalty", "lighter", "mitigated", "no_compulsion")

    name = "close"
    title = "销号"
    submit_label = "确认销号"

    def steps(self, given: Mapping[str, Any]) -> Sequence[Step]:
        colleagues = colleague_options(given)
        kinds = sorted(OUTCOME_NAMES, key=lambda kind: (*self.order, kind).index(kind))
        outcomes = tuple(Option(kind, OUTCOME_NAMES[kind][:8], (OUTCOME_NAMES[kind],)) for kind in kinds)
        exempt = tuple(kind for kind in OUTCOME_NAMES if kind.startswith("exempt"))
        two = (*exempt, "lighter", "mitigated", "penalty")
        return (
            Step("outcome", "结果", words.CLOSE_OUTCOME, "choice", _short(outcomes)),
            Step(
                "basis",
                "依据",
                "法律依据是什么？",
                "text",
                example="行政处罚法第三十三条第一款",
                is_free=True,
                longest=200,
            ),
            Step(
                "second",
                "另一名执法人员",
                "另一名执法人员是谁？",
                "choice",
                colleagues,
                may_skip=True,
                when=OneOf("outcome", two),
            ),
            Step(
                "education",
                "教育",
                "教育了吗？（第三十三条第三款）",
                "choice",
                (YES, NO),
                when=OneOf("outcome", exempt),
            ),
        )

    async def prepare(self, turn: Turn, run: Run, info: CaseInfo) -> None:
        run.given["colleagues"] = await _second_officers(turn)
        run.given["state"] = info.case.to_json()
        run.given["items"] = list(info.items)

    async def check(self, turn: Turn, run: Run, step: Step, value: Any) -> Reading:
        """An outcome that the case cannot have, or not yet, is refused at once and with the reason."""
        if step.name == "outcome" and (why := _refusal_of(run, value, turn.today)):
            return refused(why, is_failure=False)
        return await super().check(turn, run, step, value)

    def under(self, turn: Turn, run: Run, step: Step) -> list[Block]:
        """What is missing is listed before anything is asked (R26)."""
        if step.name != "outcome":
            return super().under(turn, run, step)
        lacking = missing_to_close(Case.from_json(run.given["state"]), "penalty", "依据", (1, 2), education=True)
        always = [REQUIREMENTS[name] for name in lacking if name in ALWAYS]
        mostly = [REQUIREMENTS[name] for name in lacking if name not in ALWAYS]
        said = [(desk_words.CLOSE_FIRST, always), (desk_words.CLOSE_MISSING, mostly)]
        return [Block("list", text.format(missing="\n".join(names))) for text, names in said if names]

    def extras(self, turn: Turn, run: Run, step: Step) -> Sequence[Choice]:
        """The basis in the words of the law and of the list item that fit the outcome; any other can be typed."""
        if step.name != "basis":
            return super().extras(turn, run, step)
        known = _bases(turn, run.facts["outcome"], run.given.get("items", ()))
        return [
            Choice(label, {"do": "flow_set", "run": run.id, "step": "basis", "value": value}) for label, value in known
        ]

    def decided(self, facts: Mapping[str, Any], turn: Turn, run: Run) -> Any:
        own = turn.speaker.office
        officers = [own.id] if own else []
        if facts.get("second"):
            officers.append(int(facts["second"]))
        return acts.Close(facts["outcome"], facts["basis"], tuple(officers), facts.get("education") == "yes")

    async def after(self, turn: Turn, run: Run, info: CaseInfo) -> Reply:
        assert info.case.outcome is not None
        told = Reply.of(
            ("lead", words.TOLD_CLOSED.format(number=info.number)),
            ("text", f"结果：{OUTCOME_NAMES[info.case.outcome]}；依据：{info.case.outcome_basis}"),
            ("note", await common.signature(turn, info)),
            ("note", words.CLOSED_RIGHTS),
            choices=[
                Choice(words.LABEL_UNSOLVED, {"do": "reopen", "id": info.id}),
                Choice(words.LABEL_CASE, {"do": "case", "id": info.id}),
            ],
        )
        count = await common.tell_enterprise(turn, info, "closed", told)
        await ask_about_case(turn, info, "closing")
        return await page(turn, info, lead=common.receipt(words.CLOSED, count))


ALWAYS = ("defence", "extension")
"""What has to be settled before any outcome; the rest is asked for where something was to be corrected."""
LAWS: dict[str, tuple[str, str]] = {
    "exempt_minor": ("law-punishment-33-1", "33条1款"),
    "exempt_first": ("law-punishment-33-1", "33条1款"),
    "exempt_blameless": ("law-punishment-33-2", "33条2款"),
    "lighter": ("law-punishment-32", "32条"),
    "mitigated": ("law-punishment-32", "32条"),
}
"""The article that an outcome rests on, and its button; offered as far as the data have the article (R3)."""


def _bases(turn: Turn, outcome: str, items: Sequence[str]) -> list[tuple[str, str]]:
    """Each basis at hand as its button and its words."""
    found: list[tuple[str, str]] = []
    id, label = LAWS.get(outcome, ("", ""))
    if article := turn.house.checks.laws.get(id):
        found.append((label, f"《{article.law}》{article.path}"))
    kind = "exempt" if outcome.startswith("exempt") else outcome
    for item in (turn.library.items.get(id) for id in items):
        if item and item.kind == kind and item.leniency_basis:
            found.append((desk_words.LABEL_LIST_BASIS, item.leniency_basis))
            break
    return found


def _refusal_of(run: Run, outcome: OutcomeKind, day: dt.date) -> str:
    """Why the case as it is cannot be closed with an outcome, whatever else is answered."""
    answer = close(Case.from_json(run.given["state"]), acts.Close(outcome, "依据", (1, 2), education=True), day)
    if not isinstance(answer, Refused):
        return ""
    why = "；".join(answer.missing) or answer.words.rstrip("。")
    return desk_words.CLOSE_REFUSED.format(why=f"{why}。")


async def _second_officers(turn: Turn) -> list[list[Any]]:
    """The colleagues who may enforce today: each as office and name (处罚法 第四十二条、第五十五条)."""
    return [
        [id, name]
        for id, name in await common.colleagues_of(turn)
        if (office := await people.office(turn.session, id)) and office.may_enforce(turn.today)
    ]


def _short(options: tuple[Option, ...]) -> tuple[Option, ...]:
    labels = {
        "exempt_minor": "轻微不罚",
        "exempt_first": "首违不罚",
        "exempt_blameless": "无过错不罚",
    }
    return tuple(Option(o.value, labels.get(o.value, o.label), (*o.said, o.label)) for o in options)


class ReopenFlow(CaseFlow):
    """没解决 (R28): within the setting's days after closing."""

    name = "reopen"
    title = "没解决"
    submit_label = "确认重开"
    role = "contact"

    def steps(self, given: Mapping[str, Any]) -> Sequence[Step]:
        return (
            Step(
                "reason", "哪里没解决", "哪里没有解决？", "text", example="复查说还要补材料", is_free=True, longest=300
            ),
        )

    async def prepare(self, turn: Turn, run: Run, info: CaseInfo) -> None:
        run.given["has_due"] = info.case.severity is not None

    def notes(self, turn: Turn, run: Run) -> list[Block]:
        day = common.with_weekday(reopened_due(turn.today))
        return [Block("note", words.REOPEN_DUE.format(day=day))] if run.given.get("has_due") else []

    def decided(self, facts: Mapping[str, Any], turn: Turn, run: Run) -> Any:
        return acts.Reopen(facts["reason"], reopened_due(turn.today), turn.house.settings["reopen_days"])

    async def after(self, turn: Turn, run: Run, info: CaseInfo) -> Reply:
        day = common.with_weekday(info.case.due) if info.case.due else ""
        return await page(turn, info, lead=words.REOPENED + (words.REOPEN_DUE.format(day=day) if day else ""))


REOPENED_FOR = dt.timedelta(days=7)
"""How long a reopened case has, in calendar days. No document says; this is ours, and the person is shown the day."""


def reopened_due(today: dt.date) -> dt.date:
    """The new due day of a reopened case, moved to a working day (R38)."""
    return next_workday(today + REOPENED_FOR).day


class WaiveFlow(CaseFlow):
    """免一项 (R26): a leader lets one requirement go, with a reason, on the record."""

    name = "waive"
    title = "免一项"
    submit_label = "确认免去"
    role = "leader"

    def steps(self, given: Mapping[str, Any]) -> Sequence[Step]:
        options = (Option("evidence", "整改材料"), Option("promises", "承诺"), Option("visit", "回访"))
        return (
            Step("requirement", "哪一项", "免去哪一项？", "choice", options),
            Step("reason", "理由", "为什么免去？", "text", example="企业已注销", is_free=True, longest=300),
        )

    def decided(self, facts: Mapping[str, Any], turn: Turn, run: Run) -> Any:
        return acts.Waive(facts["requirement"], facts["reason"])

    async def after(self, turn: Turn, run: Run, info: CaseInfo) -> Reply:
        """The officer hears of it: closing asks for one thing less."""
        own = turn.speaker.office
        holder = await people.office(turn.session, info.office)
        if own and holder:
            what = REQUIREMENTS[run.facts["requirement"]]
            told = Reply.of(
                ("lead", desk_words.WAIVED_TOLD.format(number=info.number)),
                ("text", desk_words.WAIVED_WHAT.format(who=f"{own.department}{own.name}", what=what)),
                ("text", run.facts["reason"]),
                choices=[Choice(words.LABEL_CASE, {"do": "case", "id": info.id})],
            )
            for channel, chat in await people.chats_of(turn.session, await common.acting_person(turn, holder)):
                await turn.send(channel, chat, f"waived/{info.id}/{info.version}/{channel}/{chat}", told)
        return await page(turn, info, lead=desk_words.WAIVED)
