"""The acts on a case as flows (R18, R23–R28, R43, R44): a few questions, a review, and the procedure decides."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from handlers import words
from handlers.cases import common
from handlers.cases.page import listed, page
from handlers.flows.flow import Flow, Run
from handlers.flows.logging import file_of
from handlers.flows.steps import NO, UNKNOWN, YES, Option, Reading, Step, fine, refused
from handlers.messages import Act, Block, Choice, Reply
from handlers.sources import Sources
from handlers.turn import CHINA, Turn
from knowledge.checks.conditions import OneOf
from knowledge.deadlines import deadline_of
from knowledge.procedure import acts
from knowledge.procedure.case import OUTCOME_NAMES, SEVERITY_CLAUSES, SEVERITY_NAMES, Facts
from knowledge.procedure.severity import derive, why
from storage import cases, evidence, people
from storage.cases import CaseInfo

ASK = (YES, NO, UNKNOWN)


class CaseFlow(Flow):
    """A flow on one case: only for who may, held against others while it runs, carried out by the procedure."""

    role = "officer"
    act = ""
    needs_licence = True

    async def begin(self, turn: Turn, act: Act) -> Run | Reply:
        info = await common.seen(turn, act["id"])
        refusal = await self._refusal(turn, info)
        if info is None or refusal:
            return refusal or common.gone(turn)
        if turn.speaker.office and self.role == "officer":
            until = turn.now + dt.timedelta(minutes=15)
            if not await cases.hold(turn.session, info.id, turn.speaker.office.id, turn.now, until):
                return Reply.of(("lead", words.CASE_HELD), choices=[common.MENU])
        run = Run(self.name, turn.house.new_token(), given={"case": info.id, "number": info.number})
        await self.prepare(turn, run, info)
        return run

    async def prepare(self, turn: Turn, run: Run, info: CaseInfo) -> None:
        """What is known from the case already."""

    async def _refusal(self, turn: Turn, info: CaseInfo | None) -> Reply | None:
        if info is None or turn.speaker.role != self.role:
            return common.gone(turn)
        return common.may_enforce(turn) if self.role == "officer" and self.needs_licence else None

    async def check(self, turn: Turn, run: Run, step: Step, value: Any) -> Reading:
        if step.name != "due":
            return fine(value)
        found = deadline_of(str(value), turn.now.astimezone(CHINA))
        return fine(found.day.isoformat()) if found else refused(words.LOG_DUE)

    def value_words(self, turn: Turn, run: Run, step: Step, value: Any) -> str:
        if step.name == "due" and value:
            return common.with_weekday(dt.date.fromisoformat(value))
        return super().value_words(turn, run, step, value)

    def decided(self, facts: Mapping[str, Any], turn: Turn, run: Run) -> Any:
        """The procedure's act that the answers make."""
        raise NotImplementedError

    async def before(self, turn: Turn, run: Run, info: CaseInfo) -> None:
        """What is kept with the act, such as evidence."""

    async def after(self, turn: Turn, run: Run, info: CaseInfo) -> Reply:
        """Who is told, and what the speaker sees."""
        return await page(turn, info)

    async def submit(self, turn: Turn, run: Run) -> Reply:
        info = await common.seen(turn, run.given["case"], lock=True)
        refusal = await self._refusal(turn, info)
        if info is None or refusal:
            return refusal or common.gone(turn)
        done = await common.carry_out(turn, info, self.act or self.name, self.decided(run.facts, turn, run), run.facts)
        if isinstance(done, Reply):
            return done
        await self.before(turn, run, done)
        return await self.after(turn, run, done)


def _due(title: str = "期限", prompt: str = "限什么时候改好？", when: Any = None) -> Step:
    return Step("due", title, prompt, "text", example="3个工作日，或者11月30日前", is_free=True, when=when)


class DiagnoseFlow(CaseFlow):
    """诊断 (R23): the facts by buttons, the class derived and shown with its clause; another one needs a reason."""

    name = "diagnose"
    title = "诊断"
    submit_label = "确认诊断"

    def steps(self, given: Mapping[str, Any]) -> Sequence[Step]:
        return (
            Step("first", "初次", "这是第一次吗？", "choice", ASK),
            Step("slight", "情节轻微", "情节轻微吗？", "choice", ASK, cites="dinghai-2-2-1"),
            Step("consequence", "造成后果", "造成后果了吗？", "choice", ASK, cites="dinghai-2-2-1"),
            Step("intent", "主观故意", "是故意的吗？", "choice", ASK, cites="dinghai-2-2-1"),
            Step("influence", "影响较大", "造成较大影响了吗？", "choice", ASK, cites="dinghai-2-2-3"),
            Step("reported", "群众举报", "是群众举报的吗？", "choice", ASK, cites="dinghai-2-2-3"),
            Step("grave", "情况较重", "情况较为严重吗？", "choice", ASK, when=OneOf("reported", ("yes",))),
            Step("correctable", "能够整改", "能通过整改改好吗？", "choice", ASK, cites="dinghai-2-2-2"),
            Step(
                "red",
                "触及红线",
                "触及红线，严重危害生命财产或市场秩序吗？",
                "choice",
                (NO, YES),
                cites="dinghai-supplement",
            ),
            Step("historical", "历史遗留", "是“两证补办”等历史遗留问题吗？", "choice", (NO, YES), cites="dinghai-2-2"),
            Step("must", "要改正", "要改正什么？", "text", example="三日内把安全出口清空", is_free=True, longest=300),
            _due(),
            Step(
                "chosen",
                "程度",
                "按系统判断，还是另选？",
                "choice",
                (Option("auto", "按判断"), *(Option(value, name) for value, name in SEVERITY_NAMES.items())),
            ),
            Step(
                "reason",
                "理由",
                "另选的理由是什么？",
                "text",
                when=OneOf("chosen", tuple(SEVERITY_NAMES)),
                example="一年内第三次，屡教不改",
                is_free=True,
            ),
        )

    async def prepare(self, turn: Turn, run: Run, info: CaseInfo) -> None:
        earlier = await cases.earlier_violations(turn.session, info.enterprise, info.id)
        run.known["first"] = ["no" if earlier else "yes", "register"]  # looked up, not taken on trust
        said = (await cases.events(turn.session, info.id))[0].data
        run.answers["must"] = info.case.must_correct or info.problem
        run.answers["chosen"] = "auto"
        if said.get("due"):
            run.answers["due"] = said["due"]
        if said.get("red"):
            run.answers["red"] = said["red"]

    def notes(self, turn: Turn, run: Run) -> list[Block]:
        facts = _facts(run.facts)
        derived = derive(facts)
        if derived is None:
            return [Block("note", words.DIAGNOSIS_OPEN)]
        clause = Sources(turn.library, turn.house.checks).brief(SEVERITY_CLAUSES[derived])
        return [
            Block("text", words.DIAGNOSIS.format(name=SEVERITY_NAMES[derived], why=why(facts))),
            Block("citation", clause),
        ]

    def decided(self, facts: Mapping[str, Any], turn: Turn, run: Run) -> Any:
        chosen = facts.get("chosen")
        return acts.Diagnose(
            facts=_facts(facts),
            must_correct=facts["must"],
            due=dt.date.fromisoformat(facts["due"]),
            touches_red_line=facts["red"] == "yes",
            chosen=chosen if chosen in SEVERITY_NAMES else None,
            reason=facts.get("reason") or "",
            is_historical=facts["historical"] == "yes",
        )

    async def after(self, turn: Turn, run: Run, info: CaseInfo) -> Reply:
        told = await common.tell_enterprise(turn, info, "diagnosed", await notice(turn, info))
        lead = words.DIAGNOSED if told else words.DIAGNOSED_UNDELIVERED
        return await page(turn, info, lead=lead)


def _facts(facts: Mapping[str, Any]) -> Facts:
    def said(name: str) -> bool | None:
        return {"yes": True, "no": False}.get(str(facts.get(name)))

    return Facts(
        is_first=said("first"),
        is_slight=said("slight"),
        has_consequence=said("consequence"),
        is_intended=said("intent"),
        has_influence=said("influence"),
        is_reported=said("reported"),
        is_grave=said("grave") if said("reported") else False if said("reported") is False else None,
        is_correctable=said("correctable"),
    )


async def notice(turn: Turn, info: CaseInfo) -> Reply:
    """What the enterprise is told (R18, R42, R44–R46): what, by when with the weekday, who acts, its rights, the ways."""
    case = info.case
    assert case.due is not None and case.severity is not None
    kind = words.NOTICE_ORDER if case.is_ordered else words.NOTICE_GUIDANCE
    clause = Sources(turn.library, turn.house.checks).brief(SEVERITY_CLAUSES[case.severity])
    choices = [
        Choice(words.LABEL_SUBMIT, {"do": "submit_evidence", "id": info.id}),
        Choice(words.LABEL_EXTEND, {"do": "ask_extension", "id": info.id}),
        Choice(words.LABEL_DEFEND, {"do": "defend", "id": info.id}),
    ]
    if not case.is_ordered:
        choices += [
            Choice(words.LABEL_ACCEPT, {"do": "guidance", "id": info.id, "accepts": True}),
            Choice(words.LABEL_DECLINE, {"do": "guidance", "id": info.id, "accepts": False}),
        ]
    return Reply.of(
        ("lead", kind.format(day=common.with_weekday(case.due))),
        ("list", f"{info.number}\n{info.enterprise_name}\n要改正：{case.must_correct}"),
        ("citation", f"依据：{clause}"),
        ("note", await common.signature(turn, info)),
        ("note", words.NOTICE_RIGHTS),
        choices=[*choices, Choice(words.LABEL_CASE, {"do": "case", "id": info.id})],
    )


class SubmitEvidenceFlow(CaseFlow):
    """提交整改 (R26): what was done, with pictures or documents."""

    name = "submit_evidence"
    title = "提交整改"
    submit_label = "确认提交"
    role = "contact"

    def steps(self, given: Mapping[str, Any]) -> Sequence[Step]:
        return (
            Step("text", "怎么改的", "怎么改好的？", "text", example="健康证已上墙", is_free=True, longest=500),
            Step(
                "files",
                "照片文件",
                "请发改正后的照片或者文件。",
                "file",
                example="可以发几张，发完点“发完了”",
                may_skip=True,
            ),
        )

    def decided(self, facts: Mapping[str, Any], turn: Turn, run: Run) -> Any:
        return acts.SubmitEvidence()

    async def before(self, turn: Turn, run: Run, info: CaseInfo) -> None:
        for text, file in [(run.facts["text"], None), *((None, file_of(file)) for file in run.files)]:
            await evidence.add(
                turn.session, case=info.id, kind="after", text=text, file=file, person=turn.speaker.person, now=turn.now
            )

    async def after(self, turn: Turn, run: Run, info: CaseInfo) -> Reply:
        return await page(turn, info, lead=words.SUBMITTED.format(count=len(run.files) + 1))


class PassFlow(CaseFlow):
    """复核通过 (R26)."""

    name = "pass_evidence"
    title = "复核通过"
    submit_label = "确认通过"

    def steps(self, given: Mapping[str, Any]) -> Sequence[Step]:
        return (
            Step("note", "说明", "有要说的吗？", "text", may_skip=True, is_free=True, example="照片清楚，已经改好"),
        )

    def decided(self, facts: Mapping[str, Any], turn: Turn, run: Run) -> Any:
        return acts.PassEvidence(tuple(run.given.get("promises", ())))

    async def prepare(self, turn: Turn, run: Run, info: CaseInfo) -> None:
        run.given["promises"] = [promise.id for promise in info.case.promises if promise.state == "open"]

    async def after(self, turn: Turn, run: Run, info: CaseInfo) -> Reply:
        told = Reply.of(
            ("lead", words.TOLD_PASSED.format(number=info.number)), ("note", await common.signature(turn, info))
        )
        await common.tell_enterprise(turn, info, "passed", told)
        return await page(turn, info, lead=words.PASSED)


class ReturnFlow(CaseFlow):
    """退回 (R26, R36): what is missing, and a new day: the second period."""

    name = "return_evidence"
    title = "退回整改材料"
    submit_label = "确认退回"

    def steps(self, given: Mapping[str, Any]) -> Sequence[Step]:
        return (
            Step(
                "missing", "缺什么", "缺什么，还要怎么改？", "text", example="缺改正后的照片", is_free=True, longest=300
            ),
            _due("新期限", "限什么时候补齐？"),
        )

    def decided(self, facts: Mapping[str, Any], turn: Turn, run: Run) -> Any:
        return acts.ReturnEvidence(facts["missing"], dt.date.fromisoformat(facts["due"]))

    async def after(self, turn: Turn, run: Run, info: CaseInfo) -> Reply:
        assert info.case.due is not None
        told = Reply.of(
            ("lead", words.TOLD_RETURNED.format(day=common.with_weekday(info.case.due))),
            ("text", f"{info.number}：{run.facts['missing']}"),
            ("note", await common.signature(turn, info)),
            ("note", words.NOTICE_RIGHTS),
            choices=[Choice(words.LABEL_SUBMIT, {"do": "submit_evidence", "id": info.id})],
        )
        await common.tell_enterprise(turn, info, "returned", told)
        return await page(turn, info, lead=words.RETURNED)


class AskExtensionFlow(CaseFlow):
    """申请延期 (R43): until when and why, before the due day."""

    name = "ask_extension"
    title = "申请延期"
    submit_label = "确认申请"
    role = "contact"

    def steps(self, given: Mapping[str, Any]) -> Sequence[Step]:
        return (
            Step("until", "延到", "想延到哪一天？", "future", example="12月5日"),
            Step("reason", "理由", "为什么要延期？", "text", example="配件下周才到", is_free=True, longest=300),
        )

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
        )
        await common.tell_enterprise(turn, info, "extension", told)
        return await page(turn, info, lead=words.DECIDED)


class DefendFlow(CaseFlow):
    """陈述申辩 (R44), at any time before the outcome; it never makes things worse."""

    name = "defend"
    title = "陈述申辩"
    submit_label = "确认提交"
    role = "contact"

    def steps(self, given: Mapping[str, Any]) -> Sequence[Step]:
        return (
            Step(
                "text",
                "事实和理由",
                words.DEFENCE_ASK,
                "text",
                example="当天刚换班，证在办公室",
                is_free=True,
                longest=1000,
            ),
        )

    def decided(self, facts: Mapping[str, Any], turn: Turn, run: Run) -> Any:
        return acts.StateDefence(facts["text"])

    async def after(self, turn: Turn, run: Run, info: CaseInfo) -> Reply:
        return await page(turn, info, lead=words.DEFENCE_STATED)


class AnswerDefenceFlow(CaseFlow):
    """答复 (R44), with reasons."""

    name = "answer_defence"
    title = "答复申辩"
    submit_label = "确认答复"

    def steps(self, given: Mapping[str, Any]) -> Sequence[Step]:
        return (
            Step(
                "text",
                "答复和理由",
                "怎么答复？请写明理由。",
                "text",
                example="采纳，改为轻微",
                is_free=True,
                longest=1000,
            ),
        )

    def decided(self, facts: Mapping[str, Any], turn: Turn, run: Run) -> Any:
        return acts.AnswerDefence(facts["text"])

    async def after(self, turn: Turn, run: Run, info: CaseInfo) -> Reply:
        told = Reply.of(
            ("lead", words.TOLD_ANSWERED),
            ("text", f"{info.number}：{run.facts['text']}"),
            ("note", await common.signature(turn, info)),
        )
        await common.tell_enterprise(turn, info, "answered", told)
        return await page(turn, info, lead=words.ANSWERED)


class VisitFlow(CaseFlow):
    """回访 (R26): found corrected, or not, with a new day."""

    name = "visit"
    title = "回访"
    submit_label = "确认回访"

    def steps(self, given: Mapping[str, Any]) -> Sequence[Step]:
        return (
            Step(
                "corrected", "结果", "现场看，改好了吗？", "choice", (Option("yes", "改好了"), Option("no", "没改好"))
            ),
            Step("note", "说明", "现场情况？", "text", example="健康证都在墙上", is_free=True, longest=300),
            _due("新期限", "限什么时候改好？", when=OneOf("corrected", ("no",))),
        )

    def decided(self, facts: Mapping[str, Any], turn: Turn, run: Run) -> Any:
        is_corrected = facts["corrected"] == "yes"
        return acts.RecordVisit(is_corrected, None if is_corrected else dt.date.fromisoformat(facts["due"]))

    async def after(self, turn: Turn, run: Run, info: CaseInfo) -> Reply:
        if run.facts["corrected"] == "no":
            assert info.case.due is not None
            told = Reply.of(
                ("lead", words.TOLD_RETURNED.format(day=common.with_weekday(info.case.due))),
                ("text", f"{info.number}：{run.facts['note']}"),
                ("note", await common.signature(turn, info)),
            )
            await common.tell_enterprise(turn, info, "visited", told)
        return await page(turn, info, lead=words.VISITED)


class CloseFlow(CaseFlow):
    """销号 (R26, R27): outcome, basis, second officer, education; what is missing is listed and closing refused."""

    order = ("exempt_minor", "exempt_first", "exempt_blameless", "penalty", "lighter", "mitigated", "no_compulsion")

    name = "close"
    title = "销号"
    submit_label = "确认销号"

    def steps(self, given: Mapping[str, Any]) -> Sequence[Step]:
        colleagues = tuple(Option(str(id), name) for id, name in given.get("colleagues", ()))
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
        office = turn.speaker.office
        assert office is not None
        others = await people.offices(
            turn.session,
            jurisdiction=office.jurisdiction,
            department=office.department,
            role="officer",
            demo=turn.house.demo,
        )
        run.given["colleagues"] = [[other.id, other.name] for other in others if other.id != office.id]

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
        await common.tell_enterprise(turn, info, "closed", told)
        return await page(turn, info, lead=words.CLOSED)


def _short(options: tuple[Option, ...]) -> tuple[Option, ...]:
    labels = {
        "exempt_minor": "轻微不罚",
        "exempt_first": "首违不罚",
        "exempt_blameless": "无过错不罚",
    }
    return tuple(Option(o.value, labels.get(o.value, o.label), (o.label, *o.said)) for o in options)


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

    def decided(self, facts: Mapping[str, Any], turn: Turn, run: Run) -> Any:
        due = turn.today + dt.timedelta(days=7)
        return acts.Reopen(facts["reason"], due, turn.house.settings.get("reopen_days", 30))

    async def after(self, turn: Turn, run: Run, info: CaseInfo) -> Reply:
        return await page(turn, info, lead=words.REOPENED)


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


class TransferFlow(CaseFlow):
    """移交: another officer of the department answers for the case from now on."""

    name = "transfer"
    title = "移交案件"
    submit_label = "确认移交"

    def steps(self, given: Mapping[str, Any]) -> Sequence[Step]:
        colleagues = tuple(Option(str(id), name) for id, name in given.get("colleagues", ()))
        return (Step("to", "交给", "交给谁？", "choice", colleagues),)

    async def prepare(self, turn: Turn, run: Run, info: CaseInfo) -> None:
        await CloseFlow().prepare(turn, run, info)

    async def submit(self, turn: Turn, run: Run) -> Reply:
        info = await common.seen(turn, run.given["case"], lock=True)
        refusal = await self._refusal(turn, info)
        if info is None or refusal:
            return refusal or common.gone(turn)
        to = await people.office(turn.session, int(run.facts["to"]))
        if to is None or (to.jurisdiction, to.department) != (info.jurisdiction, info.department) or to.until:
            return common.gone(turn)
        await cases.hand_over(turn.session, info.id, to.id, turn.now)
        await cases.note(turn.session, info.id, "transfer", {"to": to.id}, turn.speaker.person, turn.now)
        fresh = await cases.case_file(turn.session, info.id)
        assert fresh is not None
        await common.lay_ladder(turn, fresh)
        told = Reply.of(
            ("lead", words.TRANSFERRED_TOLD.format(number=info.number)),
            ("text", f"{info.enterprise_name}：{info.problem}"),
            choices=[Choice(words.LABEL_LOOK, {"do": "case", "id": info.id})],
        )
        for channel, chat in await people.chats_of(turn.session, to.person):
            await turn.send(channel, chat, f"transfer/{info.id}/{run.id}/{channel}/{chat}", told)
        return await page(turn, fresh, lead=words.TRANSFERRED.format(name=to.name))


class FindCaseFlow(Flow):
    """找案件: by number, enterprise or words."""

    name = "find_case"
    title = "找案件"
    reviews = False

    def steps(self, given: Mapping[str, Any]) -> Sequence[Step]:
        return (Step("words", "案件", "编号、企业或者问题里的几个字？", "text", example="好味道 健康证", is_free=True),)

    async def submit(self, turn: Turn, run: Run) -> Reply:
        office = turn.speaker.office
        if office is None:
            return common.gone(turn)
        department = office.department if office.role == "officer" else None
        found = await cases.search(turn.session, run.facts["words"], office.jurisdiction, department)
        return listed(turn, words.FOUND_CASES, found, {"do": "find_case"}, words.FOUND_NO_CASES)


def case_flows() -> list[Flow]:
    """All flows on cases."""
    return [
        DiagnoseFlow(), SubmitEvidenceFlow(), PassFlow(), ReturnFlow(), AskExtensionFlow(), DecideExtensionFlow(),
        DefendFlow(), AnswerDefenceFlow(), VisitFlow(), CloseFlow(), ReopenFlow(), WaiveFlow(), TransferFlow(),
        FindCaseFlow(),
    ]  # fmt: skip
