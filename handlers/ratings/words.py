"""What is said about ratings (R47)."""

from __future__ import annotations

SCORES = {1: "很不满意", 2: "不满意", 3: "一般", 4: "满意", 5: "很满意"}
ABOUT = {"visit": "回访", "closing": "销号", "request": "诉求答复"}
ASK = {
    "visit": "这次回访，您满意吗？",
    "closing": "这件事办完了，您满意吗？",
    "request": "这次答复，您满意吗？",
}
ASK_WHAT = "{number}，{department}。"
ASK_HOW = "点一个分数就好，不评也行。被评的人看不到是谁评的。"
ASK_MANY = "有{count}件事，请您评一评。"
GIVEN = "已记下：{score}分，{name}。"
GIVEN_NEXT = "想说一句也可以，不说也行。"
GIVEN_CORRECT = "点错了，一天内可以改。"
LATE = "评过一天了，不能再改。原来评的是{score}分，{name}。"
SAY = "请用一句话说说。"
SAY_EXAMPLE = "来得快，讲得清楚"
SAID = "已记下您说的话，谢谢。"
SKIPPED = "好，谢谢您的评价。"
GONE = "没有这条评价，可能已经删除。"

LOW = "差评待办，{count}条："
LOW_NONE = "没有差评待办。"
LOW_HANDLED = "处理过的差评，{count}条："
LOW_HANDLED_NONE = "还没有处理过的差评。"
LOW_ONE = "差评：{department}，{score}分，{name}。"
LOW_DISCREET = "不要让被评的部门知道是谁评的。"
LOW_NOTHING_SAID = "没有留言"
LOW_TOLD = "新收到{count}条差评，请看看。"
HANDLE_ASK = "怎么处理的？"
HANDLE_EXAMPLE = "已电话核实，当天补做了解释"
HANDLED = "已记下处理结果。"
HANDLED_BEFORE = "这一条已经处理过了。"

FORMULA = (
    "评分次数：期间内给出的评分，同一件事同一个人只算一次\n"
    "平均分＝各次分数之和÷评分次数\n"
    "满意率＝4分和5分的次数÷评分次数\n"
    "不到5次的只写次数，不写平均分和满意率"
)
"""How the figures of ratings are made, printed with them."""

LABEL_SAY = "说一句"
LABEL_SKIP = "不说了"
LABEL_CORRECT = "改分"
LABEL_LOW = "差评待办"
LABEL_HANDLED = "看处理过的"
LABEL_HANDLE = "处理"


def label(score: int) -> str:
    """The button of a score: 4分满意."""
    return f"{score}分{SCORES[score]}"
