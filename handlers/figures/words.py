"""What is said about figures, and how each is made."""

from __future__ import annotations

TITLE = "{span}统计：{department}"
SO_FAR = "{span}（截至{month}月{day}日）"
OPENED = "立案{count}件：{parts}"
CLOSED = "销号{count}件：{parts}"
NOTHING = "{what}0件"
ON_TIME = "按期率{share}＝按期整改后销号÷（已销号＋逾期未销号）"
KEPT = "承诺兑现率{share}＝兑现÷已了结"
ANSWERED = "诉求及时率{share}＝按期首次答复÷（已答复＋逾期未答）"
OVERDUE = "现在逾期未销号{count}件"
UNDIAGNOSED = "待诊断"
OUTCOMES = (
    ("不予处罚", ("exempt_minor", "exempt_first", "exempt_blameless")),
    ("从轻减轻", ("lighter", "mitigated")),
    ("不予强制", ("no_compulsion",)),
    ("依法处罚", ("penalty",)),
    ("不成立、移送等", ("unfounded", "transferred", "duplicate")),
)
UNASSIGNED = "（未分派）"
NONE_OF_IT = "—（0件）"
SHARE = "{percent}%（{part}/{whole}）"

DEPARTMENTS = "{span}，按部门："
DEPARTMENT = "{name}：立案{opened}，销号{closed}，按期{share}"
DEPARTMENTS_NONE = "{span}还没有案件。"
KINDS = "{span}的现状和结果："
STAGES = "现状：{parts}"
OUTCOME_LINE = "结果：{parts}"
MATTERS = "{span}最多的事项："
MATTER = "{n}. {title}，{count}件"
MATTERS_NONE = "{span}立案的案件没有对应清单事项。"
MATTER_GONE = "清单里已经没有的事项（{item}）"
RATINGS = "{span}的评价，共{count}次："
RATINGS_NONE = "{span}还没有评价。"
RATING = "{name}：{figure}"
RATED = "{count}次，平均{mean:.1f}分，满意率{good:.0%}"
RATED_FEW = "{count}次，不到5次不算平均"
NO_WAY = "没有用指导"
MORE_IN_BOOK = "其余的在“下载表格”里。"
PICTURE = "{span}统计图："
PICTURE_NAME = "统计 {span}.png"
PICTURE_NAME_DEPARTMENTS = "统计 {span} 各部门.png"
BOOK = "{span}统计表："
DRAWN_TITLE = "{span}统计"
DRAWN = "{place}{department}"
DRAWN_AT = "制图时间：{made}"
SECTION_SEVERITIES = "立案的程度"
SECTION_STAGES = "立案的现状"
SECTION_OUTCOMES = "销号的结果"
SECTION_DEPARTMENTS = "各部门立案数和按期率"
SECTION_MATTERS = "最多的事项"
SECTION_RATINGS = "评价"
DEPARTMENT_MORE = "，按期{share}"
OTHERS = "其他{count}个部门"
RATED_MEAN = "{count}次，平均{mean:.1f}分{few}"
RATED_PARTLY = "（其中{count}次；不到5次的部门不算）"
ASK_PERIOD = "看哪一段时间？"
NOT_YOURS = "看统计要有任职，请联系管理员。"

FORMULAS = (
    ("立案", "立案日期在期间内的案件"),
    ("销号", "销号日期在期间内的案件；又重开的不算"),
    ("按期率", "按期整改后销号÷（已销号＋逾期未销号）"),
    (
        "其中：按期整改后销号",
        "期间内销号，而且企业在期限内交齐了后来通过的材料，或者在期限内就销了号；期限含批准的延期和第二次期限",
    ),
    ("其中：已销号", "期间内销号、定过整改期限的案件；没有诊断就结案的不算"),
    ("其中：逾期未销号", "期限在期末以前、到制表时企业还没有交材料的案件；等执法部门处理的不算"),
    ("承诺兑现率", "兑现÷已了结；期间内签的承诺，一条算一项；还没有到期的不算"),
    ("诉求及时率", "按期首次答复÷（已答复＋逾期未答）；期间内收到的诉求"),
    ("0件", "分母是0的写“—（0件）”，不写0%"),
)
"""How the figures of cases are made, printed with them; those of ratings are in ``handlers.ratings.words``."""

LABEL_PICTURE = "看图"
LABEL_BOOK = "下载表格"
LABEL_DEPARTMENTS = "按部门"
LABEL_KINDS = "现状结果"
LABEL_MATTERS = "常见事项"
LABEL_RATINGS = "看评价"
LABEL_PERIOD = "换时间"
LABEL_LEDGER = "导出台账"
LABEL_BACK = "返回统计"
