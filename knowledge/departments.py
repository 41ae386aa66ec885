"""Departments by the short word that case numbers carry (R29): 市场监督管理局 → 市监."""

from __future__ import annotations

import re

_WORDS = (
    ("市场监督|市场监管|市监", "市监"),
    ("城市管理|城管|综合执法|综合行政执法", "城管"),
    ("生态环境|环保|环境保护", "环"),
    ("应急", "应急"),
    ("消防", "消防"),
    ("人力资源|人社|劳动保障", "人社"),
    ("交通", "交"),
    ("住房|住建|城乡建设", "住建"),
    ("卫生|卫健", "卫健"),
    ("农业|农村", "农"),
    ("烟草", "烟"),
    ("文化|旅游|文旅", "文旅"),
    ("水利|水务", "水"),
    ("统计", "统"),
    ("税务", "税"),
    ("自然资源|规划", "资规"),
    ("公安", "公"),
    ("司法", "司"),
)
_PLACE = re.compile("^.{0,12}?(?:省|市|区|县|旗|州)(?=.)")
_END = re.compile("(?:管理局|监督局|局|委员会|委|大队|支队|中心|所|队)$")


def department_word(department: str) -> str:
    """One or two characters for a department; one that is not known gives the first two of its own name."""
    for pattern, word in _WORDS:
        if re.search(pattern, department):
            return word
    plain = _END.sub("", _PLACE.sub("", department)) or department
    return plain[:2]
