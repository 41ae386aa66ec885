"""Of a large register the few names that what was typed may mean are looked at closely: by sound, whatever the spelling."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.firm_names import names
from knowledge import firm_shortlist
from knowledge.firm_names import FirmIndex
from knowledge.firm_shortlist import Shortlist
from tests.knowledge.test_firm_names import FIRMS

SHORTLIST = Shortlist([int(firm.id) for firm in FIRMS], [firm.name for firm in FIRMS])


@pytest.mark.parametrize("firm", FIRMS, ids=lambda firm: firm.name)
def test_a_name_as_it_is_written_is_always_among_the_few(firm):
    assert int(firm.id) in SHORTLIST.meant(firm.name)


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("小雁子", "海州区小燕子托管中心"),
        ("鑫隆泉", "连云港鑫龙泉建筑劳务有限公司"),
        ("萬客來", "海州区新海街道万客来超市"),
        ("渔某灯火", "连云港市海州区渔家灯火饭店"),
        ("大福 来", "海州区板浦镇大福来香醋厂"),
        ("好日子花园路", "海州区好日子便利店（花园路店）"),
    ],
)
def test_what_sounds_the_same_is_traditional_or_slipped_is_among_them(typed, name):
    assert next(int(firm.id) for firm in FIRMS if firm.name == name) in SHORTLIST.meant(typed)


def test_what_no_name_sounds_like_means_none():
    assert (
        SHORTLIST.meant("") == SHORTLIST.meant("火") == SHORTLIST.meant("！！？？") == SHORTLIST.meant("噢噢噢") == []
    )
    assert Shortlist([], []).meant("好日子") == []


def test_no_more_than_a_few_are_named_and_the_rarest_sounds_count_most(monkeypatch):
    monkeypatch.setattr(firm_shortlist, "MOST", 2)
    monkeypatch.setattr(firm_shortlist, "_EVERYWHERE", 1)
    many = Shortlist(range(50), ["海州区明辉有限公司", *["海州区天成有限公司"] * 49])
    meant = many.meant("明会有限公司")
    assert len(meant) == 2
    assert 0 in meant


def test_of_a_large_register_it_leads_to_the_same_enterprises_as_the_whole_index():
    import random

    rng = random.Random(3)
    firms = names(3000, rng)
    whole, few = FirmIndex(firms), Shortlist(range(3000), [firm.name for firm in firms])
    same = 0
    for firm in rng.sample(firms, 60):
        typed = firm.name.removeprefix("鄂州市").removeprefix("鄂城区")
        found = FirmIndex([firms[number] for number in few.meant(typed)]).search(typed)[:1]
        same += found == whole.search(typed)[:1] or [one.score for one in found] == [
            one.score for one in whole.search(typed)[:1]
        ]
    assert same >= 58


@given(st.lists(st.text(max_size=12), max_size=6), st.text(max_size=12))
@settings(max_examples=150, deadline=None)
def test_no_register_and_no_text_breaks_it(register, typed):
    made = Shortlist(range(len(register)), register)
    assert set(made.meant(typed)) <= set(range(len(register)))
