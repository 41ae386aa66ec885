"""What is said about requests and published answers (R50, R51). Plain Chinese, no sentence over forty characters."""

from __future__ import annotations

# asking
QUESTION = "想问什么？请用一两句话说。"
QUESTION_EXAMPLE = "夜市摆摊要办什么证"
WHICH_PLACE = "在哪个区县？"
WHICH_DEPARTMENT = "归哪个部门？"
NOT_ROUTED = "没认出来，由管理员分派；要自己选，点“改部门”"
BY_ADMIN = "由管理员分派"
LABEL_BY_ADMIN = "管理员分派"
DUE = "确认后编号，{day}前首次答复（2个工作日）。"
EACH_STEP = "每一步都在这里告诉您，不用留姓名电话。"
NOBODY_THERE = "这个部门还没有人在用，先编号，由管理员分派。"
NOBODY_AT_ALL = "{place}还没有人在用本系统；急事请直接找执法部门。"
WITH_FILES = "附照片、文件{count}份。"
REGISTERED = "已登记：{number}。"
REGISTERED_FOR = "{day}前首次答复，分给{department}。"
REGISTERED_OPEN = "{day}前首次答复，等管理员分派部门。"
REGISTERED_NEXT = "有了答复在这里告诉您；打“诉求”随时看进展。"
ASKED_BEFORE = "这个问题已经登记过：{number}。"
TOO_MANY = "您有{count}个诉求还没有答复，答复后再提新的。"
IN_HAND_ALREADY = "{number}正由{who}承办，直接打字就行。"
SOLVED = "{number}已办结，谢谢。"
ASSISTANT_AGAIN = "现在由助手回答您的问题。"
SOLVED_ALREADY = "{number}已经办结了。"
NOT_ANSWERED_YET = "{number}还没有答复。{day}前答复您。"
REOPENED = "{number}已重开。{day}前再答复您。"
TOO_LATE = "办结超过{days}天，不能重开，请提新的诉求。"
MORE_ASK = "哪里没解决，还想补充什么？"
MORE_EXAMPLE = "去窗口问过，说还要房东签字"
MORE_SENT = "已补充到{number}，承办的人会看到。"
ERASED = "对方已删除自己的数据，{number}到此为止，答复发不出去。"
GONE = "没有这个诉求，或者不归您看。现在可以："
MINE = "我的诉求"
MINE_NONE = "还没有提过诉求。"
MINE_NONE_NEXT = "有问题点“转人工”，编号登记，由部门的人答复。"

# the desk
QUEUE = "待答复的诉求"
ANSWERED_NOW = "现在问这一句，已经答得出：{what}。公布以后仍先给这一条，公开答复在它下面。"
ANSWERED = "答复过的诉求"
ANSWERED_NONE = "还没有答复过诉求。"
QUEUE_NONE = "没有待答复的诉求。"
NEW = "新诉求：{number}。{day}前首次答复。"
NEW_OPEN = "新诉求要分派：{number}。{day}前首次答复。"
MOVED_HERE = "转来诉求：{number}。{day}前首次答复。"
LATE = "已逾期{days}个工作日"
LAST_DAY = "今天到期"
DAYS_LEFT = "还有{days}个工作日"
TAKEN = "已接办，到{time}为止。"
TAKEN_NEXT = "对方打的字会转给您。点“答复”才发给对方。"
HELD_BY = "{name}正在办{number}，{time}前归他办。"
TOLD_TAKEN = "{number}有人接办了。"
TOLD_TAKEN_NEXT = "您现在打的字直接转给承办人；找助手，打“菜单”。"
GIVEN_BACK = "已交还，回到待答复的诉求里。"
GIVEN_BACK_TOLD = "{number}回到队列，还会有人答复您。"
HOLD_OVER = "{number}超过时间没有答复，已回到队列。"
MOVE_TO = "转给哪个部门？"
MOVE_WHY = "为什么转？"
MOVE_EXAMPLE = "占道经营归城管部门管"
MOVED = "已转给{department}。"
MOVED_TOLD = "{number}转给{department}办。{day}前答复您。"
NOWHERE_TO_MOVE = "别的部门还没有人在用，转不了。"
CLOSED_ALREADY = "{number}已经办结，不用再办。"
STATES = {
    "registered": "等分派",
    "assigned": "等答复",
    "taken": "承办中",
    "answered": "已答复，等对方确认",
    "closed": "已办结",
}
ACTS = {
    "registered": "登记",
    "assigned": "分给",
    "taken": "接办",
    "said": "补充",
    "answered": "答复",
    "returned": "交还",
    "reopened": "重开",
    "closed": "办结",
    "proposed": "转为公开答复",
}
COURSE = "{number}的全过程："

# answering
ANSWER = "怎么答复？发出前还会让您核对。"
ANSWER_EXAMPLE = "健康证可以先补办，三日内补齐就行"
ANSWERED = "答复已发给对方。"
ANSWERED_NEXT = "对方确认解决就办结；常有人问的，可以转为公开答复。"
TOLD_ANSWER = "答复：{number}"
SOLVED_ASK = "有没有解决？"
SOLVED_SILENT = "{days}天没有回音，先办结；以后仍可以说“没解决”。"
NO_WORD = "没有回音"
CLOSED_SILENT = "{number}答复{days}天，没有回音，先办结了。"
CLOSED_SILENT_NEXT = "没有解决的，{days}天内点“没解决”，重新答复您。"
NOT_HELD = "这件现在不在您手里，请先接办。"
RELAYED = "已转给{who}，接着打字也会转过去。"
RELAYED_LATER = "已转给{who}，上班后会看到。"
SAID = "{number}，对方说："
FILES_RELAYED = "{count}份已转给{who}。"
FILES_TOO_LARGE = "超过5MB的转不过去，请发小一点的。"
TOLD_SOLVED = "{number}：对方确认已解决。"
TOLD_REOPENED = "{number}：对方说没解决。{day}前再答复。"

# the clock
LATE_ONE = "{number}过了答复期限，已逾期{days}个工作日。"
LATE_MANY = "{count}个诉求过了答复期限："

# published answers
PROPOSE_QUESTION = "公开的问题怎么写？不要有姓名、电话、企业名。"
PROPOSE_TEXT = "公开的答复怎么写？三百字以内。"
PROPOSE_TEXT_EXAMPLE = "可以先补办，三日内补齐的不予处罚"
PROPOSE_CITE = "依据哪一条？打几个字找，找到后选一条。"
PROPOSE_CITE_EXAMPLE = "首违不罚 及时改正"
PROPOSE_CITE_MORE = "还依据哪一条？没有就跳过。"
PROPOSE_CITE_PICK = "是下面的哪一条？"
PROPOSE_CITE_NONE = "没有找到，换几个字再找；没有依据的不能公开。"
PROPOSE_LOOK = "请再看一遍：没有姓名、电话、企业名、门牌。"
PERSONAL = "“{words}”像{kind}，请{instead}。"
TOO_LONG = "有{count}字，公开的请写在{most}字以内。"
PROPOSED = "已提交，等司法行政审核。"
PROPOSED_NOBODY = "已提交；本地还没有司法行政的人在用，先存着。"
NOT_ANSWERED = "还没有答复，答复以后才能转为公开答复。"
TO_REVIEW = "待审答复：{department}提交，“{question}”"
WAITING = "待审的公开答复"
WAITING_NONE = "没有待审的公开答复。"
RELEASED_LIST = "已公布的答复"
RELEASED_NONE = "还没有公布过答复。"
RELEASE_ASK = "公布这条答复？"
RELEASE_WHAT = "公布后马上能查到，本地先看到，别处标“外地做法”。"
RELEASED = "已公布，马上能查到。"
RELEASED_TOLD = "公开答复已公布：“{question}”"
RETURN_WHY = "退回的理由？"
RETURN_EXAMPLE = "依据没有写到这种情形"
RETURNED = "已退回。"
RETURNED_TOLD = "公开答复被退回：“{question}”"
WITHDRAW_WHY = "为什么撤下？"
WITHDRAW_EXAMPLE = "依据的文件已停止适用"
WITHDRAWN = "已撤下，不再查得到。"
ANSWER_GONE = "没有这条答复，或者已经办过了。现在可以："
BASIS_GONE = "依据的条款已不再公布，不能公布，请退回。"
ANSWER_STATES = {"proposed": "待审", "returned": "已退回", "released": "已公布", "withdrawn": "已撤下"}
PUBLISHED = "部门答复：{question}"
PUBLISHED_BY = "{place}{department}，{day}答复"
PUBLISHED_OPEN = "这是{place}的答复。"

# what found nothing
GAPS = "最近七天没答上的"
GAPS_NONE = "最近七天没有查无依据的问题。"
GAPS_WEEK = "上周没答上的问题，{count}个："
GAPS_LINE = "{department}：{questions}"
GAPS_NO_DEPARTMENT = "没认出部门"
GAPS_NEXT = "答复过的，可以转为公开答复，下次就能查到。"

LABEL_TAKE = "接办"
LABEL_ANSWER = "答复"
LABEL_GIVE_BACK = "交还"
LABEL_MOVE = "转部门"
LABEL_ASSIGN = "分派"
LABEL_REQUEST = "看诉求"
LABEL_ANSWERED = "答复过的"
LABEL_REQUESTS = "诉求"
LABEL_NEW = "转人工"
LABEL_SOLVED = "解决了"
LABEL_UNSOLVED = "没解决"
LABEL_MORE = "补充说明"
LABEL_PUBLISH = "转公开答复"
LABEL_PASS = "通过"  # noqa: S105 - a button
LABEL_PASS_SURE = "确认公布"  # noqa: S105 - a button
LABEL_RETURN = "退回"
LABEL_WITHDRAW = "撤下"
LABEL_WAITING = "待审答复"
LABEL_RELEASED = "已公布"
LABEL_AGAIN = "改了再提"
LABEL_ITS_BASIS = "依据原文"
