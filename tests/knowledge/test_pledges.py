"""Pledges without a database (R30–R36): kinds and words, what a case offers, the text, the digest, drawn signatures."""

from __future__ import annotations

import datetime as dt
import io
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from handlers.conversation import Knowledge
from knowledge.evidence_files import RefusedEvidence
from knowledge.pledges import kinds, refusals, text
from knowledge.pledges.drawing import EMPTY_DRAWING, NOT_A_DRAWING, check_drawing
from knowledge.pledges.standing import now_of, standing, state_words
from knowledge.procedure import acts
from knowledge.procedure.case import PLEDGE_NAMES, Case, PledgeKind, Promise
from knowledge.workdays import CHINA
from knowledge.yaml_data import DataError
from tests.knowledge.procedure.courses import DUE, FRIDAY, LATER, days, diagnosed, did, logged, pledge

FOLDER = Path("knowledge/data/pledges")
THURSDAY = days(1, DUE)
SIGNED = dt.datetime(2026, 11, 20, 10, 0, tzinfo=CHINA)


def offered(case: Case, day: dt.date = FRIDAY) -> dict[PledgeKind, str]:
    """Every kind with the rule that refuses it, or nothing."""
    return {one.wording.kind: one.refused.rule if one.refused else "" for one in kinds.offers(case, day)}


def terms(**more: object) -> text.Terms:
    known: dict[str, object] = {
        "wording": kinds.shipped_wordings()["voluntary"],
        "version": 1,
        "number": "鄂城市监容〔2026〕0001号",
        "enterprise": "示例好味道餐馆",
        "credit_code": "92420704MA0000001P",
        "department": "示例市场监管局",
        "problem": "安全出口堆了货物",
        "signer": "李示例",
        "promises": (Promise("v1", "把安全出口清空", DUE, "open", "voluntary"),),
        "basis": "鄂城规则 三(六)",
    }
    return text.Terms(**(known | more))  # type: ignore[arg-type]


SIGNING = text.Signing(7, "李示例", "typed", None, "web", SIGNED)


# ---- the words


def test_every_kind_has_its_words_and_cites_a_clause_that_is_published(shipped: Knowledge) -> None:
    wordings = kinds.shipped_wordings()
    assert set(wordings) == set(PLEDGE_NAMES)
    assert next(iter(wordings)) == "rectification"
    for wording in wordings.values():
        assert wording.cites in shipped.library.clauses
        assert max(map(len, (wording.meant_for, wording.opening, wording.closing))) <= 40
        assert len(wording.title) <= 8  # it is a button


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("acknowledgement", "认错保证书"),  # R30
        ("voluntary", "自愿履行承诺书"),  # R31
        ("rectification", "企业必须作出相应的整改承诺"),  # R32
        ("redress", "达成赔偿协议"),  # R33
    ],
)
def test_r30_to_r33_the_clause_of_a_kind_is_the_one_that_speaks_of_it(
    shipped: Knowledge, kind: PledgeKind, words: str
) -> None:
    assert words in shipped.library.clauses[kinds.shipped_wordings()[kind].cites].text


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("kind: voluntary", "kind: redress", "voluntary"),
        ("title: 自愿履行承诺书", "", "title"),
        ("checked: 2026-11-20", "checked: 昨天", "checked"),
        ("checked: 2026-11-20", "checked: 2026-11-20\neffect: 免罚", "effect"),
    ],
)
def test_a_fault_of_the_words_is_named(tmp_path: Path, old: str, new: str, words: str) -> None:
    shutil.copytree(FOLDER, tmp_path / "pledges")
    path = tmp_path / "pledges" / "voluntary.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    with pytest.raises(DataError, match=words):
        kinds.load_wordings(tmp_path / "pledges")


# ---- what a case offers


def test_r11_r32_under_a_red_line_only_what_replaces_nothing_is_offered() -> None:
    assert offered(diagnosed(touches_red_line=True)) == {
        "rectification": "",
        "acknowledgement": "R11",
        "voluntary": "R11",
        "redress": "",
    }


def test_r22_r35_in_a_serious_case_no_pledge_stands_in_for_the_penalty() -> None:
    assert offered(diagnosed("serious")) == {
        "rectification": "",
        "acknowledgement": "R35",
        "voluntary": "R35",
        "redress": "",
    }


def test_r36_after_a_broken_substitute_none_is_offered_again() -> None:
    broken = did(did(diagnosed("ordinary"), pledge("voluntary")), acts.BreakPromise("a"), day=THURSDAY)
    assert offered(broken, THURSDAY) == {
        "rectification": "",
        "acknowledgement": "R36",
        "voluntary": "R36",
        "redress": "",
    }


def test_r35_before_the_diagnosis_none_is() -> None:
    assert set(offered(logged()).values()) == {"R35"}


def test_every_refusal_has_its_clause(shipped: Knowledge) -> None:
    broken = did(did(diagnosed("ordinary"), pledge("voluntary")), acts.BreakPromise("a"), day=THURSDAY)
    for case in (logged(), diagnosed("serious"), diagnosed(touches_red_line=True), broken):
        for offer in kinds.offers(case, THURSDAY):
            if offer.refused:
                clause = refusals.clause_of(offer.refused, offer.wording.kind, case)
                assert clause in shipped.library.clauses, offer


@pytest.mark.parametrize(
    ("due", "kind", "said"),
    [
        (days(-1), "rectification", "承诺的日期不能早于今天（2026年11月20日，星期五）。"),
        (LATER, "rectification", "承诺不能晚于整改期限（2026年11月25日，星期三）。"),
        (LATER, "redress", ""),  # R33: redress has a day of its own
        (DUE, "rectification", ""),
    ],
)
def test_r25_r34_a_day_is_refused_with_what_is_expected(due: dt.date, kind: PledgeKind, said: str) -> None:
    assert refusals.day_refusal(diagnosed(), kind, due, FRIDAY) == said


# ---- text and digest


def test_r31_the_text_states_the_pledgers_name_what_is_corrected_and_by_when() -> None:
    whole = text.body(terms())
    for words in ("李示例", "示例好味道餐馆", "92420704MA0000001P", "1. 把安全出口清空（2026年11月25日，星期三前）"):
        assert words in whole
    assert whole == text.body(terms())
    assert max(len(line) for line in whole.split("\n")) <= 60


def test_r33_the_text_of_redress_has_what_the_injured_party_says_and_who_witnessed_it() -> None:
    injured = text.Injured("顾客王女士", "接受道歉，同意赔偿", "赵示例")
    whole = text.body(terms(wording=kinds.shipped_wordings()["redress"], injured=injured))
    assert "受害方：顾客王女士" in whole
    assert "受害方的话：接受道歉，同意赔偿" in whole
    assert "见证人：赵示例" in whole


def test_r34_the_digest_changes_with_everything_that_signing_fixes() -> None:
    given = terms()
    whole = text.body(given)
    number, code = given.number, "K7M2P9XQ4RTB"
    digests = [
        text.digest(number, whole, given.promises, SIGNING, code),
        text.digest(number, whole + "。", given.promises, SIGNING, code),
        text.digest(number + "1", whole, given.promises, SIGNING, code),
        text.digest(number, whole, given.promises, SIGNING, code[::-1]),
    ]
    for change in (
        {"signer": 8},
        {"name": "王示例"},
        {"way": "drawn"},
        {"signature": "0" * 64},
        {"channel": "telegram"},
        {"at": SIGNED + dt.timedelta(microseconds=1)},
    ):
        digests.append(text.digest(number, whole, given.promises, replace(SIGNING, **change), code))
    for changed in ({"text": "别的"}, {"due": LATER}, {"id": "v2"}, {"state": "kept"}):
        promises = (replace(given.promises[0], **changed),)
        digests.append(text.digest(number, whole, promises, SIGNING, code))
    assert len(set(digests)) == len(digests)
    same = replace(SIGNING, at=SIGNED.astimezone(dt.UTC))
    assert text.digest(number, whole, given.promises, same, code) == digests[0]


# ---- standing


def _promises(*states: str) -> list[Promise]:
    return [Promise(f"r{n}", "改", DUE, state) for n, state in enumerate(states)]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        ((), "open"),
        (("kept", "open"), "open"),
        (("kept", "kept"), "kept"),
        (("broken",), "broken"),
        (("kept", "broken"), "partly"),  # R36
        (("kept", "broken", "open"), "open"),
    ],
)
def test_r36_a_pledge_is_kept_partly_kept_or_broken_when_its_last_promise_is_settled(
    states: tuple[str, ...], expected: str
) -> None:
    assert standing(_promises(*states)) == expected


def test_a_promise_is_told_as_it_stands_now_in_the_words_that_were_signed() -> None:
    case = did(diagnosed(), pledge(), acts.SubmitEvidence(("a",)))
    (now,) = now_of([Promise("a", "签的时候的话", DUE)], case)
    assert (now.text, state_words(now)) == ("签的时候的话", "待复核")
    assert state_words(now_of(_promises("open"), case)[0]) == "履行中"


# ---- drawn signatures


def drawn(size: tuple[int, int] = (600, 200), *, ink: bool = True, mode: str = "RGBA", kind: str = "PNG") -> bytes:
    """A picture as the page makes one."""
    picture = Image.new(mode, size, "white")
    if ink:
        pen = ImageDraw.Draw(picture)
        for n in range(0, size[0], 3):
            pen.line([(n, size[1] // 2), (n + 17, (n * 37) % size[1])], fill=(20 + n % 90, 30, 60), width=4)
    out = io.BytesIO()
    picture.save(out, kind)
    return out.getvalue()


def test_a_drawn_signature_is_a_small_png_with_ink_on_it() -> None:
    assert check_drawing(drawn()).startswith(b"\x89PNG")
    assert check_drawing(drawn(mode="RGB")).startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (drawn(ink=False), EMPTY_DRAWING),
        (drawn(ink=False, mode="RGB"), EMPTY_DRAWING),
        (drawn(kind="JPEG", mode="RGB"), NOT_A_DRAWING),
        (drawn((3000, 40)), NOT_A_DRAWING),
        (drawn((40, 1300)), NOT_A_DRAWING),
        (b"\x89PNG" + bytes(600_000), NOT_A_DRAWING),
        (drawn()[:-20], "不完整"),
        (b"", "空的"),
        (b"<svg/>", "收不了"),
    ],
    ids=["empty", "empty rgb", "jpeg", "too wide", "too high", "too heavy", "cut off", "nothing", "svg"],
)
def test_anything_else_is_refused_in_plain_words(content: bytes, words: str) -> None:
    with pytest.raises(RefusedEvidence, match=words):
        check_drawing(content)
