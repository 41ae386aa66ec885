"""What an event of a case says in plain words: what was done, the essential of it, and what it changed, before and after (R28).

To the enterprise only what concerns it is said: not who reported it, not what the offices tell each other.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from handlers import menus, words
from handlers.cases.common import with_weekday
from handlers.looking import WHAT
from knowledge.procedure.case import OUTCOME_NAMES, PLEDGE_NAMES, SEVERITY_NAMES, STAGE_NAMES, WARNING_NAMES, Case
from storage.chain import EventInfo
from storage.people import Office

Change = tuple[str, str, str]
"""What changed, before and after."""
NOTHING = "（空）"
LABEL_PAGE = "整页查看"
PAGE_MADE = "{number}的全过程，一页看完。"
PAGE_NOTE = "打开可以看，也可以打印。过几天失效，可以再要一次。"
ENTERPRISE_ONLY = "执法部门内部的话不在这一页，条数和摘要不少。"
CHAIN = "每条记录都带着前一条的摘要。改一条、少一条、多一条，都会扣不上。"
HOW = "请系统管理员运行下面这条命令。摘要还在链上，到这一条为止就没有改过。"
NO_SERVICE = "本页由系统按记录生成，不是法律文书送达。"
FACTS = {
    "is_first": "初次",
    "is_slight": "情节轻微",
    "has_consequence": "造成后果",
    "is_intended": "主观故意",
    "has_influence": "影响较大",
    "is_reported": "群众举报",
    "is_grave": "情况较重",
    "is_correctable": "能够整改",
}
TOLD_TO_ENTERPRISE = frozenset(
    {
        "log", "diagnose", "guidance", "submit_evidence", "pass_evidence", "return_evidence", "ask_extension",
        "decide_extension", "defend", "answer_defence", "visit", "close", "reopen", "files_added", "looked",
        "pledge", "keep_promise", "break_promise", "paper_sent", "serve",
        "guide", "guide_answer", "guide_move", "guide_minutes", "guide_remark", "reminded", "give_time",
    }
)  # fmt: skip
"""The acts whose words the enterprise reads; of others – and of new ones – that they happened, and what they changed."""
KEPT_FROM_ENTERPRISE = frozenset({"facts", "derived", "reason", "officers", "escalated"})
"""What of a case is the offices' own: above all, whether somebody reported it."""


@dataclass(frozen=True, slots=True)
class Teller:
    """For whom a course is told, and who the people in it are: each person's offices, and offices by number."""

    is_enterprise: bool
    persons: Mapping[int, tuple[Office, ...]] = field(default_factory=dict)
    offices: Mapping[int, Office] = field(default_factory=dict)

    def who(self, event: EventInfo) -> str:
        """Who did it: to the enterprise by department, role and licence (R46), to an office by name too."""
        if event.person is None:
            return "系统"
        held = (one for one in self.persons.get(event.person, ()) if one.since <= event.at)
        office = next((one for one in held if one.until is None or event.at <= one.until), None)
        if office is None:
            return "企业联系人" + ("" if self.is_enterprise else event.person_name or "")
        return self.office_words(office)

    def office_words(self, office: Office) -> str:
        """An office by department and role, with the licence for the enterprise and the name for an office."""
        role = menus.ROLE_NAMES[office.role]
        if not self.is_enterprise:
            return f"{office.department}{role}{office.name}"
        licence = f"（执法证号{office.licence}）" if office.role == "officer" and office.licence else ""
        return f"{office.department}{role}{licence}"


def title(event: EventInfo) -> str:
    """What was done, in a word."""
    return words.ACTS.get(event.act, "其他")


def essence(event: EventInfo, teller: Teller) -> str:
    """The essential of an event in one line, without what it is called."""
    said: list[str] = []
    if not teller.is_enterprise or event.act in TOLD_TO_ENTERPRISE:
        said += _SAID.get(event.act, _any)(event.data, teller)
    for name in ("severity", "warning", "due", "outcome"):
        if name in event.changes and event.changes[name][1] not in (None, "none"):
            worded = _value(name, event.changes[name][1])
            if not any(worded in one for one in said):
                said.append(f"期限{worded}" if name == "due" else worded)
    return "，".join(one for one in said if one)


def changes(event: EventInfo, teller: Teller) -> list[Change]:
    """Everything that an event changed in the case."""
    found: list[Change] = []
    for name in sorted(event.changes, key=lambda name: _ORDER.get(name, len(_ORDER))):
        before, after = event.changes[name]
        is_begun = before is None and after == _BEGUN.get(name)
        if is_begun or (teller.is_enterprise and name in KEPT_FROM_ENTERPRISE):
            continue
        found += _changed(name, before, after, teller)
    return [change for change in found if change[1] != change[2]]


def _changed(name: str, before: Any, after: Any, teller: Teller) -> Iterator[Change]:
    if name == "facts":
        for fact, called in FACTS.items():
            yield called, _yes((before or {}).get(fact)), _yes((after or {}).get(fact))
    elif name in _LISTS:
        called, worded = _LISTS[name]
        was, now = before or [], after or []
        for n in range(max(len(was), len(now))):
            number = f"{called}{n + 1}" if len(now) > 1 else called
            yield number, worded(was[n]) if n < len(was) else NOTHING, worded(now[n]) if n < len(now) else NOTHING
    elif name == "officers":
        yield "执法人员", _officers(before, teller), _officers(after, teller)
    else:
        yield TITLES.get(name, "其他"), _value(name, before), _value(name, after)


# ---- single values


def _day(value: str) -> str:
    return with_weekday(dt.date.fromisoformat(value))


def _yes(value: Any) -> str:
    return {True: "是", False: "不是"}.get(value, NOTHING)


def _text(value: Any) -> str:
    return str(value)


TITLES = {
    "opened": "立案日",
    "problem": "问题",
    "stage": "阶段",
    "severity": "程度",
    "derived": "系统判断",
    "facts": "查明的情况",
    "reason": "理由",
    "warning": "预警",
    "is_ordered": "责令改正",
    "is_historical": "历史遗留问题",
    "touches_red_line": "触及红线",
    "must_correct": "要改正",
    "due": "期限",
    "first_due": "最初的期限",
    "period": "第几次整改",
    "leniency_lost": "不再从宽",
    "guidance_accepted": "接受指导",
    "evidence_passed": "材料通过",
    "missing_evidence": "还缺什么",
    "promises": "承诺",
    "visited": "回访日",
    "visit_due": "回访期限",
    "defences": "陈述申辩",
    "extensions": "延期",
    "escalated": "升级（逾期工作日）",
    "officers": "执法人员",
    "education": "已教育",
    "outcome": "结果",
    "outcome_basis": "依据",
    "waived": "免去",
    "closed": "销号日",
    "reopened": "重开次数",
}
"""What a case has, by what people call it, in the order in which it is told."""
_ORDER = {name: n for n, name in enumerate(TITLES)}
_BEGUN = {name: value for name, value in Case(dt.date.min, "").to_json().items() if name not in ("opened", "stage")}
"""What every case begins with, and nobody need be told."""
WAIVABLE = {"evidence": "整改材料", "promises": "承诺", "visit": "回访"}
_WORDED: dict[str, Callable[[Any], str]] = {
    **dict.fromkeys(("opened", "due", "first_due", "visited", "visit_due", "closed"), _day),
    **dict.fromkeys(
        ("is_ordered", "is_historical", "touches_red_line", "guidance_accepted", "evidence_passed", "education"), _yes
    ),
    "stage": lambda value: STAGE_NAMES.get(value, value),
    "severity": lambda value: SEVERITY_NAMES.get(value, value),
    "derived": lambda value: SEVERITY_NAMES.get(value, value),
    "warning": lambda value: WARNING_NAMES.get(value, value) or "没有",
    "outcome": lambda value: OUTCOME_NAMES.get(value, value),
    "leniency_lost": lambda value: "是",
    "waived": lambda value: "、".join(WAIVABLE.get(one, one) for one in value),
}


def _value(name: str, value: Any) -> str:
    if value is None or value == "" or value == []:
        return NOTHING
    return _WORDED.get(name, _text)(value)


def _promise(one: Mapping[str, Any]) -> str:
    state = {"open": "未了结", "kept": "已履行", "broken": "没有履行"}
    state |= {"open": "待复核"} if one.get("handed_in") else {}
    kind = PLEDGE_NAMES.get(one.get("kind", "rectification"), "")
    return f"{one['text']}，{_day(one['due'])}前，{state.get(one['state'], one['state'])}" + (
        f"（{kind}）" if kind else ""
    )


def _defence(one: Mapping[str, Any]) -> str:
    return f"{one['text']}；{'答复：' + one['answer'] if one.get('answer') else '还没有答复'}"


def _extension(one: Mapping[str, Any]) -> str:
    answer = f"：{one['answer']}" if one.get("answer") else ""
    granted = one.get("granted_until")
    decided = {None: "等决定", True: f"同意{'到' + _day(granted) if granted else ''}", False: "不同意"}[
        one.get("granted")
    ]
    return f"想延到{_day(one['until'])}，{one['reason']}；{decided}{answer}"


_LISTS: dict[str, tuple[str, Callable[[Mapping[str, Any]], str]]] = {
    "promises": ("承诺", _promise),
    "defences": ("陈述申辩", _defence),
    "extensions": ("延期", _extension),
}


def _officers(ids: Any, teller: Teller) -> str:
    named = [teller.office_words(teller.offices[id]) for id in ids or () if id in teller.offices]
    return "、".join(named) or NOTHING


# ---- what each act says

Data = Mapping[str, Any]


def _log(data: Data, teller: Teller) -> list[str]:
    due = f"限{_day(data['due'])}" if data.get("due") else ""
    said = f"原话：{data['said']}" if data.get("said") and not teller.is_enterprise else ""
    return [str(data.get("problem", "")), due, said]


def _diagnose(data: Data, teller: Teller) -> list[str]:
    reason = f"理由：{data['reason']}" if data.get("reason") and not teller.is_enterprise else ""
    return [f"改正：{data['must']}" if data.get("must") else "", reason]


def _return(data: Data, teller: Teller) -> list[str]:
    return [str(data.get("missing", "")), f"补齐期限{_day(data['due'])}" if data.get("due") else ""]


def _ask_extension(data: Data, teller: Teller) -> list[str]:
    return [f"想延到{_day(data['until'])}" if data.get("until") else "", str(data.get("reason") or "")]


def _decide_extension(data: Data, teller: Teller) -> list[str]:
    return ["同意" if data.get("grants") == "yes" else "不同意", str(data.get("reason") or "")]


def _visit(data: Data, teller: Teller) -> list[str]:
    return ["改好了" if data.get("corrected") == "yes" else "没改好", str(data.get("note") or "")]


def _close(data: Data, teller: Teller) -> list[str]:
    outcome = OUTCOME_NAMES.get(data.get("outcome", ""), "")
    return [outcome, f"依据：{data['basis']}" if data.get("basis") else ""]


def _waive(data: Data, teller: Teller) -> list[str]:
    return [WAIVABLE.get(str(data.get("requirement")), ""), str(data.get("reason") or "")]


def _transfer(data: Data, teller: Teller) -> list[str]:
    office = teller.offices.get(data.get("to", 0))
    return [f"交给{teller.office_words(office)}" if office else ""]


def _escalate(data: Data, teller: Teller) -> list[str]:
    to = "、".join(menus.ROLE_NAMES.get(role, role) for role in data.get("to", ()))
    return [f"报{to}" if to else "", str(data.get("reason") or "")]


def _instruct(data: Data, teller: Teller) -> list[str]:
    return [str(data.get("text") or ""), f"限{_day(data['due'])}" if data.get("due") else ""]


def _give_time(data: Data, teller: Teller) -> list[str]:
    return [f"延到{_day(data['due'])}" if data.get("due") else "", str(data.get("reason") or "")]


def _any(data: Data, teller: Teller) -> list[str]:
    """An act without words of its own: what was written with it."""
    return [str(data[name]) for name in ("text", "reason", "note", "missing") if isinstance(data.get(name), str)]


_SAID: dict[str, Callable[[Data, Teller], list[str]]] = {
    "log": _log,
    "diagnose": _diagnose,
    "guidance": lambda data, teller: ["接受" if data.get("accepts") else "不接受"],
    "return_evidence": _return,
    "ask_extension": _ask_extension,
    "decide_extension": _decide_extension,
    "visit": _visit,
    "close": _close,
    "waive": _waive,
    "transfer": _transfer,
    "asked_officer": lambda data, teller: [str(data.get("number", ""))],
    "urged": lambda data, teller: [menus.ROLE_NAMES.get(str(data.get("by")), "")],
    "escalate": _escalate,
    "instruct": _instruct,
    "give_time": _give_time,
    "looked": lambda data, teller: [WHAT.get(str(data.get("what", "")), "材料")],
    "files_added": lambda data, teller: [f"{len(data.get('files', ()))}份"],
    "undelivered": lambda data, teller: ["没有能送到的企业联系人"],
}
