"""How people call a place, from its full name."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.places import short_names
from knowledge.shipped import shipped_sources


@pytest.mark.parametrize(
    ("place", "names"),
    [
        ("湖北省鄂州市鄂城区", ("鄂城", "鄂州")),
        ("浙江省舟山市定海区", ("定海", "舟山")),
        ("重庆市大渡口区", ("大渡口",)),
        ("河南省安阳市滑县", ("滑县", "安阳")),
        ("湖北省宜昌市长阳土家族自治县", ("长阳", "宜昌")),
        ("湖北省恩施土家族苗族自治州利川市", ("利川", "恩施")),
        ("广西壮族自治区南宁市青秀区", ("青秀", "南宁")),
        ("内蒙古自治区通辽市开鲁县", ("开鲁", "通辽")),
        ("江苏省昆山市", ("昆山",)),
        ("上海市浦东新区", ("浦东",)),
        ("示例县", ("示例",)),
        ("某地", ("某地",)),
        ("", ()),
    ],
)
def test_a_full_name_gives_the_names_that_people_say(place: str, names: tuple[str, ...]) -> None:
    assert short_names(place) == names


def test_the_shipped_documents_have_the_names_that_would_be_found() -> None:
    documents = [source for kind, source, _ in shipped_sources() if kind == "document" and "某市" not in source.place]
    assert [short_names(source.place) for source in documents] == [source.aliases for source in documents]


@given(st.text(max_size=40))
def test_no_text_breaks_it(place: str) -> None:
    assert all(short_names(place))
