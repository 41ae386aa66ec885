"""The words of papers."""

from __future__ import annotations

STATES = {
    "draft": "草稿",
    "review": "在法制审核",
    "returned": "审核退回",
    "passed": "审核通过",
    "sent": "已发给企业",
}

LABEL_PAPERS = "文书"
LABEL_MAKE = "做文书"
LABEL_MAKE_AGAIN = "重新做"
LABEL_NOT_NOW = "不能做的"
LABEL_FILL = "现在补填"
LABEL_LEAVE_OPEN = "先不填"
LABEL_REST = "其余不填"
LABEL_SUGGESTED = "用清单的"
LABEL_FILE = "看文件"
LABEL_REVIEW = "送审"
LABEL_SEND = "发给企业"
LABEL_SEND_SURE = "确认发送"
LABEL_SEND_AGAIN = "再发一次"
LABEL_PASS = "通过"  # noqa: S105 - a button
LABEL_PASS_SURE = "确认通过"  # noqa: S105 - a button
LABEL_RETURN = "退回"
LABEL_TO_REVIEW = "待审文书"

PAPERS = "{number}的文书"
PAPERS_NONE = "还没有做过文书。"
PAPERS_NONE_SENT = "还没有发给您的文书。"
PAPER_LINE = "{title} 第{version}版，{state}"
KINDS = "做哪一种文书？"
KINDS_NONE = "现在没有能做的文书。"
KINDS_NOT = "另有{count}种现在不能做，点“不能做的”看原因。"
NOT_NOW = "现在不能做的，和原因"
DOES_NOT_FIT = "现在不能做《{title}》：{why}。"

TITLE = "做文书"
SUBMIT = "确认生成"
FILL_ASK = "有{count}项记录里没有，现在补填吗？"
FILLED = "《{title}》：从记录填好{count}项。"
STILL_MISSING = "标〔待填〕的有{count}项："
NOTHING_MISSING = "没有〔待填〕的。"
SUGGESTED = "{what}：{text}"
SUGGESTIONS = {"违反规定": ("清单里写的", LABEL_SUGGESTED), "责令依据": ("法律里有的", "用这一条")}
"""By field: where a suggestion comes from, and the button that takes it over."""
TOO_LONG = "太长了，请写在{count}字以内，例如：{example}"

MADE = "做好了：《{title}》第{version}版。"
PAGE = "《{title}》第{version}版：{state}。"
OLD = "这是旧的一版，已经有更新的。"
OPEN_FIELDS = "〔待填〕：{names}"
NO_OPEN_FIELDS = "没有〔待填〕的。"
MADE_BY = "{name}，{at}做"
REVIEWED_BY = "{name}，{at}审核"
RETURNED_FOR = "退回的理由：{reason}"
NEXT = {
    "draft": "核对文件；没有问题就发给企业。",
    "draft_review": "核对文件；这种文书先送法制审核。",
    "review": "等法制审核，有结果会告诉您。",
    "returned": "按理由改，再做一版送审。",
    "passed": "审核通过，可以发给企业。",
    "sent": "已经发给企业；盖章送达另行办理。",
}
FILE_LOST = "文件已经找不到或者损坏，请重新做一版。"
LENT = "文书不随消息发。链接一天内有效，只能打开一次：\n{link}"
TOLD_KEPT = "文书不随消息发，点“看文件”给您一个链接。"
CANNOT_FILL = "这份模板填不进去，请管理员检查模板。"

STALE_REVIEW = "送审以后记录变了，审核已经失效，请重新做。"
STALE_DRAFT = "做好以后记录变了，请重新做。"
STALE_LEGAL = "送审以后记录变了，已经退给承办人重新做。"
CHANGED = "变了的：{names}"
STALE_REASON = "记录变了：{names}"

SENT_TO_REVIEW = "已送法制审核。"
NOBODY_REVIEWS = "已送审；本区县还没有登记司法行政人员。"
TO_REVIEW_TOLD = "有一份文书待审：{number}《{title}》。"
NEEDS_REVIEW = "这种文书要先通过法制审核，才能发。"
SEND_ASK = "把《{title}》第{version}版发给企业，对吗？"
SEND_TO = "发给：{firm}的{count}位联系人"
SEND_NOTE = "聊天消息不是法律文书送达，盖章送达另行办理。"
SENT = "已发给企业：《{title}》。"
NOT_SENT = "没有能送到的企业联系人，文书没有发出。"
NOT_SENT_NEXT = "请给企业发绑定码，或者当面送达。"
TOLD_PAPER = "有一份文书给您：《{title}》。"
TOLD_NUMBER = "案件：{number}。{needs}"
TOLD_RIGHTS = "对案件可以陈述、申辩，不会因此加重。"
TOLD_DECIDED = "不服可以申请行政复议或者提起行政诉讼。"
TOLD_NO_SERVICE = "本消息不是法律文书送达。"

TO_REVIEW = "待审文书"
TO_REVIEW_NONE = "没有待审的文书。"
TO_REVIEW_LINE = "{number}《{title}》，{name}，{at}"
NOT_OWN = "自己做的文书，请另一位审核。"
NOT_IN_REVIEW = "这份文书已经不在审核中。"
PASS_ASK = "通过《{title}》第{version}版，对吗？"  # noqa: S105 - a question
PASS_NOTE = "通过以后，承办人可以发给企业。"  # noqa: S105 - a hint
PASSED = "已通过，已告诉承办人。"
RETURN_TITLE = "退回文书"
RETURN_ASK = "为什么退回？请写明理由。"
RETURN_EXAMPLE = "没有写明违反的规定"
RETURN_SUBMIT = "确认退回"
RETURNED = "已退回，已告诉承办人。"
TOLD_PASSED = "法制审核通过：{number}《{title}》。"
TOLD_RETURNED = "法制审核退回：{number}《{title}》。"

MIME = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
FILE_NAME = "{title}（{number}，第{version}版）.docx"

NOTHING_OPEN = "没有免去的要求"
NO_DEFENCE = "至今没有收到陈述、申辩"
NO_PROMISES = "没有承诺"
NO_EVIDENCE = "没有材料"
EDUCATED = "已经进行教育"
PASSED_EVIDENCE = "复查通过"
RETURNED_EVIDENCE = "复查没有通过，须继续整改"
CORRECTED = "已经改好"
NOT_CORRECTED = "还没有改好"
GRANTED = "同意延期"
NOT_GRANTED = "不同意延期"
ACCEPTED = {True: "接受", False: "不接受"}
YES = {True: "是", False: "否"}
FACTS = {
    "is_first": "初次",
    "is_slight": "情节轻微",
    "has_consequence": "造成后果",
    "is_intended": "主观故意",
    "is_correctable": "能够整改",
}
"""What of the facts stands in a paper; not who reported it, which the enterprise need not know."""
WAIVED = {"evidence": "整改材料", "promises": "承诺", "visit": "回访"}
