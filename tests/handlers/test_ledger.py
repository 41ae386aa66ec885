"""导出台账: the card, what it asks for, and what stands in the workbook (R1, R20–R29, R40)."""

from __future__ import annotations

import datetime as dt
import io
import re
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.exporter import Exporter
from bot.handouts import Handouts
from handlers import menus
from handlers.ledger import words
from handlers.ledger.columns import COLUMNS, values
from handlers.ledger.workbook import AT_ONCE, HEADER, Book, Column, safe_text
from knowledge.procedure import acts
from knowledge.procedure.case import Case, Facts, Promise
from knowledge.procedure.results import Done
from knowledge.procedure.steps import step
from knowledge.shipped import shipped_library
from storage import cases, evidence, people
from storage.blobs import Blobs
from storage.cases import CaseInfo, Series
from storage.ledger import LedgerRow
from storage.tables import Export
from tests.handlers.test_permissions import count, on_sqlite, presses_act, told
from tests.people import Person, World, lead_of, words_of

DEPARTMENT, OTHER = "示例市场监管局", "示例城管局"
TODAY = dt.date(2026, 11, 20)
DUE = dt.date(2026, 11, 25)
LISTED = next(iter(shipped_library().items))
MINOR = Facts(True, True, False, False, False, False, False, True)


class Ledgers:
    """Cases of two departments, and the files that come of asking for them."""

    def __init__(self, world: World, folder: Path) -> None:
        self.world = world
        self.blobs = Blobs(folder)
        self.exporter = Exporter(world.database, world.house, self.blobs, world.clock.now)

    async def opens(self, chat: str, *, day: dt.date = TODAY, enterprise: int = 1, problem: str = "占道") -> CaseInfo:
        async with self.world.database.transaction() as session:
            office = (await people.speaker_of(session, "web", chat, TODAY, demo=False)).office
            assert office is not None
            series = Series(office.jurisdiction, office.department, f"{office.jurisdiction}{office.department[2:4]}容")
            return await cases.open_case(
                session,
                series=series,
                enterprise=enterprise,
                office=office.id,
                problem=problem,
                items=[LISTED, "gone-1"],
                case=Case(day, problem),
                person=office.person,
                now=self.world.clock.now(),
            )

    async def does(self, info: CaseInfo, act: acts.Act) -> CaseInfo:
        done = step(info.case, act, TODAY)
        assert isinstance(done, Done), done
        async with self.world.database.transaction() as session:
            return await cases.record(session, info, done.case, "act", {}, None, self.world.clock.now())

    async def sheet_of(self, person: Person) -> Any:
        """The one sheet of the newest file that a chat was given."""
        await self.exporter.tick()
        token = [token for part in await told(person) for token, _, _ in part.files][-1]
        file = await Handouts(self.world.database, self.blobs).original(person.channel, person.chat, token)
        assert file is not None
        return openpyxl.load_workbook(io.BytesIO(file.content)).active

    async def numbers_of(self, person: Person) -> list[str]:
        sheet = await self.sheet_of(person)
        return [str(row[0].value) for row in sheet.iter_rows(min_row=HEADER + 1)]


@pytest.fixture
async def ledgers(world: World, tmp_path: Path) -> Ledgers:
    await world.enterprise()
    await world.office("officer")
    await world.office("officer", chat="other", name="赵示例", department=OTHER)
    return Ledgers(world, tmp_path / "files")


# ---- the card


async def test_the_card_has_on_it_what_most_want_and_each_part_is_one_tap_away(ledgers: Ledgers) -> None:
    officer = Person(ledgers.world, "web", "officer")
    said = words_of(await officer.says("导出台账"))
    assert "1. 内容：全部台账\n2. 时间：2026年11月" in said
    assert officer.labels == ["导出", "改内容", "改时间", "取消", "稍后继续"]
    leader = await ledgers.world.office("leader", name="周示例", department="示例区政府")
    assert "3. 部门：全部部门" in words_of(await leader.says("/export"))
    await leader.presses("改部门")
    assert leader.labels[:3] == ["全部部门", OTHER, DEPARTMENT]


@pytest.mark.parametrize(
    ("said", "means"),
    [
        ("上月", "2026年10月"),
        ("2", "2026年10月"),
        ("今年", "2026年"),
        ("2026年10月", "2026年10月"),
        ("10月1日到10月15日", "2026年10月1日到10月15日"),
        ("去年第四季度", "2025年第4季度"),
        ("不限", "不限时间"),
    ],
)
@on_sqlite
async def test_a_time_is_chosen_by_button_by_number_or_in_any_words(ledgers: Ledgers, said: str, means: str) -> None:
    officer = Person(ledgers.world, "web", "officer")
    await officer.says("导出台账")
    await officer.presses("改时间")
    assert officer.labels[:5] == ["本月", "上月", "本季度", "今年", "不限时间"]
    assert f"2. 时间：{means}" in words_of(await officer.says(said))


@on_sqlite
async def test_a_time_that_is_none_is_asked_again_with_an_example_and_the_ways_out_stay(ledgers: Ledgers) -> None:
    officer = Person(ledgers.world, "web", "officer")
    await officer.says("导出台账")
    await officer.presses("改时间")
    assert "例如 2026年10月" in lead_of(await officer.says("2026年13月"))
    assert "结束早于开始" in lead_of(await officer.says("10月31日到10月1日"))
    assert "转人工" in officer.labels
    await officer.says("上一步")
    assert "哪一种" in words_of(officer.last)
    await officer.says("取消")
    assert not await count(ledgers.world, Export)


@on_sqlite
async def test_what_is_open_or_overdue_is_meant_whenever_it_was_opened(ledgers: Ledgers) -> None:
    officer = Person(ledgers.world, "web", "officer")
    old = await ledgers.opens("officer", day=dt.date(2025, 3, 1))
    await officer.says("导出台账")
    await officer.presses("改内容")
    assert "时间：不限时间" in words_of(await officer.says("未销号"))
    await officer.presses("导出")
    assert await ledgers.numbers_of(officer) == [old.number]


@on_sqlite
async def test_a_card_that_lies_over_midnight_still_means_the_days_it_showed(ledgers: Ledgers) -> None:
    officer = Person(ledgers.world, "web", "officer")
    await officer.says("导出台账")
    await officer.presses("改时间")
    await officer.presses("本月")
    ledgers.world.clock.passes(days=20)
    await officer.says("改1")
    assert "2. 时间：2026年11月" in words_of(await officer.says("全部台账"))


# ---- asking


async def test_nothing_to_export_is_said_and_nothing_is_made(ledgers: Ledgers) -> None:
    officer = Person(ledgers.world, "web", "officer")
    await officer.says("导出台账")
    assert lead_of(await officer.presses("导出")) == words.NONE
    assert officer.labels == ["换个条件", "菜单"]
    assert not await count(ledgers.world, Export)
    assert not await ledgers.exporter.tick()


async def test_the_same_ledger_asked_for_twice_is_made_once(ledgers: Ledgers) -> None:
    officer = Person(ledgers.world, "web", "officer")
    await ledgers.opens("officer")
    for lead in (words.ASKED.format(count=1), words.ASKED_TWICE):
        await officer.says("导出台账")
        assert lead_of(await officer.presses("导出")) == lead
    assert await count(ledgers.world, Export) == 1


async def test_r1_an_officer_gets_the_own_department_and_the_others_what_they_choose_of_their_place(
    ledgers: Ledgers,
) -> None:
    world = ledgers.world
    mine, theirs = await ledgers.opens("officer"), await ledgers.opens("other")
    await world.office("officer", chat="elsewhere", name="孙示例", jurisdiction="410526")
    await ledgers.opens("elsewhere")
    officer = Person(world, "web", "officer")
    await presses_act(officer, do="ledger", department=OTHER)
    await officer.presses("导出")
    assert await ledgers.numbers_of(officer) == [mine.number]
    for role in ("leader", "legal", "supervisor", "liaison"):
        person = await world.office(role, department="示例区政府")
        await person.says("导出台账")
        await person.presses("导出")
        assert await ledgers.numbers_of(person) == [mine.number, theirs.number], role
        await person.says("导出台账")
        await person.presses("改部门")
        await person.says(OTHER)
        await person.presses("导出")
        assert await ledgers.numbers_of(person) == [theirs.number], role


@on_sqlite
async def test_r1_who_lost_the_office_over_the_card_exports_nothing(ledgers: Ledgers) -> None:
    officer = Person(ledgers.world, "web", "officer")
    await ledgers.opens("officer")
    await officer.says("导出台账")
    async with ledgers.world.database.transaction() as session:
        office = (await people.speaker_of(session, "web", "officer", TODAY, demo=False)).office
        assert office is not None
        await people.revoke(session, office.id, ledgers.world.clock.now())
    assert lead_of(await officer.presses("导出")) == f"{menus.ROLE_NAMES['guest']}不能做这件事。"
    assert not await count(ledgers.world, Export)


# ---- the workbook


def at(day: dt.date) -> dt.datetime:
    """A day as the workbook's reader gives it back."""
    return dt.datetime.combine(day, dt.time())


async def test_a_whole_course_stands_in_the_office_s_columns(ledgers: Ledgers) -> None:
    officer = Person(ledgers.world, "web", "officer")
    info = await ledgers.opens("officer", problem="安全出口堆了货物")
    info = await ledgers.does(info, acts.Diagnose(MINOR, "把安全出口清空", DUE, touches_red_line=False))
    info = await ledgers.does(info, acts.Pledge((Promise("p1", "清空", DUE), Promise("p2", "上墙", DUE))))
    info = await ledgers.does(info, acts.SubmitEvidence())
    async with ledgers.world.database.transaction() as session:
        await evidence.add(session, case=info.id, kind="after", text="清空了", person=1, now=ledgers.world.clock.now())
    info = await ledgers.does(info, acts.PassEvidence(("p1", "p2")))
    info = await ledgers.does(info, acts.RecordVisit(True))
    await ledgers.does(info, acts.Close("exempt_minor", "行政处罚法第三十三条第一款", (1, 2), education=True))
    await officer.says("导出台账")
    await officer.presses("改内容")
    await officer.says("销号清单")
    await officer.presses("导出")
    sheet = await ledgers.sheet_of(officer)
    row = dict(zip([c.value for c in sheet[HEADER]], [c.value for c in sheet[HEADER + 1]], strict=True))
    library = ledgers.world.house.knowledge().library
    assert row == {
        "编号": info.number,
        "企业": "示例好味道餐馆",
        "信用代码": "92420704MA0000001P",
        "问题": "安全出口堆了货物",
        "依据": f"{library.items[LISTED].basis}\n（清单已更新，原事项gone-1）\n处理：行政处罚法第三十三条第一款",
        "程度": "轻微",
        "预警": "预警",
        "承诺": "整改承诺2项：兑现2",
        "期限": at(DUE),
        "整改情况": "已整改，材料1份",
        "复查": "通过",
        "回访": at(TODAY),
        "销号日期": at(TODAY),
        "结果": "不予处罚（轻微）",
        "承办": f"{DEPARTMENT} 张示例、赵示例",
    }
    assert sheet["A1"].value == "销号清单"
    assert sheet["A2"].value == f"单位：鄂城{DEPARTMENT}　区间：2026年11月　制表时间：2026-11-20 10:00　共1件"


@pytest.mark.parametrize("count", [2, AT_ONCE + 1])
def test_the_sheet_is_set_up_for_reading_filtering_and_printing(tmp_path: Path, count: int) -> None:
    book = Book(tmp_path / "a.xlsx", count)
    sheet = book.sheet("台账", "台账", "共2件", COLUMNS)
    sheet.add([["x"] * len(COLUMNS), ["y"] * len(COLUMNS)])
    book.close()
    made: Any = openpyxl.load_workbook(tmp_path / "a.xlsx").active
    assert [cell.value for cell in made[HEADER]] == [column.title for column in COLUMNS]
    assert made.freeze_panes == "B4"
    assert made.auto_filter.ref == "A3:O5"
    assert made.print_title_rows == "$3:$3"
    assert (made.page_setup.orientation, int(made.page_setup.paperSize)) == ("landscape", 9)
    assert made.sheet_properties.pageSetUpPr.fitToPage
    assert (made.page_setup.fitToWidth or 1, made.page_setup.fitToHeight) == (1, 0)
    assert all(made.column_dimensions[cell.column_letter].width >= 8 for cell in made[HEADER])


def test_a_row_is_as_high_as_the_lines_of_its_longest_cell(tmp_path: Path) -> None:
    book = Book(tmp_path / "a.xlsx")
    sheet = book.sheet("台账", "台账", "共4件", [Column("问题", 20), Column("期限", 12, "date")])
    sheet.add(
        [["一二三四五六七八九十", None], ["一二三四五六七八九十一", None], ["一\n二\n三", None], ["长" * 4000, None]]
    )
    book.close()
    made: Any = openpyxl.load_workbook(tmp_path / "a.xlsx").active
    assert [made.row_dimensions[row].height for row in range(4, 8)] == [None, 28.5, 42.75, 408.75]


DANGEROUS = [
    "=1+1",
    "+86 711",
    "-1",
    "@SUM(A1)",
    "\tx",
    "\rx",
    "\n=1",
    " =1",
    "＝1",
    '=HYPERLINK("http://x","y")',
    "#N/A",
]


@pytest.mark.parametrize("count", [1, AT_ONCE + 1])
@pytest.mark.parametrize("text", DANGEROUS)
def test_text_that_looks_like_a_formula_stays_text(tmp_path: Path, text: str, count: int) -> None:
    book = Book(tmp_path / "a.xlsx", count)
    sheet = book.sheet("台账", text, text, [Column("问题", 20), Column("期限", 12, "date")])
    sheet.add([[text, text]])
    book.close()
    made: Any = openpyxl.load_workbook(tmp_path / "a.xlsx").active
    for cell in (made["A1"], made["A2"], made["A4"], made["B4"]):
        assert cell.data_type == "s"
        assert cell.value == (text if text == "#N/A" else f"'{text}".replace("\r", "\n"))


@on_sqlite
async def test_names_and_words_of_an_enterprise_never_become_formulas(ledgers: Ledgers) -> None:
    firm = await ledgers.world.enterprise('=HYPERLINK("http://x","示例餐馆")')
    await ledgers.opens("officer", enterprise=firm, problem="@没有公示\x00\x0b")
    officer = Person(ledgers.world, "web", "officer")
    await officer.says("导出台账")
    await officer.presses("导出")
    sheet = await ledgers.sheet_of(officer)
    cells = sheet[HEADER + 1]
    assert {cell.data_type for cell in cells if cell.value is not None} == {"s"}
    assert [cells[n].value for n in (1, 3)] == ['\'=HYPERLINK("http://x","示例餐馆")', "'@没有公示"]


@given(st.text(max_size=40))
def test_no_text_at_all_begins_a_formula_or_breaks_the_workbook(text: str) -> None:
    safe = safe_text(text)
    assert not safe.lstrip().startswith(tuple("=+-@＝＋－＠"))
    safe.encode()
    assert not re.search(r"[\x00-\x08\x0b-\x1f]", safe)
    assert len(safe_text(text * 2000)) <= 32767


# ---- what the columns say of cases under way


def shown(case: Case, **more: Any) -> dict[str, Any]:
    row = LedgerRow("1号", DEPARTMENT, "示例", "code", "问题", (), case, 2, "张示例")
    nothing: Any = type("Empty", (), {"items": {}})()
    return dict(zip([c.title for c in COLUMNS], values(row, nothing, {}, more.get("today", TODAY)), strict=True))


def after(case: Case, *done: acts.Act) -> Case:
    for act in done:
        answer = step(case, act, TODAY)
        assert isinstance(answer, Done), answer
        case = answer.case
    return case


DIAGNOSED = acts.Diagnose(MINOR, "清空", DUE, touches_red_line=False)


@pytest.mark.parametrize(
    ("done", "today", "said"),
    [
        (
            (),
            TODAY,
            {"程度": "待诊断", "预警": "无", "承诺": "无", "期限": None, "整改情况": "待诊断", "复查": "", "结果": ""},
        ),
        ((DIAGNOSED,), TODAY, {"程度": "轻微", "预警": "预警", "期限": DUE, "整改情况": "整改中", "复查": ""}),
        ((DIAGNOSED,), DUE + dt.timedelta(3), {"整改情况": "逾期2个工作日"}),
        ((DIAGNOSED, acts.SubmitEvidence()), DUE + dt.timedelta(9), {"整改情况": "已交材料2份", "复查": "待复查"}),
        (
            (DIAGNOSED, acts.SubmitEvidence(), acts.ReturnEvidence("缺照片", DUE + dt.timedelta(2))),
            TODAY,
            {"复查": "退回：缺照片（第2次期限）", "整改情况": "整改中"},
        ),
        ((acts.Close("unfounded", "查无此事", ()),), TODAY, {"程度": "", "整改情况": "不需要整改", "结果": "不成立"}),
        (
            (DIAGNOSED, acts.Pledge((Promise("a", "清空", DUE), Promise("b", "上墙", DUE))), acts.KeepPromise("a")),
            TODAY,
            {"承诺": "整改承诺2项：兑现1、未到期1"},
        ),
    ],
)
def test_each_column_says_how_far_a_case_is(done: tuple[acts.Act, ...], today: dt.date, said: dict[str, Any]) -> None:
    found = shown(after(Case(TODAY, "问题"), *done), today=today)
    assert {name: found[name] for name in said} == said
