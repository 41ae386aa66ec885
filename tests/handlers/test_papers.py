"""Official papers in the chat: made from the record, reviewed by legal, sent (R26, R31, R34, R42, R44–R46, R49)."""

from __future__ import annotations

import asyncio
import datetime as dt
import hashlib
import io
import json
import re
from dataclasses import dataclass, field

import docx
import pytest
from sqlalchemy import update

from handlers import words as house_words
from handlers.messages import Part
from handlers.papers import words
from knowledge.papers.filling import CannotFill
from knowledge.papers.kinds import MISSING, shipped_papers
from storage import attachments, cases, guidance, messages, papers, people, pledges
from storage.blobs import MissingBlob
from storage.cases import CaseInfo
from storage.papers import PaperInfo
from storage.tables import CaseFile
from tests.handlers.test_permissions import on_sqlite, presses_act
from tests.people import Person, World, lead_of, words_of

FIRM = "鄂州市鄂城区示例香满楼餐馆"
LOG = "香满楼餐馆 后厨没公示健康证 轻微 限3个工作日"


@dataclass
class Office:
    """The people of one case, and the files that were kept."""

    world: World
    officer: Person
    colleague: Person
    legal: Person
    owner: Person
    firm: int
    files: dict[str, bytes] = field(default_factory=dict)

    async def info(self) -> CaseInfo:
        async with self.world.database.reading() as session:
            return (await cases.of_enterprise(session, self.firm))[0]

    async def paper(self, kind: str) -> PaperInfo:
        async with self.world.database.reading() as session:
            found = await papers.newest(session, (await self.info()).id, kind)
        assert found is not None
        return found

    async def acts(self) -> list[str]:
        async with self.world.database.reading() as session:
            return [event.act for event in await cases.events(session, (await self.info()).id)]

    async def text(self, kind: str) -> str:
        """The words of the newest paper of a kind, tables and heads too."""
        return text_of(self.files[(await self.paper(kind)).file])


def text_of(content: bytes) -> str:
    document = docx.Document(io.BytesIO(content))
    parts = [paragraph.text for paragraph in document.paragraphs]
    parts += [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    section = document.sections[0]
    parts += [p.text for head in (section.first_page_header, section.header) for p in head.paragraphs]
    return "\n".join(parts)


@pytest.fixture
async def office(world: World) -> Office:
    firm = await world.enterprise(FIRM, address="鄂城区示例路1号")
    made = Office(
        world,
        await world.office("officer"),
        await world.office("officer", chat="colleague", name="赵示例"),
        await world.office("legal", name="王示例", department="示例司法局"),
        await world.contact(firm),
        firm,
    )

    def keep(content: bytes) -> str:
        digest = hashlib.sha256(content).hexdigest()
        made.files[digest] = content
        return digest

    def read(digest: str) -> bytes:
        if digest not in made.files:
            raise MissingBlob(MissingBlob.__doc__)
        return made.files[digest]

    object.__setattr__(world.house, "keep_file", keep)
    object.__setattr__(world.house, "read_file", read)
    return made


async def inbox(person: Person) -> list[Part]:
    """Everything that was written to a person; the newest buttons become theirs to press."""
    async with person.world.database.reading() as session:
        rows = await messages.transcript(session, person.channel, person.chat, limit=200)
    parts = [Part.from_json(row.payload) for row in rows if row.direction == "out"]
    person.last = [next((part for part in reversed(parts) if part.buttons), parts[-1])] if parts else []
    return parts


async def attached(person: Person, part: Part) -> str:
    """What the file of a part stands for: the digest of what is kept."""
    token, _, mime = part.files[0]
    assert mime == words.MIME
    async with person.world.database.reading() as session:
        file = await attachments.get(session, token, person.channel, person.chat)
    assert file is not None
    return json.loads(file.content)["digest"]


async def logged(office: Office) -> None:
    await office.officer.says(LOG)
    await office.officer.presses("确认立案")


async def diagnosed(office: Office, *, slight: str = "不是", consequence: str = "不是", red: str = "不是") -> None:
    """一般: so that it is ordered; ``slight`` 是 makes it 轻微."""
    await logged(office)
    await office.officer.presses("诊断")
    for answer in (slight, consequence, "不是", "不是", "不是", "是", red, "不是"):
        await office.officer.says(answer)
    await office.officer.presses("确认诊断")


async def passed(office: Office) -> None:
    await diagnosed(office, slight="是")
    await presses_act(office.owner, do="submit_evidence", id=(await office.info()).id)
    await office.owner.says("健康证已经上墙。")
    await office.owner.presses("跳过")
    await office.owner.presses("确认提交")
    await presses_act(office.officer, do="pass_evidence", id=(await office.info()).id)
    await office.officer.says("照片清楚，已经改好")
    await office.officer.presses("确认通过")


async def closed(office: Office, basis: str = "行政处罚法第三十三条第一款") -> None:
    id = (await office.info()).id
    await presses_act(office.officer, do="visit", id=id)
    await office.officer.says("改好了")
    await office.officer.says("健康证都在墙上")
    await office.officer.presses("确认回访")
    await presses_act(office.officer, do="close", id=id)
    for said in ("轻微不罚", basis, "赵示例", "是"):
        await office.officer.says(said)
    await office.officer.presses("确认销号")


async def makes(office: Office, kind: str, *answers: str) -> list[Part]:
    """Make a paper: leave all open, or answer what is asked in order."""
    id = (await office.info()).id
    parts = await presses_act(office.officer, do="make_paper", id=id, kind=kind)
    if words.LABEL_FILL in office.officer.labels:
        parts = await office.officer.presses(words.LABEL_FILL if answers else words.LABEL_LEAVE_OPEN)
    for answer in answers:
        parts = await office.officer.says(answer)
    while "跳过" in office.officer.labels:
        parts = await office.officer.presses("跳过")
    assert words.SUBMIT in office.officer.labels, words_of(parts)
    return await office.officer.presses(words.SUBMIT)


async def in_review(office: Office) -> PaperInfo:
    await passed(office)
    await makes(office, "exemption")
    await office.officer.presses(words.LABEL_REVIEW)
    return await office.paper("exemption")


# ---- what can be made


async def test_only_the_kinds_that_fit_are_offered_and_the_others_say_why_not(office: Office) -> None:
    await logged(office)
    await presses_act(office.officer, do="papers", id=(await office.info()).id)
    assert lead_of(office.officer.last) == words.PAPERS_NONE
    shown = await office.officer.presses(words.LABEL_MAKE)
    assert "行政指导书（提醒）" in words_of(shown)
    assert "责令改正通知书" not in words_of(shown)
    refused = await office.officer.presses(words.LABEL_NOT_NOW)
    text = words_of(refused)
    while "下一页" in office.officer.labels:
        text += words_of(await office.officer.presses("下一页"))
    assert "责令改正通知书：还没有诊断" in text
    assert "销号单：还没有销号" in text
    assert "认错保证书：企业还没有起草" in text
    answer = await presses_act(office.officer, do="make_paper", id=(await office.info()).id, kind="order")
    assert lead_of(answer) == words.DOES_NOT_FIT.format(title="责令改正通知书", why="还没有诊断")


@on_sqlite
async def test_what_a_red_line_bars_is_not_made_as_a_paper_either(office: Office) -> None:
    """R11."""
    await diagnosed(office, red="是")
    answer = await presses_act(office.officer, do="make_paper", id=(await office.info()).id, kind="exemption")
    assert "触及红线" in lead_of(answer)


async def test_a_paper_is_made_from_the_record_and_what_is_missing_is_marked(office: Office) -> None:
    await diagnosed(office)
    made = await makes(office, "order")
    info = await office.info()
    text = await office.text("order")
    for there in (
        info.number,
        FIRM,
        "后厨没公示健康证",
        "2026年11月25日（星期三）",
        "示例市场监管局",
        "张示例",
        "示例-0001",
    ):
        assert there in text
    paper = await office.paper("order")
    assert {"文号", "责令依据", "复议期限", "诉讼期限"} <= set(paper.missing)
    assert f"依据{MISSING}，现责令你单位改正" in text
    assert "自收到" not in text and f"之日起{MISSING}内向{MISSING}申请行政复议" in text
    assert "{{" not in text and "None" not in text
    assert lead_of(made) == words.MADE.format(title="责令改正通知书", version=1)
    assert made[-1].files[0][1] == f"责令改正通知书（{info.number}，第1版）.docx"
    assert await attached(office.officer, made[-1]) == paper.file
    assert (await office.acts())[-1] == "paper_made"


@on_sqlite
async def test_a_clause_of_another_place_is_no_basis_of_an_order(office: Office) -> None:
    """R2: 定海's clause may say why a problem is 一般; an order in 鄂城 cannot rest on it."""
    await diagnosed(office)
    await makes(office, "order")
    assert "定海" not in await office.text("order")
    assert "责令依据" in (await office.paper("order")).missing


@on_sqlite
async def test_a_clause_of_ones_own_place_is_the_basis_of_an_order(world: World, office: Office) -> None:
    """R2, R21: the same case in 定海 itself."""
    firm = await world.enterprise("舟山市定海区示例饭店", division="330902")
    office.firm = firm
    office.officer = await world.office("officer", chat="dinghai", name="孙示例", jurisdiction="330902")
    await office.officer.says("定海区示例饭店 后厨没公示健康证 一般 限3个工作日")
    await office.officer.presses("确认立案")
    await office.officer.presses("诊断")
    for answer in ("不是", "不是", "不是", "不是", "不是", "是", "不是", "不是"):
        await office.officer.says(answer)
    await office.officer.presses("确认诊断")
    await makes(office, "order")
    assert "定政发〔2022〕15号" in await office.text("order")


async def test_what_the_record_lacks_is_asked_one_by_one_and_may_be_skipped(office: Office) -> None:
    await diagnosed(office)
    id = (await office.info()).id
    asked = await presses_act(office.officer, do="make_paper", id=id, kind="order")
    assert "现在补填吗" in lead_of(asked)
    first = await office.officer.presses(words.LABEL_FILL)
    assert "这份文书的文号是什么" in lead_of(first)
    await office.officer.says("鄂城市监函〔2026〕3号")
    for _ in range(12):
        if "跳过" not in office.officer.labels:
            break
        await office.officer.presses("跳过")
    review = words_of(office.officer.last)
    assert "鄂城市监函〔2026〕3号" in review
    assert "标〔待填〕的" in review
    await office.officer.presses(words.SUBMIT)
    assert "鄂城市监函〔2026〕3号" in await office.text("order")
    assert "文号" not in (await office.paper("order")).missing


@on_sqlite
async def test_the_rest_may_be_left_open_with_one_tap(office: Office) -> None:
    await diagnosed(office)
    await presses_act(office.officer, do="make_paper", id=(await office.info()).id, kind="order")
    await office.officer.presses(words.LABEL_FILL)
    await office.officer.says("鄂城市监函〔2026〕3号")
    await office.officer.says(words.LABEL_REST)
    assert words.SUBMIT in office.officer.labels
    await office.officer.presses(words.SUBMIT)
    assert "文号" not in (await office.paper("order")).missing
    assert words.LABEL_REST not in await office.text("order")


@on_sqlite
async def test_what_the_lists_say_of_the_matter_is_offered_and_not_taken_by_itself(office: Office) -> None:
    """R2: a list without force is a hint to the officer; with one tap its words are taken over."""
    await logged(office)
    item = next(one for one in office.world.house.knowledge().library.items.values() if one.basis)
    info = await office.info()
    async with office.world.database.transaction() as session:
        await session.execute(update(CaseFile).where(CaseFile.id == info.id).values(items=json.dumps([item.id])))
    await presses_act(office.officer, do="diagnose", id=info.id)
    for answer in ("不是", "不是", "不是", "不是", "不是", "是", "不是", "不是"):
        await office.officer.says(answer)
    await office.officer.presses("确认诊断")
    await makes(office, "order")
    assert item.basis and item.basis[:12] not in await office.text("order")
    await presses_act(office.officer, do="make_paper", id=info.id, kind="order")
    await office.officer.presses(words.LABEL_FILL)
    await office.officer.presses("跳过")
    assert item.basis[:12] in words_of(office.officer.last)
    await office.officer.presses(words.LABEL_SUGGESTED)
    law = "《中华人民共和国行政处罚法》第二十八条第一款"
    assert law not in await office.text("order")
    assert f"法律里有的：{law}" in words_of(office.officer.last)
    await office.officer.presses("用这一条")
    await office.officer.presses(words.LABEL_REST)
    await office.officer.presses(words.SUBMIT)
    assert item.basis[:12] in await office.text("order")
    assert f"依据{law}，现责令你单位改正" in await office.text("order")


@on_sqlite
async def test_cancel_and_one_step_back_work_while_filling_in(office: Office) -> None:
    await diagnosed(office)
    await presses_act(office.officer, do="make_paper", id=(await office.info()).id, kind="order")
    await office.officer.presses(words.LABEL_FILL)
    await office.officer.says("鄂城市监函〔2026〕3号")
    assert "这份文书的文号是什么" in words_of(await office.officer.says("上一步"))
    assert "已取消" in lead_of(await office.officer.says("取消"))
    assert "paper_made" not in await office.acts()


@on_sqlite
async def test_an_answer_that_is_too_long_is_refused_with_the_length_and_an_example(office: Office) -> None:
    await diagnosed(office)
    await presses_act(office.officer, do="make_paper", id=(await office.info()).id, kind="order")
    await office.officer.presses(words.LABEL_FILL)
    answer = await office.officer.says("号" * 41)
    assert "40字" in words_of(answer) and "〔2026〕3号" in words_of(answer)


@on_sqlite
async def test_a_new_making_is_a_new_version_and_what_was_filled_in_is_not_asked_again(office: Office) -> None:
    await diagnosed(office)
    await makes(office, "order", "鄂城市监函〔2026〕3号")
    id = (await office.info()).id
    again = await presses_act(office.officer, do="make_paper", id=id, kind="order")
    assert words.SUBMIT in office.officer.labels and "鄂城市监函〔2026〕3号" in words_of(again)
    await office.officer.presses(words.SUBMIT)
    paper = await office.paper("order")
    assert paper.version == 2
    async with office.world.database.reading() as session:
        first = (await papers.of_case(session, id))[-1]
    assert (first.version, first.is_newest) == (1, False)
    old = await presses_act(office.officer, do="paper_send", id=first.id)
    assert words.OLD in words_of(old) and words.LABEL_SEND_SURE not in office.officer.labels


@on_sqlite
async def test_the_same_record_gives_the_same_bytes(office: Office) -> None:
    await diagnosed(office)
    await makes(office, "guidance_reminder")
    first = (await office.paper("guidance_reminder")).file
    await makes(office, "guidance_reminder")
    assert (await office.paper("guidance_reminder")).file == first


@on_sqlite
async def test_a_paper_does_not_say_who_reported(office: Office) -> None:
    """The enterprise need not know that somebody did."""
    await passed(office)
    await makes(office, "exemption")
    assert "举报" not in await office.text("exemption")


@on_sqlite
async def test_hostile_words_of_people_stay_words(office: Office) -> None:
    await diagnosed(office)
    await makes(office, "order", "{{ 7*7 }}</w:t><w:br/>&\x0b{% for x in y %}")
    assert "{{ 7*7 }}</w:t><w:br/>& {% for x in y %}" in await office.text("order")


@on_sqlite
async def test_guidance_is_filled_from_what_was_recorded_and_says_that_it_is_free(office: Office) -> None:
    """R17–R19."""
    await logged(office)
    info = await office.info()
    async with office.world.database.transaction() as session:
        one = await guidance.record(
            session,
            case=info.id,
            enterprise=info.enterprise,
            office=info.office,
            jurisdiction=info.jurisdiction,
            department=info.department,
            way="talk",
            form="in_person",
            content="谈后厨卫生制度怎么落实。",
            meeting=dt.datetime(2026, 11, 27, 7, 0, tzinfo=dt.UTC),
            place="示例市场监管局201室",
            person=None,
            now=office.world.clock.now(),
        )
        await guidance.answer(session, one, True, None, office.world.clock.now())
    await makes(office, "guidance_talk")
    text = await office.text("guidance_talk")
    assert "约谈时间和地点：2026年11月27日 15:00，示例市场监管局201室。" in text
    assert "谈后厨卫生制度怎么落实。" in text and "答复：接受。" in text
    assert "接受不接受由你单位自愿决定" in text and "不代替依法应当作出的处理" in text


@on_sqlite
async def test_defence_and_extension_and_visit_stand_in_their_papers(office: Office) -> None:
    """R43, R44, R26."""
    await diagnosed(office)
    id = (await office.info()).id
    await presses_act(office.owner, do="defend", id=id)
    await office.owner.says("当天刚换班，证在办公室")
    await office.owner.presses("确认提交")
    await presses_act(office.owner, do="ask_extension", id=id)
    await office.owner.says("12月2日")
    await office.owner.says("配件下周才到")
    await office.owner.presses("确认申请")
    await makes(office, "defence")
    assert "当天刚换班，证在办公室。" in await office.text("defence")
    assert "复核意见" in (await office.paper("defence")).missing
    await presses_act(office.officer, do="decide_extension", id=id)
    await office.officer.says("同意")
    await office.officer.presses("确认决定")
    await makes(office, "extension")
    text = await office.text("extension")
    assert "2026年11月25日（星期三）" in text and "2026年12月2日（星期三）" in text
    assert words.GRANTED in text and "配件下周才到" in text


# ---- review


async def test_a_decision_is_marked_a_draft_and_leaves_only_after_legal_passed_it(office: Office) -> None:
    await passed(office)
    await makes(office, "exemption", *["没有"] * 3)
    text = await office.text("exemption")
    assert "不予行政处罚决定书（送审稿）" in text and "未加盖印章，不是正式文书" in text
    paper = await office.paper("exemption")
    assert words.LABEL_SEND not in office.officer.labels
    early = await presses_act(office.officer, do="paper_send", id=paper.id)
    assert lead_of(early) == words.NEEDS_REVIEW
    assert lead_of(await presses_act(office.officer, do="paper_send_sure", id=paper.id)) == words.NEEDS_REVIEW

    await presses_act(office.officer, do="paper", id=paper.id)
    await office.officer.presses(words.LABEL_REVIEW)
    assert lead_of(office.officer.last) == words.SENT_TO_REVIEW
    told = await inbox(office.legal)
    assert "不予行政处罚决定书" in words_of(told)

    waiting = await office.legal.says("待审文书")
    assert (await office.info()).number in words_of(waiting)
    opened = await office.legal.presses("1.")
    assert await attached(office.legal, opened[-1]) == paper.file
    asked = await office.legal.presses(words.LABEL_PASS)
    assert lead_of(asked) == words.PASS_ASK.format(title="不予行政处罚决定书", version=1)
    assert (await office.paper("exemption")).state == "review"  # nothing before the second tap
    await office.legal.presses(words.LABEL_PASS_SURE)
    assert (await office.paper("exemption")).reviewer_name == "王示例"

    assert "法制审核通过" in words_of(await inbox(office.officer))
    await office.officer.presses("看一看")
    await office.officer.presses(words.LABEL_SEND)
    assert (await office.paper("exemption")).state == "passed"
    sent = await office.officer.presses(words.LABEL_SEND_SURE)
    assert lead_of(sent) == words.SENT.format(title="不予行政处罚决定书")
    told = words_of((await inbox(office.owner))[-1:])
    assert "《不予行政处罚决定书（送审稿）》" in told and "以盖章送达的为准" in told
    assert [act for act in await office.acts() if act.startswith("paper")] == [
        "paper_made",
        "paper_submitted",
        "paper_passed",
        "paper_sent",
    ]


async def test_a_returned_draft_comes_back_with_the_reason(office: Office) -> None:
    paper = await in_review(office)
    await presses_act(office.legal, do="paper", id=paper.id)
    await office.legal.presses(words.LABEL_RETURN)
    await office.legal.says("没有写明违反的规定")
    await office.legal.presses(words.RETURN_SUBMIT)
    told = words_of(await inbox(office.officer))
    assert "法制审核退回" in told and "没有写明违反的规定" in told
    page = await office.officer.presses("看一看")
    assert words.RETURNED_FOR.format(reason="没有写明违反的规定") in words_of(page)
    assert words.LABEL_SEND not in office.officer.labels and words.LABEL_MAKE_AGAIN in office.officer.labels
    assert lead_of(await office.legal.says("待审文书")) == words.TO_REVIEW_NONE


async def test_a_record_that_changes_after_the_review_takes_the_review_away(office: Office) -> None:
    paper = await in_review(office)
    await presses_act(office.legal, do="paper_pass_sure", id=paper.id)
    assert (await office.paper("exemption")).state == "passed"
    await presses_act(office.owner, do="defend", id=(await office.info()).id)
    await office.owner.says("我有新的情况要说明")
    await office.owner.presses("确认提交")
    refused = await presses_act(office.officer, do="paper_send_sure", id=paper.id)
    assert lead_of(refused) == words.STALE_REVIEW
    assert words.CHANGED.format(names="陈述申辩情况") in words_of(refused)
    assert words.LABEL_SEND not in office.officer.labels
    assert (await office.paper("exemption")).state == "draft"
    assert (await office.acts())[-1] == "paper_stale"
    assert "paper_sent" not in await office.acts()


async def test_legal_cannot_pass_what_the_record_no_longer_says(office: Office) -> None:
    paper = await in_review(office)
    await presses_act(office.owner, do="defend", id=(await office.info()).id)
    await office.owner.says("我有新的情况要说明")
    await office.owner.presses("确认提交")
    answer = await presses_act(office.legal, do="paper_pass_sure", id=paper.id)
    assert lead_of(answer) == words.STALE_LEGAL
    assert (await office.paper("exemption")).state == "draft"
    assert words.STALE_REVIEW in words_of(await inbox(office.officer))


@on_sqlite
async def test_a_draft_before_closing_quotes_the_article_of_the_ground_that_the_officer_chose(office: Office) -> None:
    """R3: 轻微 is 处罚法 第三十三条第一款, word for word."""
    await passed(office)
    id = (await office.info()).id
    await presses_act(office.officer, do="make_paper", id=id, kind="exemption")
    await office.officer.presses(words.LABEL_FILL)
    while words.SUBMIT not in office.officer.labels:
        await office.officer.presses("轻微" if "轻微" in office.officer.labels else "跳过")
    await office.officer.presses(words.SUBMIT)
    text = await office.text("exemption")
    assert "《中华人民共和国行政处罚法》第三十三条第一款" in text
    assert "违法行为轻微并及时改正，没有造成危害后果的，不予行政处罚。" in text


@on_sqlite
async def test_a_ground_that_the_facts_bar_is_refused_with_the_reason(office: Office) -> None:
    """R27: what could not close the case is not drafted either."""
    await diagnosed(office, slight="不是")
    await presses_act(office.owner, do="submit_evidence", id=(await office.info()).id)
    for said in ("改好了", "跳过", "确认提交"):
        await office.owner.says(said)
    await presses_act(office.officer, do="pass_evidence", id=(await office.info()).id)
    for said in ("跳过", "确认通过"):
        await office.officer.says(said)
    await presses_act(office.officer, do="make_paper", id=(await office.info()).id, kind="exemption")
    await office.officer.presses(words.LABEL_FILL)
    while "轻微" not in office.officer.labels:
        await office.officer.presses("跳过")
    assert "要情节轻微、没有危害后果" in lead_of(await office.officer.presses("轻微"))
    await office.officer.says("首违")
    await office.officer.presses(words.LABEL_REST)
    await office.officer.presses(words.SUBMIT)
    assert "不予行政处罚的情形（首违）" in await office.text("exemption")


@on_sqlite
async def test_the_article_is_quoted_from_the_outcome_on_record(office: Office) -> None:
    """R3, R27."""
    await passed(office)
    await closed(office)
    await makes(office, "exemption")
    text = await office.text("exemption")
    assert "依据：行政处罚法第三十三条第一款。条款原文：违法行为轻微并及时改正" in text
    assert "已经进行教育" in text and "赵示例（执法证号：示例-0001）" in text
    await makes(office, "closing")
    assert "不予处罚（轻微）" in await office.text("closing")
    assert "行政处罚法第三十三条第一款" in await office.text("closing")


@on_sqlite
async def test_another_basis_on_record_is_not_given_the_words_of_the_article(office: Office) -> None:
    """Never invented: what the officer wrote stands, its wording is not known."""
    await passed(office)
    await closed(office, basis="《示例条例》第九条")
    await makes(office, "exemption")
    text = await office.text("exemption")
    assert f"依据：《示例条例》第九条。条款原文：{MISSING}" in text


@on_sqlite
async def test_who_made_a_paper_does_not_review_it(office: Office) -> None:
    paper = await in_review(office)
    async with office.world.database.transaction() as session:
        maker = await people.speaker_of(session, "web", "officer", office.world.clock.now().date(), demo=False)
        assert maker.person is not None
        await people.appoint(
            session, maker.person, role="legal", jurisdiction="420704", department="示例司法局",
            licence=None, licence_until=None, now=office.world.clock.now(),
        )  # fmt: skip
    assert lead_of(await presses_act(office.officer, do="paper_pass_sure", id=paper.id)) == words.NOT_OWN


@on_sqlite
async def test_legal_of_another_place_sees_nothing(office: Office) -> None:
    """R1."""
    paper = await in_review(office)
    stranger = await office.world.office("legal", chat="far", name="孙示例", jurisdiction="410526")
    assert lead_of(await stranger.says("待审文书")) == words.TO_REVIEW_NONE
    for act in ("paper", "paper_pass", "paper_pass_sure", "return_paper", "paper_file"):
        assert lead_of(await presses_act(stranger, do=act, id=paper.id)) == house_words.CASE_GONE
    assert (await office.paper("exemption")).state == "review"


@on_sqlite
async def test_five_taps_have_one_effect(office: Office) -> None:
    paper = await in_review(office)
    for _ in range(5):
        await presses_act(office.legal, do="paper_pass_sure", id=paper.id)
    for _ in range(5):
        office.world.clock.passes(seconds=30)
        await presses_act(office.officer, do="paper_submit", id=paper.id)
    acts = await office.acts()
    assert (acts.count("paper_passed"), acts.count("paper_submitted")) == (1, 1)


async def test_two_of_legal_at_once_decide_once(office: Office) -> None:
    paper = await in_review(office)
    other = await office.world.office("legal", chat="legal2", name="郑示例", department="示例司法局")
    await asyncio.gather(
        presses_act(office.legal, do="paper_pass_sure", id=paper.id),
        presses_act(other, do="paper_pass_sure", id=paper.id),
    )
    assert (await office.acts()).count("paper_passed") == 1


# ---- sending


async def test_another_paper_is_sent_after_a_second_tap_with_number_needs_signature_and_rights(office: Office) -> None:
    """R42, R44–R46, R49."""
    await diagnosed(office)
    before = len(await inbox(office.owner))
    await makes(office, "order")
    asked = await office.officer.presses(words.LABEL_SEND)
    assert words.OPEN_FIELDS[:4] in words_of(asked)
    assert len(await inbox(office.owner)) == before
    await office.officer.presses(words.LABEL_SEND_SURE)
    told = (await inbox(office.owner))[before:]
    text = words_of(told)
    info = await office.info()
    assert info.number in text and "请在期限内改正" in text
    assert "示例市场监管局张示例，执法证号示例-0001。" in text
    assert words.TOLD_RIGHTS in text and words.TOLD_NO_SERVICE in text
    assert "后厨没公示健康证" not in text  # the file itself says it, in the contact's own chat
    assert await attached(office.owner, told[-1]) == (await office.paper("order")).file
    assert (await office.paper("order")).state == "sent"
    await presses_act(office.officer, do="paper", id=(await office.paper("order")).id)
    await office.officer.presses(words.LABEL_SEND_AGAIN)
    await office.officer.presses(words.LABEL_SEND_SURE)
    assert len((await inbox(office.owner))[before:]) == 2


async def test_r49_no_paper_goes_with_a_message_of_an_outside_channel(office: Office) -> None:
    """The number and a button; behind it a link that opens once, for whoever may see the paper."""
    partner = await office.world.contact(office.firm, "partner", "吴示例", channel="telegram")
    object.__setattr__(office.world.house, "once_link", lambda token: f"https://example.invalid/d/{token}")
    await diagnosed(office)
    await makes(office, "order")
    await office.officer.presses(words.LABEL_SEND)
    await office.officer.presses(words.LABEL_SEND_SURE)
    told = (await inbox(partner))[-1]
    assert told.files == () and words.TOLD_KEPT in words_of([told])
    assert (await inbox(office.owner))[-1].files
    await inbox(partner)
    shown = await partner.presses(words.LABEL_FILE)
    assert not [file for part in shown for file in part.files]
    token = re.search(r"https://example.invalid/d/(\S+)", words_of(shown))
    assert token
    async with office.world.database.transaction() as session:
        now = office.world.clock.now()
        file = await attachments.take(session, token[1], now)
        assert file and (await office.paper("order")).file in file.content.decode()
        assert await attachments.take(session, token[1], now) is None


async def test_a_draft_whose_record_changed_is_not_sent(office: Office) -> None:
    await diagnosed(office)
    await makes(office, "order")
    paper = await office.paper("order")
    id = (await office.info()).id
    await presses_act(office.owner, do="ask_extension", id=id)
    await office.owner.says("12月2日")
    await office.owner.says("配件下周才到")
    await office.owner.presses("确认申请")
    await presses_act(office.officer, do="decide_extension", id=id)
    await office.officer.says("同意")
    await office.officer.presses("确认决定")
    answer = await presses_act(office.officer, do="paper_send_sure", id=paper.id)
    assert lead_of(answer) == words.STALE_DRAFT and "整改期限" in words_of(answer)
    assert (await office.paper("order")).state == "draft"


@on_sqlite
async def test_a_paper_of_yesterday_is_not_stale_for_its_date_alone(office: Office) -> None:
    await diagnosed(office)
    await makes(office, "order")
    office.world.clock.passes(days=1)
    asked = await presses_act(office.officer, do="paper_send", id=(await office.paper("order")).id)
    assert words.LABEL_SEND_SURE in office.officer.labels, words_of(asked)


@on_sqlite
async def test_with_nobody_to_send_to_nothing_is_sent_and_it_is_said(world: World, office: Office) -> None:
    """R42."""
    await diagnosed(office)
    await makes(office, "order")
    async with world.database.transaction() as session:
        for contact in await people.contacts_of(session, office.firm):
            await people.unbind(session, contact.contact, world.clock.now(), "ended")
    answer = await presses_act(office.officer, do="paper_send_sure", id=(await office.paper("order")).id)
    assert lead_of(answer) == words.NOT_SENT
    assert (await office.paper("order")).state == "draft"


@on_sqlite
async def test_the_enterprise_sees_what_was_sent_to_it_and_no_drafts(office: Office) -> None:
    await diagnosed(office)
    await makes(office, "order")
    id, paper = (await office.info()).id, await office.paper("order")
    assert lead_of(await presses_act(office.owner, do="papers", id=id)) == words.PAPERS_NONE_SENT
    assert lead_of(await presses_act(office.owner, do="paper", id=paper.id)) == house_words.CASE_GONE
    await presses_act(office.officer, do="paper_send_sure", id=paper.id)
    shown = await presses_act(office.owner, do="papers", id=id)
    assert "责令改正通知书 第1版，已发给企业" in words_of(shown)
    opened = await office.owner.presses("1.")
    assert await attached(office.owner, opened[-1]) == paper.file
    assert MISSING not in words_of(opened)
    stranger = await office.world.contact(await office.world.enterprise("示例别家"), "stranger", "吴示例")
    assert lead_of(await presses_act(stranger, do="paper", id=paper.id)) == house_words.CASE_GONE


@on_sqlite
async def test_an_expired_licence_makes_and_sends_nothing(office: Office) -> None:
    """R1, 处罚法 第五十五条."""
    await diagnosed(office)
    await makes(office, "order")
    paper = await office.paper("order")
    office.world.clock.passes(days=800)
    for act in ({"do": "make_paper", "kind": "order"}, {"do": "paper_kinds"}):
        answer = await presses_act(office.officer, id=(await office.info()).id, **act)
        assert lead_of(answer) == house_words.LICENCE_EXPIRED
    for act in ("paper_send", "paper_send_sure", "paper_submit"):
        assert lead_of(await presses_act(office.officer, do=act, id=paper.id)) == house_words.LICENCE_EXPIRED


@on_sqlite
async def test_a_file_that_is_lost_is_said_and_not_sent(office: Office) -> None:
    await diagnosed(office)
    await makes(office, "order")
    paper = await office.paper("order")
    office.files.clear()
    answer = await presses_act(office.officer, do="paper_file", id=paper.id)
    assert words.FILE_LOST in words_of(answer) and not answer[-1].files
    await presses_act(office.officer, do="paper_send_sure", id=paper.id)
    assert (await office.paper("order")).state == "draft"


@on_sqlite
async def test_a_template_that_cannot_be_filled_makes_nothing(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: object, **kwargs: object) -> bytes:
        raise CannotFill(CannotFill.__doc__)

    monkeypatch.setattr("handlers.papers.making.fill", broken)
    await diagnosed(office)
    assert lead_of(await makes(office, "order")) == words.CANNOT_FILL
    assert "paper_made" not in await office.acts()


# ---- signed pledges


async def test_the_paper_of_a_signed_pledge_carries_text_digest_code_and_picture(office: Office) -> None:
    """R31, R34."""
    await diagnosed(office, slight="是")
    id = (await office.info()).id
    await presses_act(office.owner, do="pledge", id=id)
    await makes(office, "rectification")
    draft = await office.text("rectification")
    assert f"签署人：{MISSING}" in draft and "内容摘要" in (await office.paper("rectification")).missing
    await presses_act(office.owner, do="pledge", id=id)
    await office.owner.presses("签名")
    await office.owner.says("李示例")
    await office.owner.presses("确认签署")
    async with office.world.database.reading() as session:
        signed = [one for one in await pledges.of_case(session, id) if one.state == "signed"]
    assert signed, words_of(office.owner.last)
    review = await presses_act(office.officer, do="make_paper", id=id, kind="rectification")
    assert "修改" not in office.officer.labels and "修改第1项" not in words_of(review)  # all is on record
    await makes(office, "rectification")
    text = await office.text("rectification")
    for line in signed[0].text.splitlines()[1:]:
        assert line in text
    assert signed[0].digest and signed[0].digest in text
    assert "李示例" in text and "打字签名" in text
    document = docx.Document(io.BytesIO(office.files[(await office.paper("rectification")).file]))
    assert len(document.inline_shapes) == 1
    assert (await office.paper("rectification")).missing == ()


# ---- the data


def test_every_paper_has_a_short_need_and_every_question_is_short() -> None:
    for kind in shipped_papers().kinds.values():
        assert all(len(sentence) <= 40 for sentence in kind.needs.split("。"))
    assert all(len(one.ask) <= 20 for one in shipped_papers().fields.values())


def test_every_article_of_an_outcome_is_in_the_laws(world: World) -> None:
    for ground in shipped_papers().grounds:
        assert ground.law in world.house.checks.laws
