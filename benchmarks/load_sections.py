"""The parts of ``docs/benchmarks.md`` on size and on other bots, each from a results file of its own; none without one."""

from __future__ import annotations

from typing import Any

from benchmarks.drawing import bars, share, table
from benchmarks.surroundings import in_words, read_results

OURS = "本项目"
BOTS = {"rongcuo": OURS}


def sections() -> list[str]:
    """Those that were measured."""
    made = (imported(), sizes(), firm_names(), large(), chats(), memory(), forms())
    return [part for parts in made for part in parts]


def charts() -> dict[str, str]:
    """Their drawings, by file name."""
    found: dict[str, str] = {}
    if (kept := read_results("sizes")) is not None:
        groups = [
            (f"{one['entries']:,} 条（{one['questions']} 问）", [(row["engine"], row["rank_hit_at_1"], share(row["rank_hit_at_1"])) for row in one["rows"]])
            for one in kept["figures"]
        ]  # fmt: skip
        found["bench-sizes.svg"] = bars("第一答案正确的比例，条目越来越多", groups)
    if (kept := read_results("forms")) is not None:
        own = kept["figures"]
        groups = [
            ("写多少行", [(_bot(one), one["lines"], str(one["lines"])) for one in own]),
            ("一步的中位毫秒", [(_bot(one), one["p50_ms"], f"{one['p50_ms']:.1f}") for one in own]),
            ("进程被杀以后没有提交成的表", [(_bot(one), _lost(one), str(_lost(one))) for one in own]),
        ]
        found["bench-forms.svg"] = bars("同一张四步的表", groups, "每组各有比例。")
    return found


def _bot(one: dict[str, Any]) -> str:
    return BOTS.get(one["name"], one["name"])


def _lost(one: dict[str, Any]) -> int:
    return int(one["submitted_never"] + one["given_up"])


_GOT = {
    "answered": "答对",
    "offered": "反问里有对的",
    "not found, nearest heading right": "查无依据，最近的标题对",
    "not found": "查无依据",
    "offered others": "反问，没有对的",
    "wrongly answered": "答了别的",
}
_WHERE = {"alone": "只公布了它", "beside": "旁边是其余各份"}
_HOW = {"by the common constants": "一种参数", "as it is": "现在"}
_ASKED = {"in scope": "它答得了的", "out of scope": "谁都答不了的"}


def imported() -> list[str]:
    kept = read_results("imported")
    if kept is None:
        return []
    rows = []
    for name, shares in kept["figures"].items():
        where, how, kind = name.split(", ")
        got = [share(shares.get(key, 0.0)) for key in _GOT]
        rows.append([_WHERE[where], _ASKED[kind], _HOW[how], f"{shares['n']:,}", *got])
    return [
        "## 刚导入、还没有典型问法的文件",
        f"`python -m benchmarks.imported`，{in_words(kept['surroundings'])}",
        "自带的各份文件和清单轮流拿掉典型问法，当作刚导入的。排第一的没有典型问法时，用给“几条问法”的那套参数来判断答不答；"
        "原来只有一种参数，它等着典型问法，几乎什么都说查无依据。“答了别的”多半是别的地方同一件事的条款（没有说地区）。",
        table(["公布了什么", "问的是", "参数", "题", *_GOT.values()], rows),
    ]


def sizes() -> list[str]:
    kept = read_results("sizes")
    if kept is None:
        return []
    parts = [
        "## 条目多了以后",
        "![条目越来越多时第一答案正确的比例](images/bench-sizes.svg)",
        f"`python -m benchmarks.sizes`，{in_words(kept['surroundings'])}",
        "随附的条目和 STARD 法条（6,000 条起）只留标题和正文，用生成的条目补足；问的都是真实的问题。内存是建索引和问完以后的增长。",
    ]
    for one in kept["figures"]:
        rows = [
            [row["engine"], share(row["rank_hit_at_1"]), share(row["rank_hit_at_3"]), f"{row['p50_ms']:.2f}", f"{row['p99_ms']:.2f}", f"{row['build_s']:.1f}", f"{row['memory_mb']:.0f}"]
            for row in one["rows"]
        ]  # fmt: skip
        heads = ["做法", "第一答案正确", "前三有正确", "p50 毫秒", "p99 毫秒", "建索引 秒", "内存增长 MB"]
        skipped = f"\n\n未跑（要好几分钟）：{'、'.join(one['skipped'])}。" if one["skipped"] else ""
        parts.append(f"### {one['entries']:,} 条\n\n{table(heads, rows)}{skipped}")
    return parts


def large() -> list[str]:
    kept = read_results("large")
    if kept is None:
        return []
    parts = [
        "## 一百万件案件",
        f"`python -m benchmarks.load.large`，{in_words(kept['surroundings'])}",
        "经过对话本身问，从消息收进来到答复写好；目标是 p95 不超过 300 毫秒。“处理器”是程序和数据库一共用去的时间，机器忙的时候"
        "钟表上的时间会长几倍，它差不多不变。执行计划见 [query-plans.md](query-plans.md)。",
    ]
    for one in kept["figures"]:
        counted = "、".join(f"{name} {count:,} 行" for name, count in one["rows"].items())
        rows = [
            [what, f"{s['p50_ms']:.0f}", f"{s['p95_ms']:.0f}", f"{s['cpu_p50_ms']:.0f}", f"{s['cpu_p95_ms']:.0f}"]
            for what, s in one["asked"].items()
        ]
        heads = ["问什么", "p50 毫秒", "p95 毫秒", "处理器 p50", "处理器 p95"]
        clock, first = one["clock"], one["first_search_s"]
        parts.append(
            f"### {one['kind']}\n\n{counted}。\n\n{table(heads, rows)}\n\n"
            f"每日一卡：一张 {clock['ms_a_card']} 毫秒。逾期升级：每次看 100 件，处理器 {clock['escalate_cpu_ms_a_part']} 毫秒。"
            f"进程启动以后一个地方第一次按名称找，先把名称读一遍：最大的地方 {first['largest']} 秒，最小的 {first['smallest']} 秒。"
        )
    return parts


def chats() -> list[str]:
    kept = read_results("chats")
    if kept is None:
        return []
    one = kept["figures"]
    return [
        "## 一千个打开的网页",
        f"`python -m benchmarks.load.chats`，{in_words(kept['surroundings'])}",
        f"一个进程开着 {one['chats']:,} 个页面的事件流：内存 {one['memory_alone_mb']:.0f} → {one['memory_open_mb']:.0f} MB（每个 "
        f"{one['kb_a_chat']:.0f} KB），没人说话时多用一个核的 {one['idle_cpu_share']:.1%}。这时提问，到答复显示出来，中位 "
        f"{one['answer_p50_ms']:.0f} 毫秒，最慢 {one['answer_most_ms']:.0f} 毫秒。",
    ]


def firm_names() -> list[str]:
    kept = read_results("firm_names")
    if kept is None:
        return []
    one = kept["figures"]
    enterprise, message = one["enterprise"], one["message"]
    return [
        "## 一句话巡查，名录里有十万家企业",
        f"`python -m benchmarks.firm_names`，{in_words(kept['surroundings'])}",
        f"{one['firms']:,} 家，建索引 {one['build_s']} 秒，多用 {one['memory_mb']} MB。读完整的一条（企业、问题、程度、期限、红线），处理器时间 "
        f"p50 {message['p50_ms']} 毫秒，p99 {message['p99_ms']}，最慢 {message['most_ms']}；其中认企业 p50 {enterprise['p50_ms']}，"
        f"p99 {enterprise['p99_ms']}。",
    ]


def memory() -> list[str]:
    kept = read_results("memory")
    if kept is None:
        return []
    one = kept["figures"]
    load = one["load"]
    lines = (
        f"准备好以后，只开网页 {one['web_mb']:.0f} MB，连同 Telegram {one['telegram_mb']:.0f} MB（按装好的字节码）。"
    )
    if load:
        lines += (
            f"连续 {load['minutes']:.0f} 分钟、每秒五条，共 {load['messages']:,} 条消息：{load['held_mb'][0]:.0f} → {load['held_mb'][-1]:.0f} MB，"
            f"去掉开头三分之一，每小时变化 {load['mb_an_hour']:+.1f} MB。"
        )
    return ["## 内存", f"`python -m benchmarks.load.memory`，{in_words(kept['surroundings'])}", lines]


def forms() -> list[str]:
    kept = read_results("forms")
    if kept is None:
        return []
    rows = [
        [_bot(one), str(one["lines"]), f"{one['p50_ms']:.1f}", f"{one['p99_ms']:.1f}", str(one["kills"]), str(one["filled"]),
         str(one["submitted_once"]), str(one["submitted_twice"]), str(one["submitted_never"]), str(one["said_again"]), str(one["given_up"])]
        for one in kept["figures"]
    ]  # fmt: skip
    heads = ["机器人", "行数", "p50 毫秒", "p99 毫秒", "杀进程", "填完", "恰好一次", "两次", "丢了", "重说", "放弃"]
    steps = "；".join(
        f"{_bot(one)}：{'、'.join(f'第{n}步{said}' for n, said in enumerate(one['at_each_step'], 1))}"
        for one in kept["figures"]
        if one.get("at_each_step")
    )
    return [
        "## 同一张四步的表",
        "![行数、快慢、丢失](images/bench-forms.svg)",
        f"`python -m benchmarks.forms.compare`，{in_words(kept['surroundings'])}",
        "名称、人数、行业、核对提交，三个机器人说同样的话、存进同样的 SQLite，对着同一个 Bot API 替身，走真的 HTTP。行数是各自整个"
        "文件的，不算空行。杀进程的时刻随机；人等不到回答会再说一遍，三遍还没有就放弃。",
        table(heads, rows),
        f"每一步答复以后马上杀：{steps}。" if steps else "",
    ]
