"""What the shipped templates say, paragraph by paragraph; how it looks is the layout's.

No clause, authority or term of law stands here that the record or the officer does not give: those are fields. What is
said of guidance is 鄂城 三、五 and 大渡口 二（一）, of defences R44, of rights R45.
"""

from __future__ import annotations

from typing import Literal

Look = Literal["letter", "plain", "draft", "form"]
"""A letter with the issuer in red above; a plain paper; a draft for review with its mark; a form."""
Block = tuple[str, ...]
"""What it is and its words: title, number, to, text, head, sign, hand, opinions, pledge, rows."""

_OFFICERS = (
    "执法人员：{{ 执法人员 }}（执法证号：{{ 执法证号 }}）、{{ 第二执法人员 }}（执法证号：{{ 第二执法证号 }}）。"
    "联系电话：{{ 联系电话 }}。"
)
_ONE_OFFICER = "执法人员：{{ 执法人员 }}（执法证号：{{ 执法证号 }}）。联系电话：{{ 联系电话 }}。"
_DEFENCE = "你单位可以向本机关陈述、申辩，本机关不因陈述、申辩加重处理。"
_RIGHTS = (
    "如不服{this}，可以在收到之日起{{{{ 复议期限 }}}}内向{{{{ 复议机关 }}}}申请行政复议，"
    "也可以在收到之日起{{{{ 诉讼期限 }}}}内向{{{{ 诉讼法院 }}}}提起行政诉讼。"
)
_NUMBER = ("number", "{{ 文号 }}")
_TO = ("to", "{{ 企业名称 }}：")
_SIGNED = ("sign", "{{ 部门名称 }}", "{{ 成文日期 }}")
_DECIDED = ("sign", "{{ 部门名称 }}", "{{ 决定日期 }}")
_OPINIONS = ("opinions", "法制审核意见", "负责人意见")
_RECEIPT = ("hand", "收到人（签名或者盖章）：")
_PLEDGE_END = "以上内容签署以后不作改动；变更的，另签新的一版。"
_PLEDGE_BOX = (
    "pledge",
    "{{ 二维码 }}",
    "登记码：{{ 登记码 }}　{{ 承诺版本 }}",
    "签署：{{ 签署方式 }}，{{ 签署渠道 }}",
    "内容摘要（SHA-256）：",
    "{{ 内容摘要 }}",
)


def _pledge(title: str, who: str, *also: Block) -> tuple[Block, ...]:
    """The text as it was signed, line by line: its digest is printed below, so nothing is said in other words."""
    return (
        ("title", title),
        ("text", "{{ 承诺正文 }}"),
        ("text", _PLEDGE_END),
        *also,
        ("sign", f"{who}：{{{{ 签署人 }}}}", "{{ 签署时间 }}"),
        _PLEDGE_BOX,
    )


def _guidance(way: str, opening: str) -> tuple[Block, ...]:
    meeting = (("text", "约谈时间和地点：{{ 约谈时间 }}，{{ 约谈地点 }}。"),)
    return (
        _NUMBER,
        ("title", f"行政指导书（{way}）"),
        _TO,
        (
            "text",
            f"本机关在监管中发现，你单位存在以下情形：{{{{ 存在问题 }}}}（案件编号：{{{{ 案件编号 }}}}）。{opening}",
        ),
        ("text", "{{ 指导内容 }}。"),
        *(meeting if way == "约谈" else ()),
        (
            "text",
            "以上是行政指导，接受不接受由你单位自愿决定。不接受的，不因此受到不利对待；接受指导也不是获得某种利益的条件。"
            "行政指导不代替依法应当作出的处理。",
        ),
        ("text", f"指导形式：{{{{ 指导形式 }}}}。你单位的答复：{{{{ 企业答复 }}}}。{_ONE_OFFICER}"),
        _SIGNED,
        _RECEIPT,
    )


def _decision(title: str, found: tuple[Block, ...], decided: tuple[Block, ...]) -> tuple[Block, ...]:
    """A decision in favour, as a draft for review: facts, defence, decision, rights, two officers."""
    return (
        ("title", f"{title}（送审稿）"),
        _NUMBER,
        ("text", "当事人：{{ 企业名称 }}"),
        ("text", "统一社会信用代码：{{ 统一社会信用代码 }}"),
        ("text", "地址：{{ 企业地址 }}"),
        ("text", "法定代表人（经营者）：{{ 法定代表人 }}"),
        ("text", "案件编号：{{ 案件编号 }}"),
        ("text", "立案日期：{{ 立案日期 }}"),
        ("head", "一、查明的事实"),
        ("text", "经查，当事人存在以下问题：{{ 存在问题 }}。"),
        ("text", "认定情况：{{ 认定情况 }}。证据：{{ 证据情况 }}。"),
        *found,
        ("text", "整改情况：{{ 整改情况 }}。复查结论：{{ 复查结论 }}。"),
        ("head", "二、陈述、申辩"),
        ("text", "{{ 陈述申辩情况 }}。"),
        ("head", "三、决定"),
        *decided,
        ("text", _RIGHTS.format(this="本决定")),
        ("text", _OFFICERS),
        _DECIDED,
        _OPINIONS,
    )


WORDING: dict[str, tuple[Look, tuple[Block, ...]]] = {
    "acknowledgement": ("plain", _pledge("认错保证书", "保证人")),
    "voluntary": ("plain", _pledge("自愿履行承诺书", "承诺人")),
    "rectification": ("plain", _pledge("整改承诺书", "承诺人")),
    "redress": ("plain", _pledge("赔礼道歉赔偿协议", "承诺人", ("hand", "受害方（签名）："))),
    "guidance_reminder": ("letter", _guidance("提醒", "现提醒如下：")),
    "guidance_admonition": ("letter", _guidance("告诫", "现告诫如下：")),
    "guidance_talk": ("letter", _guidance("约谈", "现邀请你单位参加约谈，内容如下：")),
    "guidance_advice": ("letter", _guidance("建议", "现提出以下建议，供你单位参考：")),
    "order": (
        "letter",
        (
            _NUMBER,
            ("title", "责令改正通知书"),
            _TO,
            (
                "text",
                "经查，你单位存在以下问题：{{ 存在问题 }}（案件编号：{{ 案件编号 }}）。违反的规定：{{ 违反规定 }}。",
            ),
            ("text", "依据{{ 责令依据 }}，现责令你单位改正，要求和期限如下："),
            ("head", "一、改正要求"),
            ("text", "{{ 改正要求 }}。"),
            ("head", "二、改正期限"),
            ("text", "{{ 整改期限 }}前（含当日）。确需延期的，请在期限届满前提出申请并说明理由。"),
            ("head", "三、复查和权利"),
            ("text", f"改正以后，请将改正情况报本机关复查。{_DEFENCE}"),
            ("text", _RIGHTS.format(this="本通知")),
            ("text", _OFFICERS),
            _SIGNED,
            _RECEIPT,
        ),
    ),
    "review": (
        "letter",
        (
            _NUMBER,
            ("title", "整改复查意见"),
            _TO,
            (
                "text",
                "你单位关于“{{ 存在问题 }}”的整改情况（案件编号：{{ 案件编号 }}），本机关于{{ 复查日期 }}进行了复查。",
            ),
            ("head", "一、改正要求"),
            ("text", "{{ 改正要求 }}。整改期限：{{ 整改期限 }}。"),
            ("head", "二、你单位报告的整改情况"),
            ("text", "{{ 整改情况 }}（{{ 提交日期 }}提交）。"),
            ("head", "三、复查意见"),
            ("text", "{{ 复查结论 }}。说明：{{ 复查说明 }}。"),
            ("text", _DEFENCE),
            ("text", _OFFICERS),
            _SIGNED,
        ),
    ),
    "visit": (
        "form",
        (
            ("title", "回访记录"),
            (
                "rows",
                "案件编号|{{ 案件编号 }}",
                "企业名称|{{ 企业名称 }}",
                "企业地址|{{ 企业地址 }}",
                "存在问题|{{ 存在问题 }}",
                "改正要求|{{ 改正要求 }}",
                "整改期限|{{ 整改期限 }}|回访日期|{{ 回访日期 }}",
                "回访结论|{{ 回访结论 }}",
                "回访情况|{{ 回访情况 }}",
                "企业意见|{{ 企业意见 }}",
                "回访人员|{{ 执法人员 }}|执法证号|{{ 执法证号 }}",
                "回访人员|{{ 第二执法人员 }}|执法证号|{{ 第二执法证号 }}",
            ),
            ("hand", "企业（签名或者盖章）："),
            _SIGNED,
        ),
    ),
    "exemption": (
        "draft",
        _decision(
            "不予行政处罚决定书",
            (("text", "违反的规定：{{ 违反规定 }}。"),),
            (
                (
                    "text",
                    "当事人的行为属于不予行政处罚的情形（{{ 不予处罚情形 }}）。依据：{{ 处理依据 }}。条款原文：{{ 依据原文 }}",
                ),
                ("text", "本机关决定：对当事人不予行政处罚。"),
                ("text", "教育情况：{{ 教育情况 }}。"),
            ),
        ),
    ),
    "no_compulsion": (
        "draft",
        _decision(
            "不予实施行政强制决定书",
            (("text", "承诺情况：{{ 承诺情况 }}。"),),
            (("text", "依据：{{ 处理依据 }}。本机关决定：对当事人不再实施行政强制（{{ 强制措施 }}）。"),),
        ),
    ),
    "closing": (
        "form",
        (
            ("title", "销号单"),
            (
                "rows",
                "案件编号|{{ 案件编号 }}",
                "企业名称|{{ 企业名称 }}",
                "信用代码|{{ 统一社会信用代码 }}",
                "存在问题|{{ 存在问题 }}",
                "立案日期|{{ 立案日期 }}|问题程度|{{ 问题程度 }}",
                "程度依据|{{ 程度依据 }}",
                "认定情况|{{ 认定情况 }}",
                "改正要求|{{ 改正要求 }}",
                "整改期限|{{ 整改期限 }}|复查结论|{{ 复查结论 }}",
                "承诺情况|{{ 承诺情况 }}",
                "回访日期|{{ 回访日期 }}|回访结论|{{ 回访结论 }}",
                "陈述申辩|{{ 陈述申辩情况 }}",
                "教育情况|{{ 教育情况 }}",
                "免去事项|{{ 免去事项 }}",
                "处理结果|{{ 处理结果 }}|销号日期|{{ 销号日期 }}",
                "处理依据|{{ 处理依据 }}",
                "承办人员|{{ 执法人员 }}|执法证号|{{ 执法证号 }}",
                "承办人员|{{ 第二执法人员 }}|执法证号|{{ 第二执法证号 }}",
            ),
            _SIGNED,
        ),
    ),
    "defence": (
        "letter",
        (
            _NUMBER,
            ("title", "陈述申辩复核意见"),
            _TO,
            (
                "text",
                "你单位就“{{ 存在问题 }}”（案件编号：{{ 案件编号 }}）于{{ 申辩日期 }}提出的陈述、申辩，本机关进行了复核。",
            ),
            ("head", "一、陈述、申辩的内容"),
            ("text", "{{ 申辩内容 }}。"),
            ("head", "二、复核意见和理由"),
            ("text", "{{ 复核意见 }}。"),
            ("text", "答复日期：{{ 答复日期 }}。本机关不因你单位陈述、申辩加重处理。"),
            ("text", _OFFICERS),
            _SIGNED,
        ),
    ),
    "extension": (
        "form",
        (
            ("title", "延期审批表"),
            (
                "rows",
                "案件编号|{{ 案件编号 }}",
                "企业名称|{{ 企业名称 }}",
                "存在问题|{{ 存在问题 }}",
                "改正要求|{{ 改正要求 }}",
                "申请日期|{{ 延期申请日期 }}|原定期限|{{ 原定期限 }}",
                "申请延至|{{ 申请期限 }}",
                "延期理由|{{ 延期理由 }}",
                "审批结论|{{ 审批结论 }}|批准期限|{{ 批准期限 }}",
                "审批说明|{{ 审批说明 }}",
                "审批日期|{{ 审批日期 }}",
                "承办人员|{{ 执法人员 }}|执法证号|{{ 执法证号 }}",
            ),
            ("hand", "负责人（签名）："),
            _SIGNED,
        ),
    ),
}
"""By kind: how the paper looks, and what it says."""
