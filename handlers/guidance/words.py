"""What is said about 行政指导 (R17–R19)."""

from __future__ import annotations

ASK_WAY = "用哪一种方式？"
ASK_FORM = "用什么形式？"
ASK_CONTENT = "指导什么内容？"
ASK_MEETING = "约在什么时候？"
MEETING_EXAMPLE = "下周三上午九点"
ASK_PLACE = "在哪里谈？"
PLACE_EXAMPLE = "示例市场监管局二楼会议室"
ASK_REASON = "为什么改期？"
REASON_EXAMPLE = "当天另有现场检查"
ASK_MINUTES = "谈了什么？请写纪要。"
MINUTES_EXAMPLE = "说明了公示要求，企业表示三天内补上"
ASK_REMARK = "有什么要补充的？"
REMARK_EXAMPLE = "谈话时还说到想换新式展示牌"
ELSEWHERE = "{name}（外地做法）"
NEEDS_ORDER = "这种方式随责令改正告知，请从已责令改正的案件里用。"
MEETING_PROBLEMS = {
    "unread": "没看懂时间，要说哪天几点。",
    "no_hour": "还要说几点。",
    "past": "这个时间已经过了。",
    "rest_day": "那天是休息日，请约工作日。",
    "out_of_hours": "请约在{opens}到{closes}之间。",
}
MEETING_OVER = "约的时间已经过了，请重新填。"
NOT_ANNOUNCED = "，节假日安排未公布，以公布为准"
BASIS = "依据：{clause}"
SUMMARY_ORDERED = "这个案件已责令改正，指导不代替责令。"
SUMMARY_SERIOUS = "触及红线或者突出问题，指导不代替依法查处。"

OFFERED = "行政指导（{form}）：{way}。"
TALK = "{way}：{when}。"
PLACE = "地点：{place}"
WITH_ORDER = "随责令改正告知：{way}。"
VOLUNTARY = "指导是自愿的，不接受没有任何影响。"
NO_CHOICE = "这是怎样改正的说明；责令的内容要照办。"
ORDERED = "指导不代替责令改正，责令的要求和期限不变。"
SERIOUS = "指导也不代替依法查处。"

TOLD = "已记下，已告知企业。"
TOLD_NOBODY = "已记下；还联系不上企业，请当面告知或者发绑定码。"
ACCEPTED = "好，已记下您接受指导。"
DECLINED = "已记下您不接受，没有任何影响。"
COME = "请按时来；前一个工作日再提醒您。"
ANSWER_OVER = "约谈已经谈完，不用再答复。"
OFFICER_TOLD = "企业{answer}约谈：{when}。"
MOVED = "约谈改到{when}。"
MOVED_WHY = "原来约的是{before}；改期原因：{reason}"
MOVED_DONE = "已改期，已告知企业。"
MINUTES_TOLD = "约谈纪要写好了，请看看。"
MINUTES_RIGHT = "有不对的、没写到的，可以补充意见，会一起留存。"
MINUTES_KEPT = "纪要已留存，已告知企业。"
MINUTES_EARLY = "约谈还没有到时间，谈完再写纪要。"
REMARKED = "意见已留存，执法人员看得到。"
REMARK_TOLD = "企业对约谈纪要补充了意见。"
REMIND = "约谈提醒：{when}。"
REMIND_FREE = "不能来，点“不接受”，没有任何影响。"

GONE = "没有这条指导，或者不归您看。"
LIST_OF = "{name}的行政指导，{count}条："
LIST_MINE = "我的指导，{count}条："
NONE = "还没有行政指导。"
ANSWERS = {None: "未答复", True: "接受", False: "不接受"}
NO_ANSWER = "不需要答复"
MINUTES = "纪要：{text}"
REMARKS = "（补充意见{count}条）"
COURSE = "这条指导的经过："
EVENTS = {
    "told": "告知",
    "accepted": "接受",
    "declined": "不接受",
    "moved": "改期",
    "minutes": "纪要",
    "remark": "补充意见",
}

LABEL_GUIDANCE = "行政指导"
LABEL_MINE = "我的指导"
LABEL_NEW = "记指导"
LABEL_ONE = "看指导"
LABEL_ACCEPT = "接受"
LABEL_DECLINE = "不接受"
LABEL_MOVE = "改期"
LABEL_MINUTES = "写纪要"
LABEL_REMARK = "补充意见"
LABEL_COURSE = "经过"
