"""What the record gives a paper: every value from an act, a pledge, a guidance or the register; nothing is thought up.

A clause of another place is no basis for an order or a decision (R2): such a field stays 〔待填〕, and the officer is shown
what the lists say. Who reported a case stands in no paper.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping

from handlers.cases.common import with_weekday
from handlers.flows.reading import day_words
from handlers.papers import words
from handlers.papers.record import Record
from handlers.pledges import words as pledge_words
from handlers.sources import Sources
from handlers.turn import CHINA
from knowledge.guidance import shipped_guidance
from knowledge.lists import Item
from knowledge.papers.kinds import MISSING, Kind, shipped_papers
from knowledge.pledges.text import Terms, body, promise_words
from knowledge.procedure.case import OUTCOME_NAMES, SEVERITY_CLAUSES, SEVERITY_NAMES, WARNING_NAMES, Case
from storage.chain import EventInfo
from storage.pledges import PledgeInfo

OF_THE_DAY = frozenset({"成文日期"})
"""What is another value tomorrow without anything having changed."""
VIOLATED, ORDERED_BY, ORDER_LAW = "违反规定", "责令依据", "law-punishment-28-1"
_ENDS = "。；;，,、.!！ \n"


def record_values(record: Record, kind: Kind) -> dict[str, str]:
    """The fields that the record has a value for; the others are not there."""
    found = {
        **_parties(record),
        **_diagnosis(record),
        **_rectification(record),
        **_outcome(record),
        **_rights(record),
        **_pledged(record, kind),
        **_guided(record, kind),
    }
    return {name: value.strip() for name, value in found.items() if value and value.strip()}


def whole(record: Mapping[str, str], given: Mapping[str, str], sources: Sources) -> dict[str, str]:
    """The record's values and, where it has none, the officer's; the article of the outcome comes with either."""
    found = {**given, **record}
    ground = shipped_papers().ground(found.get("不予处罚情形", ""))
    if ground and (article := sources.checks.laws.get(ground.law)):
        found.setdefault("处理依据", f"《{article.law}》{article.path}")
        if _plain(found["处理依据"]) == _plain(f"{article.law}{article.path}"):
            found["依据原文"] = article.text
    return found


def changed(before: Mapping[str, str], now: Mapping[str, str], names: Iterable[str]) -> list[str]:
    """The fields that read otherwise now; the way that a law is named makes no difference."""
    return [
        name for name in names if name not in OF_THE_DAY and _plain(before.get(name, "")) != _plain(now.get(name, ""))
    ]


def suggestions(record: Record) -> dict[str, str]:
    """What the officer may take over or not: the lists of the case's matters, where they are no basis by themselves; the law's
    own words on orders, where no document of the place has any.
    """
    found = [item.basis for item in _items(record) if item.basis]
    listed = {VIOLATED: "；".join(dict.fromkeys(found))} if found else {}
    article = record.sources.checks.laws.get(ORDER_LAW)
    return listed | ({ORDERED_BY: f"《{article.law}》{article.path}"} if article else {})


def _plain(text: str) -> str:
    return text.replace("《", "").replace("》", "").replace("中华人民共和国", "").replace(" ", "").rstrip("。")


# ---- groups of fields


def _parties(record: Record) -> dict[str, str | None]:
    info, office, second = record.info, record.office, record.second
    return {
        "案件编号": info.number,
        "企业名称": record.firm.name,
        "统一社会信用代码": record.firm.code,
        "企业地址": record.firm.address,
        "行政区划": record.place,
        "部门名称": info.department,
        "执法人员": info.officer_name,
        "执法证号": office.licence if office else None,
        "第二执法人员": second.name if second else None,
        "第二执法证号": second.licence if second else None,
        "立案日期": day_words(info.case.opened),
        "成文日期": day_words(record.today),
    }


def _diagnosis(record: Record) -> dict[str, str | None]:
    case, info = record.case, record.info
    facts = [
        f"{name}：{words.YES[value]}"
        for fact, name in words.FACTS.items()
        if (value := getattr(case.facts, fact)) is not None
    ]
    clause = SEVERITY_CLAUSES[case.severity] if case.severity else ""
    is_own = clause and _is_of_place(record, clause)
    return {
        "存在问题": _bare(info.problem),
        "问题程度": SEVERITY_NAMES[case.severity] if case.severity else None,
        "程度依据": record.sources.brief(clause, info.jurisdiction) if clause else None,
        "认定情况": "；".join(facts),
        "预警级别": WARNING_NAMES[case.warning],
        "改正要求": _bare(case.must_correct),
        "整改期限": with_weekday(case.due) if case.due else None,
        "违反规定": "；".join(dict.fromkeys(item.basis for item in _items(record, own=True) if item.basis)),
        "责令依据": _formal(record, clause) if is_own and case.is_ordered else None,
        "证据情况": _evidence(record),
        "陈述申辩情况": _defences(case),
    }


def _rectification(record: Record) -> dict[str, str | None]:
    submitted = record.last("submit_evidence")
    reviewed = record.last("pass_evidence", "return_evidence")
    visited = record.last("visit")
    found: dict[str, str | None] = {}
    if submitted:
        found |= {"提交日期": _day_of(submitted), "整改情况": _bare(submitted.data.get("text"))}
    if reviewed:
        passed = reviewed.act == "pass_evidence"
        found |= {
            "复查日期": _day_of(reviewed),
            "复查结论": words.PASSED_EVIDENCE if passed else words.RETURNED_EVIDENCE,
            "复查说明": _bare(reviewed.data.get("note" if passed else "missing")),
        }
    if visited:
        corrected = visited.data.get("corrected") == "yes"
        found |= {
            "回访日期": _day_of(visited),
            "回访结论": words.CORRECTED if corrected else words.NOT_CORRECTED,
            "回访情况": _bare(visited.data.get("note")),
        }
    return found


def _outcome(record: Record) -> dict[str, str | None]:
    case = record.case
    states = [promise.state for promise in case.promises]
    counted = [("kept", "履行"), ("broken", "没有履行"), ("open", "未了结")]
    told = "，".join(f"{name}{states.count(state)}项" for state, name in counted if state in states)
    ground = next((one for one in shipped_papers().grounds if one.outcome == case.outcome), None)
    return {
        "不予处罚情形": ground.name if ground else None,
        "处理结果": OUTCOME_NAMES[case.outcome] if case.outcome else None,
        "处理依据": _bare(case.outcome_basis),
        "教育情况": words.EDUCATED if case.education else None,
        "销号日期": day_words(case.closed) if case.closed else None,
        "承诺情况": f"共{len(states)}项：{told}" if states else words.NO_PROMISES,
        "免去事项": "、".join(words.WAIVED.get(one, one) for one in case.waived) or words.NOTHING_OPEN,
    }


def _rights(record: Record) -> dict[str, str | None]:
    """The last defence with its answer (R44), the last extension with its decision (R43)."""
    case, found = record.case, dict[str, str | None]()
    if case.defences:
        last, answered = case.defences[-1], record.last("answer_defence")
        found |= {"申辩日期": day_words(last.stated), "申辩内容": _bare(last.text), "复核意见": _bare(last.answer)}
        found["答复日期"] = _day_of(answered) if last.answer and answered else None
    if case.extensions:
        asked, decided = case.extensions[-1], record.last("decide_extension")
        decision = decided if asked.granted is not None else None
        before, after = decision.changes.get("due", (None, None)) if decision else (None, None)
        due = with_weekday(case.due) if case.due else None
        found |= {
            "延期申请日期": day_words(asked.asked),
            "原定期限": with_weekday(dt.date.fromisoformat(before)) if before else due,
            "申请期限": with_weekday(asked.until),
            "延期理由": _bare(asked.reason),
        }
        if decision:
            found |= {
                "审批结论": words.GRANTED if asked.granted else words.NOT_GRANTED,
                "批准期限": with_weekday(dt.date.fromisoformat(after)) if after else due,
                "审批说明": _bare(asked.answer),
                "审批日期": _day_of(decision),
            }
    return found


def _pledged(record: Record, kind: Kind) -> dict[str, str | None]:
    """The pledge that the paper is about: its words as they were signed, with digest and code (R34)."""
    pledge = record.pledge(kind)
    if pledge is None:
        return {}
    promised = [f"{number}. {promise_words(one)}" for number, one in enumerate(pledge.promises, 1)]
    found: dict[str, str | None] = {
        "承诺正文": (pledge.text or _draft_text(record, pledge)).partition("\n")[2],  # the title stands above
        "承诺事项": "\n".join(promised),
        "承诺版本": f"第{pledge.version}版",
    }
    if pledge.injured:
        found |= {"受害方": pledge.injured.who, "受害方意见": pledge.injured.says, "见证人": pledge.injured.witness}
    if pledge.signed:
        found |= {
            "签署人": pledge.signed_name,
            "签署方式": pledge_words.WAYS.get(pledge.signed_way or "", pledge.signed_way),
            "签署时间": _moment(pledge.signed),
            "签署渠道": pledge_words.CHANNELS.get(pledge.channel or "", pledge.channel),
            "登记码": pledge_words.code_words(pledge.code) if pledge.code else None,
            "内容摘要": pledge.digest,
        }
    return found


def _draft_text(record: Record, pledge: PledgeInfo) -> str:
    wording = pledge_words.wording_of(pledge.kind)
    return body(
        Terms(
            wording=wording,
            version=pledge.version,
            number=record.info.number,
            enterprise=record.firm.name,
            credit_code=record.firm.code,
            department=record.info.department,
            problem=record.info.problem,
            signer=MISSING,
            promises=pledge.promises,
            basis=record.sources.brief(wording.cites, record.info.jurisdiction),
            injured=pledge.injured,
        )
    )


def _guided(record: Record, kind: Kind) -> dict[str, str | None]:
    """The newest guidance of the paper's way (R17, R18); the answer to the case's own guidance where there is none."""
    newest = next((one for one in record.guidance if one.way == kind.of), None)
    if newest is None:
        return {"企业答复": words.ACCEPTED.get(record.case.guidance_accepted)}  # type: ignore[arg-type]
    ways = shipped_guidance()
    return {
        "指导方式": ways.way_name(newest.way),
        "指导形式": ways.form_name(newest.form),
        "指导内容": _bare(newest.content),
        "约谈时间": _moment(newest.meeting) if newest.meeting else None,
        "约谈地点": newest.place,
        "企业答复": words.ACCEPTED.get(newest.accepted),  # type: ignore[arg-type]
    }


# ---- single values


def _bare(text: object) -> str:
    """A text without its last stop: the sentence around it has one."""
    return str(text or "").strip().rstrip(_ENDS)


def _day_of(event: EventInfo) -> str:
    return day_words(event.at.astimezone(CHINA).date())


def _moment(at: dt.datetime) -> str:
    local = at.astimezone(CHINA)
    return f"{day_words(local.date())} {local:%H:%M}"


def _evidence(record: Record) -> str:
    names = {"inspection": "检查材料", "before": "整改前的材料", "after": "企业提交的整改材料"}
    told = [f"{names[kind]}{count}份" for kind, count in record.evidence.items() if count]
    return "，".join(told) or words.NO_EVIDENCE


def _defences(case: Case) -> str:
    told = []
    for one in case.defences:
        answer = f"复核意见：{_bare(one.answer)}" if one.answer else "还没有答复"
        told.append(f"{day_words(one.stated)}提出：{_bare(one.text)}；{answer}")
    return "\n".join(told) or words.NO_DEFENCE


def _is_of_place(record: Record, entry: str) -> bool:
    """Whether a clause is this place's own, and no sample (R2)."""
    source = record.sources.library.source_of(entry) if record.sources.has(entry) else None
    return source is not None and not source.sample and source.jurisdiction == record.info.jurisdiction


def _formal(record: Record, entry: str) -> str:
    """A clause as an official paper names it: title, number, path."""
    citation = record.sources.library.citation(entry)
    name = citation.document if citation.document.startswith("《") else f"《{citation.document}》"
    number = f"（{citation.number}）" if citation.number else ""
    return f"{name}{number}{citation.path}"


def _items(record: Record, *, own: bool = False) -> list[Item]:
    items = [found for id in record.info.items if (found := record.sources.library.items.get(id))]
    return [item for item in items if not own or _is_of_place(record, item.id)]
