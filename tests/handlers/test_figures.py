"""统计: the lines, what lies behind the buttons, the picture and the workbook (R1, R26, R34, R47, R50)."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import re
from collections import Counter
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageFont

from handlers.figures import words
from handlers.figures.book import HIDDEN, write
from handlers.figures.canvas import BAR, WIDTH
from handlers.figures.counting import Department, Figures, Share, months_of
from handlers.figures.page import lines_of, rating_lines
from handlers.figures.picture import draw, ratings_line
from handlers.messages import Part
from knowledge.fonts import SANS
from knowledge.procedure import acts
from knowledge.procedure.case import Case, Facts
from knowledge.procedure.results import Done
from knowledge.procedure.steps import step
from knowledge.shipped import shipped_library
from knowledge.spans import Span
from storage import attachments, cases, people
from storage.cases import Series
from storage.rating_figures import DepartmentFigures, Figure
from storage.tables import Rating, Request
from tests.handlers.test_permissions import on_sqlite, presses_act
from tests.people import Person, World, lead_of, words_of

OWN, OTHER = "示例市场监管局", "示例城管局"
TODAY = dt.date(2026, 11, 20)
DUE = dt.date(2026, 11, 25)
MINOR = Facts(True, True, False, False, False, False, False, True)
LISTED = next(iter(shipped_library().items.values()))
DIAGNOSED = acts.Diagnose(MINOR, "清空", DUE, touches_red_line=False)
DONE = (
    DIAGNOSED,
    acts.SubmitEvidence(),
    acts.PassEvidence(),
    acts.RecordVisit(True),
    acts.Close("exempt_minor", "行政处罚法第三十三条第一款", (1, 2), education=True),
)


@pytest.fixture
async def world(world: World) -> World:
    """The world with an enterprise and officers of two departments."""
    await world.enterprise()
    await world.office("officer")
    await world.office("officer", chat="other", name="赵示例", department=OTHER)
    return world


async def opens(world: World, chat: str, *done: acts.Act, items: tuple[str, ...] = (LISTED.id,)) -> None:
    """A case of an officer, with what was done in it today."""
    async with world.database.transaction() as session:
        office = (await people.speaker_of(session, "web", chat, TODAY, demo=False)).office
        assert office is not None
        info = await cases.open_case(
            session,
            series=Series("420704", office.department, office.department[2:4]),
            enterprise=1,
            office=office.id,
            problem="占道",
            items=items,
            case=Case(TODAY, "占道"),
            person=office.person,
            now=world.clock.now(),
        )
        for act in done:
            answer = step(info.case, act, TODAY)
            assert isinstance(answer, Done), answer
            info = await cases.record(session, info, answer.case, "act", {}, office.person, world.clock.now())


async def rates(world: World, department: str, *scores: int, way: str | None = None, day: dt.date = TODAY) -> None:
    at = dt.datetime.combine(day, dt.time(10), dt.timezone(dt.timedelta(hours=8)))
    async with world.database.transaction() as session:
        for n, score in enumerate(scores):
            whose = {"channel": "web", "chat": f"{department}{way}{day}{n}", "jurisdiction": "420704"}
            what = {"about": "visit", "subject": 1, "ordinal": n, "department": department, "way": way}
            session.add(Rating(score=score, asked=at, given=at, **whose, **what))


async def file_of(person: Person, part: Part) -> bytes:
    [(token, _, _)] = part.files
    async with person.world.database.reading() as session:
        found = await attachments.get(session, token, person.channel, person.chat)
    assert found is not None
    return found.content


# ---- lines


async def test_an_officer_sees_the_own_department_in_six_lines_with_how_each_share_is_made(world: World) -> None:
    officer = Person(world, "web", "officer")
    await opens(world, "officer", *DONE)
    await opens(world, "officer", DIAGNOSED)
    await opens(world, "officer")
    await opens(world, "other", DIAGNOSED)
    said = words_of(await officer.says("统计"))
    assert said.split("\n") == [
        f"2026年11月（截至11月20日）统计：{OWN}",
        "立案3件：轻微2、待诊断1",
        "销号1件：不予处罚1",
        "按期率100%（1/1）＝按期整改后销号÷（已销号＋逾期未销号）",
        "承诺兑现率—（0件）＝兑现÷已了结",
        "诉求及时率—（0件）＝按期首次答复÷（已答复＋逾期未答）",
    ]
    assert officer.labels == ["看图", "下载表格", "现状结果", "常见事项", "看评价", "导出台账", "换时间", "菜单"]


@on_sqlite
async def test_r1_an_officer_asks_for_another_department_and_gets_the_own(world: World) -> None:
    await opens(world, "other", DIAGNOSED)
    officer = Person(world, "web", "officer")
    for view in ("", "kinds", "departments", "ratings"):
        said = words_of(await presses_act(officer, do="figures", department=OTHER, view=view))
        assert OTHER not in said, view
    assert "立案0件" in words_of(await presses_act(officer, do="figures", department=OTHER))


@pytest.mark.parametrize("role", ["leader", "legal", "supervisor"])
@on_sqlite
async def test_those_above_see_the_place_department_by_department(world: World, role: str) -> None:
    await opens(world, "officer", *DONE)
    await opens(world, "other", DIAGNOSED)
    await opens(world, "other")
    await world.office("officer", chat="abroad", name="孙示例", jurisdiction="410526")
    person = await world.office(role, name="周示例", department="示例区政府")
    assert "全部部门\n立案3件" in words_of(await person.says("/figures"))
    said = words_of(await person.presses("按部门"))
    assert f"1. {OTHER}：立案2，销号0，按期—（0件）\n2. {OWN}：立案1，销号1，按期100%（1/1）" in said
    assert "立案2件" in words_of(await person.presses("1."))
    assert "全部部门" in person.labels
    assert "立案3件" in words_of(await person.presses("全部部门"))


@on_sqlite
async def test_what_is_overdue_weighs_on_the_share_and_is_counted_by_itself(world: World) -> None:
    await opens(world, "officer", *DONE)
    await opens(world, "officer", DIAGNOSED)
    world.clock.at = dt.datetime(2026, 11, 26, 10, tzinfo=dt.timezone(dt.timedelta(hours=8)))
    officer = Person(world, "web", "officer")
    assert "按期率50%（1/2）" in words_of(await officer.says("统计"))
    said = words_of(await officer.presses("现状结果"))
    assert "现状：整改中1、已销号1" in said and "结果：不予处罚1" in said and "现在逾期未销号1件" in said


@on_sqlite
async def test_requests_count_for_their_department_and_unassigned_ones_for_the_place(world: World) -> None:
    async with world.database.transaction() as session:
        for n, (department, answered) in enumerate([(OWN, True), (OWN, False), (None, False)]):
            session.add(
                Request(
                    number=f"诉{n}",
                    jurisdiction="420704",
                    department=department,
                    channel="web",
                    chat="x",
                    question="？",
                    state="answered" if answered else "assigned",
                    due=dt.date(2026, 11, 18),
                    first_answered=world.clock.now() - dt.timedelta(3) if answered else None,
                    made=world.clock.now() - dt.timedelta(4),
                    changed=world.clock.now(),
                )
            )
    officer, leader = Person(world, "web", "officer"), await world.office("leader", department="示例区政府")
    assert "诉求及时率50%（1/2）" in words_of(await officer.says("统计"))
    assert "诉求及时率33%（1/3）" in words_of(await leader.says("统计"))
    assert words.UNASSIGNED in words_of(await leader.presses("按部门"))


@pytest.mark.parametrize(
    ("said", "means"), [("上月", "2026年10月"), ("3", "2026年第4季度"), ("2026年9月", "2026年9月")]
)
@on_sqlite
async def test_the_time_is_changed_by_one_answer_and_stays_for_what_lies_behind(
    world: World, said: str, means: str
) -> None:
    officer = Person(world, "web", "officer")
    await officer.says("统计")
    await officer.presses("换时间")
    assert lead_of(await officer.says(said)).startswith(means)
    for label in ("常见事项", "看评价", "现状结果"):
        await officer.presses(label)
        assert lead_of(officer.last).startswith(means), label
        await officer.presses("返回统计")
    assert lead_of(officer.last).startswith(means)
    await officer.presses("导出台账")
    assert f"时间：{means}" in words_of(officer.last)


@on_sqlite
async def test_the_most_frequent_matters_go_by_their_titles_and_those_off_the_lists_are_named(world: World) -> None:
    await opens(world, "officer")
    await opens(world, "officer", items=(LISTED.id, "gone-1"))
    officer = Person(world, "web", "officer")
    await officer.says("统计")
    said = words_of(await officer.presses("常见事项"))
    assert re.search(r"1\. .+，2件\n2\. 清单里已经没有的事项gone-1，1件", said), said


# ---- shares


def test_a_share_of_nothing_is_none_and_not_zero() -> None:
    assert Share(0, 0).words == "—（0件）"
    assert Share(0, 0).value is None
    assert Share(0, 3).words == "0%（0/3）"
    assert Share(26, 30).words == "87%（26/30）"


@given(st.integers(1, 10**7), st.integers(0, 10**7))
def test_a_share_is_all_or_nothing_only_when_it_is(whole: int, part: int) -> None:
    part = min(part, whole)
    percent = Share(part, whole).percent
    assert percent is not None and abs(percent - 100 * part / whole) <= 1
    assert (percent == 100) == (part == whole) and (percent == 0) == (part == 0)


def test_the_lines_are_five_and_none_is_longer_than_forty_characters_but_for_its_numbers() -> None:
    lines = lines_of(department())
    assert len(lines) == 5
    assert all(len(re.sub(r"[\d%/（）]", "", line)) <= 40 for line in lines)


# ---- ratings


@on_sqlite
async def test_r47_fewer_than_five_ratings_are_only_counted(world: World) -> None:
    officer = Person(world, "web", "officer")
    await rates(world, OWN, 5, 5, 1, 4)
    await officer.says("统计")
    said = words_of(await officer.presses("看评价"))
    assert f"{OWN}：4次，不到5次不算平均" in said and not re.search(r"\d\.\d", said)
    await rates(world, OWN, 5, day=TODAY - dt.timedelta(1))
    await officer.presses("返回统计")
    assert f"{OWN}：5次，平均4.0分，满意率80%" in words_of(await officer.presses("看评价"))


@on_sqlite
async def test_r47_a_span_of_days_shows_the_ratings_of_its_months_so_that_no_day_tells_who_gave_what(
    world: World,
) -> None:
    await rates(world, OWN, 5, 5, 5, 5, 5, day=dt.date(2026, 11, 3))
    await rates(world, OWN, 1, day=dt.date(2026, 11, 4))
    officer = Person(world, "web", "officer")
    shown = set()
    for day in (2, 3, 4):
        await presses_act(officer, do="figures", view="ratings", span=f"2026-11-01/2026-11-{day:02d}")
        shown.add(words_of(officer.last))
    [said] = shown
    assert "2026年11月的评价，共6次" in said


def test_r47_the_mean_of_all_leaves_out_the_departments_that_are_hidden() -> None:
    few, many = Figure(1, None, None), Figure(10, 4.5, 0.9)
    ratings = (DepartmentFigures(OWN, many, {None: many}), DepartmentFigures(OTHER, few, {None: few}))
    assert [said for _, said in rating_lines(ratings)] == ["10次，平均4.5分，满意率90%", "1次，不到5次不算平均"]
    assert ratings_line(ratings) == "11次，平均4.5分（其中10次；不到5次的部门不算）"
    assert months_of(Span(dt.date(2026, 10, 31), dt.date(2026, 11, 1))).words == "2026年10月1日到11月30日"


# ---- the workbook


def department(name: str = "") -> Department:
    return Department(
        name,
        Counter({"minor": 20, "ordinary": 10, "serious": 2, None: 1}),
        Counter({"closed": 28, "rectifying": 4, "logged": 1}),
        Counter({"exempt_minor": 24, "penalty": 3, "unfounded": 1}),
        closed_with_due=27,
        closed_in_time=26,
        overdue=3,
        promises_kept=9,
        promises_broken=1,
        requests=4,
    )


RATINGS = (
    DepartmentFigures(OWN, Figure(12, 4.5, 0.9), {None: Figure(12, 4.5, 0.9)}),
    DepartmentFigures(OTHER, Figure(3, None, None), {None: Figure(3, None, None)}),
)


def figures_of(*names: str) -> Figures:
    whole = Department("")
    parts = [department(name) for name in names]
    for part in parts:
        whole.add(part)
    return Figures(whole, tuple(parts), ((LISTED.id, 3),), RATINGS)


def test_the_workbook_has_numbers_as_numbers_shares_with_what_they_are_of_and_how_they_are_made() -> None:
    now = dt.datetime(2026, 11, 20, 2, tzinfo=dt.UTC)
    span = Span(dt.date(2026, 11, 1), dt.date(2026, 11, 30))
    book = openpyxl.load_workbook(
        io.BytesIO(write(figures_of(OWN, OTHER), "统计", "鄂城区", span, now, [("=事项", 3)]))
    )
    assert book.sheetnames == ["汇总", "程度和现状", "结果", "常见事项", "评价", "口径"]
    rows = [[cell.value for cell in row] for row in book["汇总"].iter_rows(min_row=3)]
    assert rows[0][:6] == ["部门", "立案", "销号", "现在逾期未销号", "按期率", "按期率分子"]
    assert [row[0] for row in rows[1:]] == [OWN, OTHER, "合计"]
    assert rows[1][1:10] == [33, 28, 3, 26 / 30, 26, 30, 0.9, 9, 10]
    assert rows[1][10:] == ["—（0件）", 0, 0]
    assert rows[3][1:4] == [66, 56, 6]
    assert book["汇总"]["A2"].value == "单位：鄂城区全部部门　区间：2026年11月　制表时间：2026-11-20 10:00"
    assert book["常见事项"]["A4"].value == "'=事项" and book["常见事项"]["B4"].value == 3
    assert [cell.value for cell in book["评价"][4]] == [OWN, "全部", 12, 4.5, 0.9]
    assert [cell.value for cell in book["评价"][6]] == [OTHER, "全部", 3, HIDDEN, HIDDEN]
    assert "按期率" in [row[0].value for row in book["口径"].iter_rows(min_row=4)]


async def test_the_workbook_comes_into_the_chat(world: World) -> None:
    await opens(world, "officer", *DONE)
    officer = Person(world, "web", "officer")
    await officer.says("统计")
    [part] = await officer.presses("下载表格")
    book: Any = openpyxl.load_workbook(io.BytesIO(await file_of(officer, part)))
    assert [cell.value for cell in book["汇总"][4]][:5] == [OWN, 1, 1, 0, 1]
    assert part.files[0][1] == "统计 2026年11月.xlsx"


# ---- the picture


def drawn(counted: Figures, span: str = "2026年11月") -> list[Image.Image]:
    now = dt.datetime(2026, 11, 20, 2, tzinfo=dt.UTC)
    made = draw(counted, span, "鄂城区", now, [("没有公示健康证明" * 9, 3)])
    return [Image.open(io.BytesIO(picture)) for picture in made]


def test_the_pictures_are_for_a_phone_and_the_same_every_time() -> None:
    first, second = drawn(figures_of(OWN, OTHER)), drawn(figures_of(OWN, OTHER))
    assert len(first) == 2 and len(drawn(figures_of(OWN))) == 1
    for one, other in zip(first, second, strict=True):
        assert one.format == "PNG" and one.width == WIDTH
        assert WIDTH / 2 < one.height < 2.5 * WIDTH
        assert hashlib.sha256(one.tobytes()).digest() == hashlib.sha256(other.tobytes()).digest()


def test_the_longest_pictures_are_whole_and_an_empty_one_is_a_picture_too() -> None:
    many = figures_of(*(f"{'很长的部门名称' * 4}{n}" for n in range(30)))
    long = "2025年12月15日到2026年11月30日（截至11月20日）"
    for one in [*drawn(many, long), *drawn(Figures(Department(OWN), (), (), ()))]:
        picture = one.convert("RGB")
        edges = [(x, y) for x in (0, WIDTH - 1) for y in range(picture.height)]
        edges += [(x, picture.height - 1) for x in range(WIDTH)]
        assert {picture.getpixel(edge) for edge in edges} == {(255, 255, 255)}


def test_a_bar_is_as_long_as_its_number_says() -> None:
    def filled(part: int) -> int:
        one = Department(OWN, closed_with_due=100, closed_in_time=part)
        image = drawn(Figures(one, (one,), (), ()))[0].convert("RGB")
        colour = tuple(int(BAR[n : n + 2], 16) for n in (1, 3, 5))
        rows = [[image.getpixel((x, y)) for x in range(WIDTH)] for y in range(0, image.height, 4)]
        return max(sum(pixel == colour for pixel in row) for row in rows)

    half, whole = filled(50), filled(100)
    assert abs(half * 2 - whole) < 20 and whole > 0.85 * WIDTH


async def test_the_picture_comes_into_the_chat_with_the_ways_on(world: World) -> None:
    await opens(world, "officer", *DONE)
    officer = Person(world, "web", "officer")
    await officer.says("统计")
    [part] = await officer.presses("看图")
    assert part.files[0][1:] == ("统计 2026年11月.png", "image/png")
    assert Image.open(io.BytesIO(await file_of(officer, part))).width == WIDTH
    assert officer.labels == ["返回统计", "导出台账", "菜单"]


def test_the_font_has_every_character_that_is_shipped_and_the_names_that_people_have() -> None:
    font = ImageFont.truetype(SANS, 40)
    missing = font.getmask("\U0010fffe").getbbox()
    lacking = bytes(font.getmask("\U0010fffe"))
    library = shipped_library()
    shipped = {char for item in library.items.values() for char in f"{item.title}{item.department}"}
    names = set("王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾喆淼堃玥祎赟鑫昊琪")
    assert missing is not None
    for char in sorted((shipped | names | set("—（）〔〕％÷＝＋…")) - set(" \n\t\u3000")):
        assert bytes(font.getmask(char)) != lacking, f"U+{ord(char):04X} {char}"
