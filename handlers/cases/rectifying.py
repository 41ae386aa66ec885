"""Rectification: evidence handed in, passed or returned (R26, R36), and more time (R43)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from handlers import words
from handlers.cases import common, exhibit_words, exhibits, held_files
from handlers.cases.blanks import with_blanks
from handlers.cases.flow import CaseFlow, due_step, held, is_held_by_other
from handlers.cases.page import page
from handlers.cases.ways import way
from handlers.flows import handed
from handlers.flows.flow import Run
from handlers.flows.steps import Option, Reading, Step, fine, refused
from handlers.messages import Act, Block, Reply
from handlers.pledges import reviewing
from handlers.pledges import words as pledge_words
from handlers.turn import CHINA, Turn
from knowledge.checks.conditions import Given, OneOf
from knowledge.deadlines import deadline_of
from knowledge.procedure import acts
from storage import evidence
from storage.cases import CaseInfo

KINDS = ("before", "after")
"""The steps for files, each named as the evidence that it makes."""


class SubmitEvidenceFlow(CaseFlow):
    """提交整改 (R26): what was done, pictures of after and, in the same order, of before.

    Pictures of the inspection count as those of before; then none are asked for.
    """

    name = "submit_evidence"
    title = "提交整改"
    submit_label = "确认提交"
    role = "contact"
    files_step = "after"

    def steps(self, given: Mapping[str, Any]) -> Sequence[Step]:
        steps = [
            *reviewing.evidence_steps(given),
            Step("text", "怎么改的", "怎么改好的？", "text", example="健康证已上墙", is_free=True, longest=500),
            Step("after", "改正后", "请发改正后的照片或者文件。", "file", example=exhibit_words.EXAMPLE, may_skip=True),
        ]
        if not given.get("has_before"):
            prompt = "有改正前的照片吗？请按同样的顺序发。"
            steps.append(
                Step(
                    "before",
                    "改正前",
                    prompt,
                    "file",
                    example=exhibit_words.EXAMPLE,
                    when=Given("after"),
                    may_skip=True,
                )
            )
        return steps

    async def begin(self, turn: Turn, act: Act) -> Run | Reply:
        info = await common.seen(turn, act["id"])
        if info is not None and turn.speaker.role == self.role and not reviewing.may_hand_in(info.case):
            return await page(turn, info, lead=exhibit_words.NOT_NOW.format(number=info.number))
        return await super().begin(turn, act)

    async def prepare(self, turn: Turn, run: Run, info: CaseInfo) -> None:
        found = await evidence.of_case(turn.session, info.id)
        run.given["has_before"] = any(one.kind in ("inspection", "before") and one.digest for one in found)
        run.given["promises"] = reviewing.to_hand_in(info.case)
        run.given["is_passed"] = info.case.stage == "passed"
        kept = turn.engine.paused(turn).get(self.name)
        if kept and kept["given"].get("case") == info.id:
            run.answers, run.files = dict(kept["answers"]), dict(kept["files"])
        files = held_files.claim(turn)
        if files:
            handed.take(run, "after", files)
            said = "；".join(file["said"] for file in files if file.get("said"))
            if len(said) > 1:
                run.answers["text"] = said

    async def about_files(self, turn: Turn, run: Run, files: Sequence[Mapping[str, Any]]) -> str:
        return await exhibits.already(turn, run.given["case"], files)

    def under(self, turn: Turn, run: Run, step: Step) -> list[Block]:
        return reviewing.told(run.given) if step.name == "promise" else super().under(turn, run, step)

    def decided(self, facts: Mapping[str, Any], turn: Turn, run: Run) -> Any:
        promise = reviewing.of_promise(facts)
        return acts.SubmitEvidence((promise,) if promise else ())

    def noted(self, run: Run) -> Mapping[str, Any]:
        return {"text": run.facts["text"], "files": [digest for name in KINDS for digest in handed.digests(run, name)]}

    async def submit(self, turn: Turn, run: Run) -> Reply:
        """The files stay in the form when the case was closed meanwhile: after a reopening they are handed in."""
        info = await common.seen(turn, run.given["case"], lock=True)
        if info is None or info.case.is_open:
            return await super().submit(turn, run)
        turn.engine.put_by(turn, run)
        return Reply.of(
            ("lead", exhibit_words.CLOSED.format(number=info.number)),
            ("text", exhibit_words.CLOSED_NEXT),
            choices=[way(info, words.LABEL_UNSOLVED, "reopen"), way(info, words.LABEL_CASE, "case"), common.MENU],
        )

    async def before(self, turn: Turn, run: Run, info: CaseInfo) -> None:
        person, now, promise = turn.speaker.person, turn.now, reviewing.of_promise(run.facts)
        await evidence.add(
            turn.session, case=info.id, kind="after", text=run.facts["text"], person=person, now=now, promise=promise
        )
        for kind in KINDS:
            await exhibits.keep(turn, info.id, kind, run.files.get(kind, ()), promise)

    async def after(self, turn: Turn, run: Run, info: CaseInfo) -> Reply:
        files = [file for kind in KINDS for file in run.files.get(kind, ())]
        count = handed.counted(files) if files else exhibit_words.ONLY_TEXT
        waits = info.case.turn == "authority" or not reviewing.of_promise(run.facts)
        said = exhibit_words.SUBMITTED if waits else pledge_words.SUBMITTED_ONE
        return await page(turn, info, lead=said.format(count=count))


class PassFlow(CaseFlow):
    """复核通过 (R26)."""

    name = "pass_evidence"
    title = "复核通过"
    submit_label = "确认通过"

    def steps(self, given: Mapping[str, Any]) -> Sequence[Step]:
        note = Step("note", "说明", "有要说的吗？", "text", may_skip=True, is_free=True, example="照片清楚，已经改好")
        return (*reviewing.review_steps(given, pledge_words.WHICH_PASS), note)

    async def prepare(self, turn: Turn, run: Run, info: CaseInfo) -> None:
        run.given["promises"] = reviewing.listed(reviewing.under_review(info.case))

    def under(self, turn: Turn, run: Run, step: Step) -> list[Block]:
        return reviewing.told(run.given) if step.name in ("which", "some") else super().under(turn, run, step)

    async def submit(self, turn: Turn, run: Run) -> Reply:
        """All of the evidence, or one promise after the other (R34); how far it goes is looked up in the case as it is now."""
        info = await common.seen(turn, run.given["case"], lock=True)
        refusal = await self._refusal(turn, info)
        if info is None or refusal:
            return refusal or common.gone(turn)
        if info.holder and is_held_by_other(turn, info):
            return await held(turn, info.id)
        decided = reviewing.review_acts(info.case, reviewing.chosen(run))
        if not decided:
            return await page(turn, info, lead=pledge_words.NOT_WAITING)
        for name, act, data in decided:
            done = await common.carry_out(turn, info, name, act, {**self.noted(run), **data})
            if isinstance(done, Reply):
                return done
            info = done
        return await self._told(turn, info, decided[0][0] == "pass_evidence", len(decided))

    async def _told(self, turn: Turn, info: CaseInfo, is_whole: bool, count: int) -> Reply:
        said = words.TOLD_PASSED if is_whole else pledge_words.TOLD_KEPT
        told = Reply.of(
            ("lead", said.format(number=info.number, count=count)), ("note", await common.signature(turn, info))
        )
        reached = await common.tell_enterprise(turn, info, "passed", told)
        lead = words.PASSED if is_whole else pledge_words.KEPT.format(count=count)
        return await page(turn, info, lead=common.receipt(lead, reached))


class ReturnFlow(CaseFlow):
    """退回 (R26, R36): what is missing, and a new day: the second period."""

    name = "return_evidence"
    title = "退回整改材料"
    submit_label = "确认退回"
    phrased = frozenset({"missing"})

    def steps(self, given: Mapping[str, Any]) -> Sequence[Step]:
        steps = (
            *reviewing.review_steps(given, pledge_words.WHICH_RETURN),
            Step(
                "missing", "缺什么", "缺什么，还要怎么改？", "text", example="缺改正后的照片", is_free=True, longest=300
            ),
            due_step("新期限", "限什么时候补齐？"),
        )
        return with_blanks(given, steps)

    async def prepare(self, turn: Turn, run: Run, info: CaseInfo) -> None:
        run.given["promises"] = reviewing.listed(reviewing.under_review(info.case))
        run.given["is_whole"] = info.case.stage == "submitted"

    def under(self, turn: Turn, run: Run, step: Step) -> list[Block]:
        return reviewing.told(run.given) if step.name in ("which", "some") else super().under(turn, run, step)

    def decided(self, facts: Mapping[str, Any], turn: Turn, run: Run) -> Any:
        return acts.ReturnEvidence(facts["missing"], dt.date.fromisoformat(facts["due"]), self._named(run))

    def _named(self, run: Run) -> tuple[str, ...]:
        """The promises that are returned by themselves; none when the whole evidence is."""
        named = reviewing.chosen(run)
        return () if run.given["is_whole"] and len(named) == len(run.given["promises"]) else named

    async def after(self, turn: Turn, run: Run, info: CaseInfo) -> Reply:
        named, day = self._named(run), common.with_weekday(dt.date.fromisoformat(run.facts["due"]))
        listed = "\n".join(promise.text for promise in info.case.promises if promise.id in named)
        said = pledge_words.TOLD_RETURNED_SOME if named else words.TOLD_RETURNED
        told = Reply.of(
            ("lead", said.format(day=day)),
            ("text", f"{info.number}：{run.facts['missing']}"),
            ("list", listed),
            ("note", await common.signature(turn, info)),
            ("note", words.NOTICE_RIGHTS),
            choices=common.answers_to(info),
        )
        reached = await common.tell_enterprise(turn, info, "returned", told)
        lead = pledge_words.RETURNED_SOME.format(count=len(named)) if named else words.RETURNED
        return await page(turn, info, lead=common.receipt(lead, reached))


class AskExtensionFlow(CaseFlow):
    """申请延期 (R43): until when and why, before the due day."""

    name = "ask_extension"
    title = "申请延期"
    submit_label = "确认申请"
    role = "contact"

    def steps(self, given: Mapping[str, Any]) -> Sequence[Step]:
        return (
            Step("until", "延到", "想延到哪一天？", "text", example="12月5日，或者再给5天", is_free=True, longest=60),
            Step("reason", "理由", "为什么要延期？", "text", example="配件下周才到", is_free=True, longest=300),
        )

    async def prepare(self, turn: Turn, run: Run, info: CaseInfo) -> None:
        run.given["due"] = info.case.due.isoformat() if info.case.due else turn.today.isoformat()

    async def check(self, turn: Turn, run: Run, step: Step, value: Any) -> Reading:
        """A day as one says it (R38); a period counts from the day that there is: 再给5天."""
        if step.name != "until":
            return await super().check(turn, run, step, value)
        due, now = dt.date.fromisoformat(run.given["due"]), turn.now.astimezone(CHINA)
        found = deadline_of(str(value), now)
        if found and found.basis != "date":
            found = deadline_of(str(value), dt.datetime.combine(max(due, turn.today), now.timetz()))
        if found is None:
            return refused(words.LOG_DUE)
        if found.day <= due:
            return refused(words.EXTENSION_LATER.format(day=common.with_weekday(due)))
        return fine(found.day.isoformat())

    def value_words(self, turn: Turn, run: Run, step: Step, value: Any) -> str:
        if step.name == "until":
            return common.with_weekday(dt.date.fromisoformat(str(value)))
        return super().value_words(turn, run, step, value)

    def decided(self, facts: Mapping[str, Any], turn: Turn, run: Run) -> Any:
        return acts.AskExtension(dt.date.fromisoformat(facts["until"]), facts["reason"])

    async def after(self, turn: Turn, run: Run, info: CaseInfo) -> Reply:
        return await page(turn, info, lead=words.EXTENSION_ASKED)


class DecideExtensionFlow(CaseFlow):
    """延期决定 (R43): granted or refused with a reason; the ladder is laid anew."""

    name = "decide_extension"
    title = "延期决定"
    submit_label = "确认决定"

    def steps(self, given: Mapping[str, Any]) -> Sequence[Step]:
        return (
            Step("grants", "决定", "同意延期吗？", "choice", (Option("yes", "同意"), Option("no", "不同意"))),
            Step(
                "reason",
                "理由",
                "不同意的理由？",
                "text",
                when=OneOf("grants", ("no",)),
                example="存在安全隐患，不能拖",
                is_free=True,
                longest=300,
            ),
        )

    async def prepare(self, turn: Turn, run: Run, info: CaseInfo) -> None:
        if info.case.has_open_extension:
            asked = info.case.extensions[-1]
            run.given["asked"] = [common.with_weekday(asked.until), asked.reason]

    def under(self, turn: Turn, run: Run, step: Step) -> list[Block]:
        if step.name != "grants" or "asked" not in run.given:
            return super().under(turn, run, step)
        day, reason = run.given["asked"]
        return [Block("text", words.EXTENSION_WANTED.format(day=day, reason=reason))]

    def value_words(self, turn: Turn, run: Run, step: Step, value: Any) -> str:
        if step.name == "grants" and value == "yes" and "asked" in run.given:
            return words.EXTENSION_GRANT.format(day=run.given["asked"][0])
        return super().value_words(turn, run, step, value)

    def decided(self, facts: Mapping[str, Any], turn: Turn, run: Run) -> Any:
        return acts.DecideExtension(facts["grants"] == "yes", facts.get("reason") or "")

    async def after(self, turn: Turn, run: Run, info: CaseInfo) -> Reply:
        assert info.case.due is not None
        granted = run.facts["grants"] == "yes"
        day = common.with_weekday(info.case.due)
        lead = (words.TOLD_GRANTED if granted else words.TOLD_NOT_GRANTED).format(day=day)
        told = Reply.of(
            ("lead", lead),
            ("text", f"{info.number}" + ("" if granted else f"：{run.facts['reason']}")),
            ("note", await common.signature(turn, info)),
            ("note", "" if granted else words.NOTICE_RIGHTS),
            choices=common.answers_to(info)[-1:] if granted else common.answers_to(info),
        )
        reached = await common.tell_enterprise(turn, info, "extension", told)
        return await page(turn, info, lead=common.receipt(words.DECIDED, reached))
