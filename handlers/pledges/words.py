"""The words of pledges (R30–R36)."""

from __future__ import annotations

from handlers.words import TOLD
from knowledge.pledges.kinds import Wording, shipped_wordings
from knowledge.procedure.case import PledgeKind

WAYS = {"typed": "打字签名", "drawn": "手写签名", "stamped": "盖章照片"}
CHANNELS = {"web": "网页", "telegram": "Telegram", "console": "终端"}
STATES = {"draft": "草稿", "signed": "已签署", "replaced": "已有新版"}

LABEL_PLEDGE = "签承诺书"
LABEL_PLEDGES = "看承诺书"
LABEL_SIGN = "签名"
LABEL_ADD = "加一条"
LABEL_EDIT = "改一条"
LABEL_DROP = "删一条"
LABEL_INJURED = "改受害方"
LABEL_KINDS = "换一种"
LABEL_AMEND = "签新版"
LABEL_TEXT = "看原文"
LABEL_CODE = "核对码"
LABEL_VERIFY = "核对"
LABEL_BREAK = "记没做到"

DRAFT = "请通读。可以改，没有问题再签名。"
DRAFT_AMENDS = "这是新的一版，签了以后代替旧版。"
DRAFT_CHANGED = "改好了，请再读一遍。"
FREE = "签不签由您；不签的，照常办理。"
EFFECT_BY_CLAUSE = "签了有什么作用，以“查看依据”里的条款为准。"
EFFECT_NONE = "本地文件没有这一种，签了不能代替处罚、强制。"
ELSEWHERE = "（外地做法，仅供参考）"
KINDS = "签哪一种？"
RULE = "规则{rule}。"
REFUSED_NEXT = "可以照常整改，也可以陈述、申辩。"
CLOSED = "案件已经销号，不用再签承诺书。"
FULL = "一份承诺书最多写{count}条。"
NOTHING_TO_EDIT = "这几条都已经了结或者在等复核，不能改。"
WHICH_EDIT = "改哪一条？"
WHICH_DROP = "删哪一条？已经签过的不能删，只能改。"
TERM = "第{n}条：{text}"
WHAT_ASK = "要改正什么？"
DUE_ASK = "什么时候做完？"
DUE_ANY = "3个工作日"
DUE_EXAMPLE = "3个工作日，或者{day}前"
DUE_UNREAD = "没有看到日期，例如：3个工作日，{day}前。"
DUE_NO_SUCH_DAY = "{problem}，请看一看日历。"
KEEPS = "现在是：{value}。不改就点“跳过”。"
WHO_ASK = "受害方怎么称呼？"
TERMS_ASK = "怎么赔礼道歉、赔偿？"
SAYS_ASK = "受害方怎么说？"
WITNESS_ASK = "谁在场见证？"

SIGN_ASK = "请签名，打您的姓名：{name}。"
SIGN_ALSO = "也可以发一张盖了章的承诺书照片。"
SIGN_DIFFERS = "您登记的姓名是“{name}”，请照这个打。"
SIGN_DIFFERS_NEXT = "姓名登记错了，请执法人员重新发绑定码。"
SIGN_NOT_PICTURE = "签名应是图片，例如盖章承诺书的照片。"
SIGN_FINAL = "签了就定下来，不能改；要变，签新的一版。"
SIGN_CHANGED = "承诺书刚刚改过，没有签成。请再读一遍。"
SIGN_LATE = "{name}刚刚签过了，您不用再签。"
SIGN_NOT_CONTACT = "您不是这家企业的联系人，不能签。"
SIGNED = "签好了：{title}第{version}版。"
SIGNED_NEXT = "按时做到，把材料交来。"
TOLD_SIGNED_AGAIN = "{name}签了{title}（第{version}版），{count}条，代替旧版。"
CHANGED_NEW = "新加：{now}"
CHANGED_TO = "原来：{before}\n现在：{now}"
TOLD_SIGNED = "{name}签了{title}（第{version}版），{count}条。"
NO_DRAFT = "这份草稿不在了，可能刚刚签过。"

NONE = "这个案件还没有签承诺书。"
ALL = "{number}的承诺书："
LINE = "{title}第{version}版：{count}条，{standing}"
LINE_KEPT = "，做到{count}条"
LINE_BROKEN = "，没做到{count}条"
LINE_WAITING = "，待复核{count}条"
LINE_NEXT = "，下一条{day}前"
STANDING = "{title}第{version}版，{state}，{standing}。"
REPLACED = "{title}第{version}版，已由第{newest}版代替。"
SIGNED_BY = "签署：{name}，{at}，{channel}，{way}。"
CODE = "核对码{code}，网页打开可以核对：{link}"
CODE_LEAD = "核对码：{code}"
CODE_NOTE = "谁拿着纸，都能查是不是登记的这份；查不到姓名。"
CODE_PICTURE = "承诺书核对码.png"
MOVED = "，签的是{day}前"
DIGEST = "摘要（SHA-256）"
INTACT = "核对一致：内容和签的时候一样。"
BROKEN_RECORD = "核对不一致，请找系统管理员。"
PARTS = {
    "text": "文字、签名、时间和摘要对不上",
    "event": "和全过程里记的摘要对不上",
    "file": "签名图片找不到或者改过",
}
PICTURE_LOST = "签名图片找不到或者损坏。"

PUT_RIGHT = "改正“{problem}”的问题"
WHICH_EVIDENCE = "是哪一条承诺的材料？"
WHICH_PASS = "通过哪些？"  # noqa: S105 - a question
WHICH_RETURN = "退回哪些？"
WHICH_SEVERAL = "是哪几条？"
APART = "（单独交，不在“全部”里）"
ALL_OF_THEM = "全部"
SOME_OF_THEM = "选几条"
NOT_WAITING = "没有在等复核的材料。"
KEPT = "已记下：做到{count}条" + f"{TOLD}。"
TOLD_KEPT = "{number}：做到的承诺有{count}条，复核通过。"
RETURNED_SOME = "已退回{count}条" + f"{TOLD}。"
TOLD_RETURNED_SOME = "这几条承诺要补材料，请在{day}前补齐。"
SUBMITTED_ONE = "已提交{count}，这一条等复核；别的照常算时间。"

WHICH_BROKEN = "哪一条没有做到？"
NONE_BROKEN = "没有过期或者两次没有通过的承诺。"
REASON_ASK = "怎么没有做到？写明理由。"
BROKEN = f"已记下：这一条没有做到{TOLD}。"
TOLD_BROKEN = "承诺没有按时做到：{number}。"
TOLD_BROKEN_LOST = "不再用承诺代替处理，照一般程序办。"
TOLD_BROKEN_URGENT = "转为紧急预警，责令改正。"
TOLD_BROKEN_NEXT = "还要接着整改；有客观原因，请陈述、申辩。"
OFFICER_BROKEN_NEXT = "已记在企业名下，留作信用记录。"

REMIND_BEFORE = "{number}的承诺快到期了。还有{days}个工作日（{day}）。"
REMIND_TODAY = "{number}的承诺今天到期。期限{day}。"
REMIND_LATE = "{number}的承诺已经过期。期限{day}。"
REMIND_WHAT = "承诺：{texts}"


def wording_of(kind: PledgeKind) -> Wording:
    """The words of a kind."""
    return shipped_wordings()[kind]


def title_of(kind: PledgeKind) -> str:
    """What a kind is called."""
    return wording_of(kind).title


def code_words(code: str) -> str:
    """A code as it is printed: K7M2-P9XQ-4RTB."""
    return "-".join(code[at : at + 4] for at in range(0, len(code), 4))
