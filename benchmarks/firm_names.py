"""An officer's message among 100,000 enterprises: ``python -m benchmarks.firm_names [--count N] [--record]``.

Finding the enterprise by itself, and reading the whole message (enterprise, problem, severity, deadline, red line). Times are
those of the processor, so that a busy machine does not change them.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import random
import resource
import statistics
import time
from collections.abc import Callable, Sequence
from typing import Any

from benchmarks.surroundings import write_results
from knowledge.firm_names import Firm, FirmIndex
from knowledge.inspection import read_message
from knowledge.workdays import CHINA

BRAND = (
    "福瑞祥盛昌隆嘉美佳康泰和诚信达丰华兴旺宇辰星月云海山林源润德仁义礼智永久恒通广元金银玉宝珍雅丽秀芳馨悦乐欢欣喜庆吉利安宁静远明朗清澄"
    "天地东南西北春夏秋冬红黄蓝绿青紫老小大新古今凤龙虎鹏鹤松竹梅兰菊荷桃李杏桂枫江河湖溪泉石木禾田园花果香味鲜味坊轩阁堂居楼记家人"
)
TRADES = (
    "餐馆",
    "饭店",
    "火锅店",
    "面馆",
    "超市",
    "便利店",
    "副食店",
    "水果店",
    "药店",
    "大药房",
    "理发店",
    "美容院",
    "服装店",
    "五金店",
    "建材商行",
    "建材有限公司",
    "物流有限公司",
    "机械加工厂",
    "汽车修理厂",
    "汽车维修有限公司",
    "宾馆",
    "民宿",
    "网吧",
    "足浴店",
    "诊所",
    "口腔诊所",
    "幼儿园有限公司",
    "培训学校有限公司",
    "广告有限公司",
    "装饰工程有限公司",
    "信息技术有限公司",
    "商贸有限公司",
    "农资经营部",
    "家庭农场",
    "养殖场",
    "快递服务部",
    "茶楼",
    "奶茶店",
    "纺织有限公司",
    "塑料制品有限公司",
    "电子有限公司",
    "家具厂",
    "印务有限公司",
    "物业服务有限公司",
    "劳务有限公司",
    "加油站有限公司",
    "文具店",
    "书店",
    "花店",
    "手机店",
)
TOWNS = (
    "凤凰街道",
    "古楼街道",
    "西山街道",
    "泽林镇",
    "杜山镇",
    "燕矶镇",
    "花湖镇",
    "汀祖镇",
    "碧石渡镇",
    "长港镇",
    "杨叶镇",
    "新庙镇",
    "段店镇",
    "蒲团乡",
    "沙窝乡",
)
STREETS = (
    "滨湖东路",
    "南浦中路",
    "武昌大道",
    "寒溪里",
    "江碧路",
    "明堂后街",
    "文星路",
    "沿江路",
    "创业大道",
    "人民路",
    "建设街",
    "花中路",
    "兴业路",
    "迎宾大道",
)
PROBLEMS = (
    "后厨没装灭蝇灯，限3日内整改",
    "消防通道堆了货，问题突出，5个工作日内清理",
    "营业执照没上墙，轻微，当场改正",
    "门口占道摆货，让他们下周三前收回去",
    "有几瓶酱油过期还在卖，一般问题",
)
OPENINGS = ("", "今天查了", "刚到", "我在", "上午到", "关于")


def names(count: int, rng: random.Random) -> list[Firm]:
    firms = []
    for number in range(count):
        brand = "".join(rng.choices(BRAND, k=rng.choice((2, 2, 2, 3, 3, 4))))
        town = rng.choice(TOWNS)
        prefix = rng.choice(("鄂州市鄂城区", "鄂城区", "鄂州市", "鄂州", f"鄂城区{town}"))
        address = f"湖北省鄂州市鄂城区{town}{rng.choice(STREETS)}{rng.randrange(1, 400)}号"
        firms.append(Firm(str(number), prefix + brand + rng.choice(TRADES), address))
    return firms


def messages(firms: list[Firm], count: int, rng: random.Random) -> list[str]:
    out = []
    for firm in rng.sample(firms, count):
        name = firm.name.removeprefix("鄂州市").removeprefix("鄂州").removeprefix("鄂城区")
        name = name.removesuffix("有限公司").removesuffix("经营部")
        out.append(f"{rng.choice(OPENINGS)}{name}{rng.choice(PROBLEMS)}")
    return out


def cuts(done: Callable[[str], object], said: list[str]) -> dict[str, float]:
    """p50, p95, p99 and the slowest, in milliseconds of the processor."""
    times = []
    for text in said:
        start = time.process_time()
        done(text)
        times.append((time.process_time() - start) * 1000)
    found = statistics.quantiles(times, n=100)
    named = {"p50_ms": found[49], "p95_ms": found[94], "p99_ms": found[98], "most_ms": max(times)}
    return {name: round(value, 2) for name, value in named.items()}


def measure(count: int) -> dict[str, Any]:
    rng = random.Random(1)
    firms = names(count, rng)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.process_time()
    index = FirmIndex(firms)
    built = time.process_time() - start
    memory = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    said = messages(firms, 1000, rng)
    now = dt.datetime(2026, 11, 20, 10, tzinfo=CHINA)
    return {
        "firms": count,
        "build_s": round(built, 1),
        "memory_mb": round(memory),
        "enterprise": cuts(index.settle, said),
        "message": cuts(lambda text: read_message(text, now, index), said),
    }


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--record", action="store_true", help="write benchmarks/results/firm_names.json")
    arguments = parser.parse_args(argv)
    figures = measure(arguments.count)
    print(json.dumps(figures))
    if arguments.record:
        write_results("firm_names", figures)


if __name__ == "__main__":
    main()
