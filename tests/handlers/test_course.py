"""全过程 (R28): what was done, by whom and with what, in the chat and as a page; and who looked at it."""

from __future__ import annotations

import dataclasses
import datetime as dt
import html.parser
import re

import pytest

from handlers import words
from handlers.cases import course_words
from handlers.cases.course_words import FACTS, TITLES, Teller, changes, essence
from handlers.conversation import CHINA
from handlers.messages import FileRef
from handlers.sheet import MIME, STYLE
from knowledge.procedure.case import Case, Facts
from storage import attachments, cases, chain, evidence, people, views
from storage.chain import ENTERPRISES, EventInfo
from tests.handlers.test_cases import FIRM, Street, closes, diagnosed, inbox, logged, passed, street, submitted
from tests.handlers.test_permissions import assert_all_in_form, on_sqlite, presses_act
from tests.people import Person, lead_of, words_of

__all__ = ["street"]
NOW = dt.datetime(2026, 11, 20, 10, 0, tzinfo=CHINA)
OFFICE = Teller(is_enterprise=False)
ENTERPRISE = Teller(is_enterprise=True)


def event(act: str, data: dict[str, object] | None = None, **changed: object) -> EventInfo:
    made = {name: (None, value) for name, value in changed.items()}
    return EventInfo(1, 1, NOW, None, None, act, data or {}, made, chain.START, "d" * 64)


async def opens_course(person: Person, case: int) -> str:
    return words_of(await presses_act(person, do="course", id=case))


async def whole_page(person: Person, case: int) -> str:
    """The page of 整页查看, as the person's chat has it."""
    await presses_act(person, do="course_page", id=case)
    ((token, name, mime),) = person.last[-1].files
    assert (mime, name.endswith("全过程.html")) == (MIME, True)
    async with person.world.database.reading() as session:
        file = await attachments.get(session, token, person.channel, person.chat)
    assert file is not None
    return file.content.decode()


class Plain(html.parser.HTMLParser):
    """The words of a page, and its tags and attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        return "".join(self.words)


# ---- in the chat


async def test_r28_each_line_says_when_what_with_its_essence_and_who(street: Street) -> None:
    info = await diagnosed(street)
    text = await opens_course(street.officer, info.id)
    assert "2026-11-20 10:00 立案：后厨没公示健康证，限2026年11月25日（星期三）" in text
    assert "诊断：改正：后厨没公示健康证，轻微，预警，期限2026年11月25日（星期三）" in text
    assert "（示例市场监管局执法人员张示例）" in text
    assert street.officer.labels == ["整页查看", "看案件", "菜单"]
    await assert_all_in_form(street.world)


async def test_a_long_course_is_turned_page_by_page(street: Street) -> None:
    info = await passed(street)
    for person in (street.liaison, street.leader, street.colleague):
        await presses_act(person, do="case", id=info.id)
    text = await opens_course(street.officer, info.id)
    assert "第1页，共2页" in text
    assert text.count("2026-11-20") == 5
    assert street.officer.labels == ["下一页", "整页查看", "看案件", "菜单"]
    assert "查看：案件（示例区政府分管领导周示例）" in words_of(await street.officer.presses("下一页"))
    assert street.officer.labels[0] == "上一页"


async def test_r46_a_contact_reads_department_and_licence_and_no_officers_name(street: Street) -> None:
    info = await submitted(street)
    text = await opens_course(street.owner, info.id)
    assert "（示例市场监管局执法人员（执法证号示例-0001））" in text
    assert "提交整改：健康证已经上墙（企业联系人）" in text
    assert "张示例" not in text


async def test_what_the_offices_say_to_each_other_is_not_told_to_the_enterprise(street: Street) -> None:
    """Nor whether somebody reported it; that it happened is."""
    info = await diagnosed(street)
    async with street.world.database.transaction() as session:
        for act, data in (("urged", {"by": "liaison", "text": "内部"}), ("secret_new_act", {"reason": "内部理由"})):
            await cases.note(session, info.id, act, data, None, street.world.clock.now())
    for read in (await opens_course(street.owner, info.id), await whole_page(street.owner, info.id)):
        assert "督促" in read
        assert "内部" not in read.replace("执法部门内部的话", "")
        assert "群众举报" not in read
        assert "原话" not in read
    page = await whole_page(street.officer, info.id)
    assert "内部理由" in page and "群众举报" in page and "原话" in page


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (event("return_evidence", {"missing": "缺照片", "due": "2026-11-30"}), "缺照片，补齐期限2026年11月30日（星期一）"),
        (
            event("decide_extension", {"grants": "yes"}, due="2026-11-30"),
            "同意，期限2026年11月30日（星期一）",
        ),
        (event("decide_extension", {"grants": "no", "reason": "有隐患"}), "不同意，有隐患"),
        (event("ask_extension", {"until": "2026-12-04", "reason": "配件"}), "想延到2026年12月4日（星期五），配件"),
        (event("escalate", {"to": ["leader"]}, warning="urgent"), "报分管领导，紧急预警"),
        (event("visit", {"corrected": "yes", "note": "都在墙上"}), "改好了，都在墙上"),
        (event("close", {"outcome": "exempt_minor", "basis": "第三十三条"}, outcome="exempt_minor"), "不予处罚（轻微），依据：第三十三条"),
        (event("guidance", {"accepts": False}), "不接受"),
        (event("files_added", {"files": ["a", "b"]}), "2份"),
        (event("looked", {"what": "evidence"}), "材料"),
        (event("undelivered", {"what": "diagnosed"}), "没有能送到的企业联系人"),
        (event("never_heard_of", {"text": "写了什么"}), "写了什么"),
        (event("never_heard_of", {"text": 5, "to": "x"}), ""),
    ],
)  # fmt: skip
def test_the_essence_of_each_act_is_said(found: EventInfo, said: str) -> None:
    assert essence(found, OFFICE) == said


def test_everything_that_a_case_has_has_a_name_that_people_know() -> None:
    assert {field.name for field in dataclasses.fields(Case)} <= TITLES.keys()
    assert {field.name for field in dataclasses.fields(Facts)} == FACTS.keys()


def test_every_change_is_told_before_and_after_in_plain_words() -> None:
    case = {
        "stage": ("rectifying", "closed"),
        "due": ("2026-11-25", "2026-12-04"),
        "facts": ({"is_first": None}, {"is_first": True, "is_reported": False}),
        "extensions": (
            [],
            [{"asked": "2026-11-20", "until": "2026-12-04", "reason": "配件", "granted": True, "granted_until": "2026-12-04"}],
        ),
        "promises": (
            [{"id": "1", "text": "清空", "due": "2026-11-25", "state": "open", "kind": "rectification"}],
            [{"id": "1", "text": "清空", "due": "2026-11-25", "state": "kept", "kind": "rectification"}],
        ),
        "defences": ([{"text": "刚换班"}], [{"text": "刚换班", "answer": "采纳"}]),
        "leniency_lost": ("", "R36"),
        "waived": ([], ["visit"]),
    }  # fmt: skip
    found = EventInfo(1, 1, NOW, None, None, "x", {}, case, chain.START, "d" * 64)
    assert changes(found, OFFICE) == [
        ("阶段", "整改中", "已销号"),
        ("初次", "（空）", "是"),
        ("群众举报", "（空）", "不是"),
        ("期限", "2026年11月25日（星期三）", "2026年12月4日（星期五）"),
        ("不再从宽", "（空）", "是"),
        ("承诺", "清空，2026年11月25日（星期三）前，未了结（整改承诺）", "清空，2026年11月25日（星期三）前，已履行（整改承诺）"),
        ("陈述申辩", "刚换班；还没有答复", "刚换班；答复：采纳"),
        ("延期", "（空）", "想延到2026年12月4日（星期五），配件；同意到2026年12月4日（星期五）"),
        ("免去", "（空）", "回访"),
    ]  # fmt: skip
    assert {name for name, _, _ in changes(found, ENTERPRISE)}.isdisjoint(FACTS.values())


def test_of_a_new_case_only_what_is_its_own_is_told() -> None:
    begun = {name: (None, value) for name, value in Case(dt.date(2026, 11, 20), "没有价签").to_json().items()}
    found = EventInfo(1, 1, NOW, None, None, "log", {}, begun, chain.START, "d" * 64)
    assert changes(found, OFFICE) == [
        ("立案日", "（空）", "2026年11月20日（星期五）"),
        ("问题", "（空）", "没有价签"),
        ("阶段", "（空）", "待诊断"),
    ]


# ---- as a page


async def test_r28_the_page_has_every_event_with_before_and_after_and_its_digest(street: Street) -> None:
    info = await passed(street)
    await street.officer.presses("记回访")
    await street.officer.says("改好了")
    await street.officer.says("现场看过")
    await street.officer.presses("确认回访")
    await closes(street)
    page = await whole_page(street.officer, info.id)
    text = Plain(page).text
    async with street.world.database.reading() as session:
        events = await cases.events(session, info.id)
        assert await chain.head_of(session, chain.CASES, info.id) == events[-1].digest
    for one in events:
        assert one.digest[:12] in text
        assert f"第{one.ordinal}条" in text
    assert events[-1].digest in text
    assert f"rongcuo audit verify --case {info.number} --digest {events[-1].digest}" in text
    for said in (
        info.number,
        FIRM,
        "待诊断 → 整改中",
        "已销号",
        "不予处罚（轻微）",
        "现场看过",
        "生成，示例市场监管局执法人员张示例查看",
    ):
        assert said in text, said
    assert text.index("立案") < text.index("诊断：") < text.index("提交整改：") < text.index("销号：")


async def test_the_page_is_shut_in_itself_and_what_people_wrote_is_no_markup(street: Street) -> None:
    nasty = '<img src=x onerror=alert(1)> & "引号" </p><script>alert(2)</script>'
    await street.officer.says(f"香满楼餐馆 {nasty} 限3个工作日")
    info = await logged(street)
    async with street.world.database.transaction() as session:
        at = street.world.clock.now()
        file = FileRef("a" * 64, f"{nasty}.jpg", "image/jpeg", 3_000_000)
        await evidence.add(session, case=info.id, kind="inspection", file=file, person=None, now=at)
        await cases.note(session, info.id, "defend", {"text": nasty}, None, at)
    page = await whole_page(street.officer, info.id)
    found = Plain(page)
    assert {"script", "img", "link", "iframe", "form", "a"}.isdisjoint(found.tags)
    names = {name for name, _ in found.attributes}
    assert names <= {"lang", "charset", "name", "content", "class", "datetime"}
    assert "://" not in page and "url(" not in page and "@import" not in page
    assert found.tags.count("style") == 1 and f"<style>{STYLE}</style>" in page
    assert nasty in found.text
    assert "2.9 MB" in found.text and "a" * 12 in found.text


async def test_the_files_of_an_event_are_named_with_it(street: Street) -> None:
    await diagnosed(street)
    await inbox(street.owner)
    await street.owner.presses("提交整改")
    info = await submitted_with_file(street)
    text = Plain(await whole_page(street.owner, info)).text
    assert "材料：改好了.jpg" in text
    assert "照片和文件（1份）" in text
    assert "改正后 2026-11-20 10:00：改好了.jpg" in text


async def submitted_with_file(street: Street) -> int:
    """An event with a file that came at the same moment."""
    async with street.world.database.transaction() as session:
        info = (await cases.of_enterprise(session, street.firm))[0]
        at = street.world.clock.now() + dt.timedelta(seconds=5)
        person = (await cases.events(session, info.id))[0].person
        file = FileRef("c" * 64, "改好了.jpg", "image/jpeg", 1000)
        await cases.note(session, info.id, "files_added", {"files": [file.digest]}, person, at)
        await evidence.add(session, case=info.id, kind="after", file=file, person=person, now=at)
    return info.id


async def test_a_stranger_gets_neither_course_nor_page(street: Street) -> None:
    """R1."""
    info = await logged(street)
    other = await street.world.contact(await street.world.enterprise("鄂州市鄂城区示例别家商行"), chat="stranger")
    foreign = await street.world.office("officer", chat="foreign", department="示例城管局", name="孙示例")
    for person in (other, foreign):
        for act in ("course", "course_page"):
            answer = await presses_act(person, do=act, id=info.id)
            assert lead_of(answer) == words.CASE_GONE
            assert not answer[-1].files
    async with street.world.database.reading() as session:
        assert [event.act for event in await cases.events(session, info.id)] == ["log"]


# ---- looks are events


async def looked(street: Street, case: int) -> list[tuple[str, str]]:
    """Who looked at a case, and at what."""
    async with street.world.database.reading() as session:
        found = [event for event in await cases.events(session, case) if event.act == "looked"]
    return [(event.person_name or "", event.data["what"]) for event in found]


async def test_r28_a_look_at_anothers_case_is_an_event_and_at_ones_own_only_at_the_evidence(street: Street) -> None:
    info = await submitted(street)
    for person in (street.officer, street.owner, street.leader, street.colleague):
        for act in ("case", "course", "evidence", "course_page"):
            for _ in range(3):
                await presses_act(person, do=act, id=info.id)
                street.world.clock.passes(seconds=10)
    assert await looked(street, info.id) == [
        ("张示例", "evidence"),
        *(("周示例", what) for what in ("page", "course", "evidence", "whole")),
        *(("赵示例", what) for what in ("page", "course", "evidence", "whole")),
    ]
    street.world.clock.passes(days=1)
    await presses_act(street.leader, do="case", id=info.id)
    assert len(await looked(street, info.id)) == 10
    async with street.world.database.reading() as session:
        assert [one async for one in cases.broken_chains(session)] == []


@on_sqlite
async def test_who_acts_for_the_officer_on_leave_is_no_stranger_to_the_case(street: Street) -> None:
    info = await logged(street)
    async with street.world.database.transaction() as session:
        held = await people.offices(session, role="officer", demo=False)
        offices = {one.name: one.id for one in held}
        await people.take_leave(session, offices["张示例"], NOW.date(), None, offices["赵示例"])
    await presses_act(street.colleague, do="case", id=info.id)
    assert await looked(street, info.id) == []


async def test_r28_a_look_at_the_people_of_an_enterprise_is_an_event_a_search_that_shows_none_is_not(
    street: Street,
) -> None:
    async def seen() -> list[EventInfo]:
        async with street.world.database.reading() as session:
            return await chain.events(session, ENTERPRISES, street.firm)

    await street.world.enterprise("鄂州市鄂城区示例香满园餐馆")
    await street.officer.says("找企业")
    await street.officer.says("香满")
    assert await seen() == []
    for _ in range(4):
        await presses_act(street.officer, do="enterprise", id=street.firm)
        street.world.clock.passes(minutes=1)
    await presses_act(street.liaison, do="enterprise", id=street.firm)
    await street.owner.says("我的企业")
    found = await seen()
    assert [(one.person_name, one.data["what"], one.data["role"]) for one in found] == [
        ("张示例", "contacts", "officer"),
        ("钱示例", "contacts", "liaison"),
    ]
    lonely = await street.world.enterprise("鄂州市鄂城区示例独一家面馆")
    await presses_act(street.officer, do="enterprise", id=lonely)
    async with street.world.database.reading() as session:
        assert await chain.events(session, ENTERPRISES, lonely) == []


async def test_r48_a_contact_sees_who_looked_by_department_and_when_without_a_name(street: Street) -> None:
    info = await submitted(street)
    assert "谁看过" not in [label for part in await street.owner.says("我的数据") for _, label in part.buttons]
    await presses_act(street.officer, do="enterprise", id=street.firm)
    street.world.clock.passes(minutes=5)
    await presses_act(street.leader, do="evidence", id=info.id)
    await street.owner.says("我的数据")
    text = words_of(await street.owner.presses("谁看过"))
    assert text.splitlines()[1:3] == [
        f"2026-11-20 10:05 示例区政府分管领导看了{info.number}的材料",
        f"2026-11-20 10:00 示例市场监管局执法人员（执法证号示例-0001）看了{FIRM}的联系人",
    ]
    for name in ("张示例", "周示例"):
        assert name not in text
    other = await street.world.contact(await street.world.enterprise("示例别家"), chat="other")
    assert "还没有人看过" in words_of(await presses_act(other, do="my_views"))
    await assert_all_in_form(street.world)


async def test_r48_a_contact_sees_what_they_handed_in_by_file_name_and_case_number(street: Street) -> None:
    info = await submitted(street)
    async with street.world.database.transaction() as session:
        person = (await cases.events(session, info.id))[-1].person
        for n in range(5):
            file = FileRef(f"{n}" * 64, f"照片{n}.jpg", "image/jpeg", 1000)
            at = street.world.clock.now()
            await evidence.add(session, case=info.id, kind="after", file=file, person=person, now=at)
    shown = words_of(await street.owner.says("我的数据"))
    assert f"交的材料：6份，最近的是照片4.jpg（{info.number}）" in shown
    text = words_of(await street.owner.presses("交的材料"))
    assert f"2026-11-20 照片3.jpg（{info.number}）" in text
    assert "依法留存" in text
    assert f"健康证已经上墙（{info.number}）" in words_of(await street.owner.presses("下一页"))
    await assert_all_in_form(street.world)


def test_no_word_of_ours_is_longer_than_forty_characters() -> None:
    for name, said in vars(course_words).items():
        if name.isupper() and isinstance(said, str):
            assert all(len(sentence) <= 40 for sentence in re.split(r"[。！？\n]", said)), name
    assert views.LOOKED in course_words.TOLD_TO_ENTERPRISE
