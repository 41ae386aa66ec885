"""Each role's menu and commands (R1): the words on the buttons, the Latin command that a channel offers, and the act behind."""

from __future__ import annotations

from dataclasses import dataclass

from handlers.messages import Act, Choice, Menu

ROLE_NAMES = {
    "guest": "访客",
    "contact": "企业联系人",
    "officer": "执法人员",
    "liaison": "镇街",
    "leader": "分管领导",
    "legal": "司法行政",
    "supervisor": "督查室",
    "admin": "管理员",
}
ROLES = tuple(ROLE_NAMES)
OFFICES = ("officer", "liaison", "leader", "legal", "supervisor", "admin")


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing to do: its label (also understood when typed, as are ``said``), its command and its act."""

    label: str
    command: str
    act: Act
    said: tuple[str, ...] = ()


START = Entry("开始", "start", {"do": "start"})
MENU = Entry("菜单", "menu", {"do": "menu"}, ("主菜单", "功能"))
HELP = Entry("帮助", "help", {"do": "help"}, ("怎么用", "怎么提问"))
DOCUMENTS = Entry("政策文件", "documents", {"do": "documents"}, ("文件",))
LISTS = Entry("四张清单", "lists", {"do": "lists"}, ("清单", "减免责清单"))
GLOSSARY = Entry("名词解释", "glossary", {"do": "glossary"})
PLACE = Entry("我的地区", "place", {"do": "place"}, ("换地区", "地区"))
CHECKS = Entry("自检", "check", {"do": "checks"}, ("自查", "我要自检"))
BIND = Entry("绑定企业", "bind", {"do": "bind"}, ("绑定", "输入绑定码", "绑定码"))
MY_DATA = Entry("我的数据", "mydata", {"do": "my_data"}, ("隐私", "我的信息"))
MY_ENTERPRISE = Entry("我的企业", "enterprise", {"do": "my_enterprise"})
RECORDS = Entry("自检记录", "records", {"do": "records"}, ("我的自检",))
FIND = Entry("找企业", "find", {"do": "find"}, ("查企业",))
ISSUE_CODE = Entry("发绑定码", "code", {"do": "issue_code"})
RECEIVED = Entry("收到自检", "received", {"do": "received"}, ("收到的自检",))
ADD_ENTERPRISE = Entry("登记企业", "add", {"do": "add_enterprise"}, ("加企业",))
MY_OFFICE = Entry("我的任职", "office", {"do": "my_office"}, ("执法证",))
LEAVE = Entry("请假委托", "leave", {"do": "leave"}, ("请假", "委托"))
INVITE = Entry("邀请人员", "invite", {"do": "invite"}, ("邀请",))
PEOPLE = Entry("人员", "people", {"do": "people"}, ("人员名单",))

LOG = Entry("记巡查", "log", {"do": "log"}, ("立案", "记一条"))
TO_DO = Entry("我的待办", "todo", {"do": "todo"}, ("待办",))
DUE = Entry("今天到期", "due", {"do": "due"}, ("到期",))
OVERDUE = Entry("逾期", "overdue", {"do": "overdue"}, ("逾期清单",))
FIND_CASE = Entry("找案件", "case", {"do": "find_case"}, ("查案件",))
COPIES = Entry("收到抄送", "copies", {"do": "copies"}, ("抄送",))
MY_CASES = Entry("我的事项", "cases", {"do": "my_cases"}, ("我的案件",))
GUIDE = Entry("行政指导", "guide", {"do": "guide"}, ("记指导",))
MY_GUIDANCE = Entry("我的指导", "guidance", {"do": "my_guidance"}, ("指导记录",))
TO_REVIEW = Entry("待复核", "review", {"do": "to_review"})
TO_VISIT = Entry("待回访", "visit", {"do": "to_visit"})
TO_CLOSE = Entry("待销号", "close", {"do": "to_close"})
PHRASES = Entry("常用语", "phrases", {"do": "phrases"})
UNOWNED = Entry("无人承办", "unowned", {"do": "unowned"})
HAND_ALL = Entry("整批移交", "handall", {"do": "hand_all"}, ("全部移交",))
INSTRUCTIONS = Entry("督办件", "instructions", {"do": "instructions"})
KEY = Entry("重点督办", "key", {"do": "key_cases"})
LOW_RATINGS = Entry("差评待办", "ratings", {"do": "low_ratings"}, ("差评",))

LEDGER = Entry("导出台账", "export", {"do": "ledger"}, ("台账", "导出销号清单", "案件台账"))
FIGURES = Entry("统计", "figures", {"do": "figures"}, ("统计数据", "看统计"))

PERSON = Entry(
    "转人工", "person", {"do": "person"}, ("人工", "人工客服", "找人", "找人工", "投诉", "我要投诉", "提诉求")
)
REQUESTS = Entry("诉求", "requests", {"do": "requests"}, ("我的诉求", "诉求台账"))
PAPERS = Entry("待审文书", "legal", {"do": "papers_review"}, ("文书审核", "法制审核"))
ANSWERS = Entry("待审答复", "answers", {"do": "answers"}, ("公开答复",))
GAPS = Entry("没答上的", "gaps", {"do": "gaps"}, ("没答上",))

_EVERYBODY = (START, MENU, HELP, DOCUMENTS, LISTS, GLOSSARY, PLACE, CHECKS, MY_DATA, PERSON, REQUESTS)
_OFFICE = (COPIES, OVERDUE, FIND_CASE, FIND, MY_OFFICE, LEAVE, DOCUMENTS, HELP)
_SHOWN: dict[str, tuple[Entry, ...]] = {
    "guest": (CHECKS, DOCUMENTS, LISTS, GLOSSARY, PLACE, BIND, MY_DATA, HELP),
    "contact": (MY_CASES, CHECKS, MY_ENTERPRISE, RECORDS, DOCUMENTS, LISTS, MY_DATA, HELP),
    "officer": (TO_DO, LOG, DUE, OVERDUE, REQUESTS, FIND_CASE, FIND, HELP),
    "liaison": _OFFICE,
    "leader": (COPIES, OVERDUE, KEY, INSTRUCTIONS, FIND_CASE, FIGURES, LEDGER, HELP),
    "legal": (PAPERS, ANSWERS, REQUESTS, OVERDUE, FIND_CASE, FIGURES, LEDGER, HELP),
    "supervisor": (COPIES, OVERDUE, KEY, INSTRUCTIONS, LOW_RATINGS, FIND_CASE, FIGURES, HELP),
    "admin": (INVITE, PEOPLE, REQUESTS, FIND, ADD_ENTERPRISE, MY_OFFICE, MY_DATA, HELP),
}
_MORE: dict[str, tuple[Entry, ...]] = {
    "contact": (BIND, PLACE, MY_GUIDANCE),
    "officer": (
        TO_REVIEW,
        TO_VISIT,
        TO_CLOSE,
        ISSUE_CODE,
        ADD_ENTERPRISE,
        GUIDE,
        RECEIVED,
        GAPS,
        MY_OFFICE,
        LEAVE,
        INSTRUCTIONS,
        PHRASES,
        UNOWNED,
        HAND_ALL,
        LEDGER,
        FIGURES,
    ),
    "leader": (FIND, MY_OFFICE, LEAVE),
    "supervisor": (LEDGER, FIND, MY_OFFICE, LEAVE),
    "liaison": (LEDGER,),
    "admin": (UNOWNED,),
    "legal": (GAPS, FIND, MY_OFFICE, LEAVE),
}


def shown(role: str) -> tuple[Entry, ...]:
    """The entries of a role's menu, at most eight."""
    return _SHOWN[role]


def entries(role: str) -> tuple[Entry, ...]:
    """Everything that a role can type or command, its menu first."""
    return tuple({e.command: e for e in (*_SHOWN[role], *_MORE.get(role, ()), *_EVERYBODY)}.values())


def all_entries() -> tuple[Entry, ...]:
    """Every entry of any role, once."""
    return tuple({e.command: e for role in ROLES for e in entries(role)}.values())


def lasting(role: str) -> Menu:
    """The menu that a channel keeps beside the input field."""
    return Menu(role, tuple(entry.label for entry in shown(role)))


def choices(role: str) -> list[Choice]:
    """The menu as buttons under a reply."""
    return [Choice(entry.label, entry.act) for entry in shown(role)]
