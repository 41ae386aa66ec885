"""A case over Telegram from one message to 销号, with the real program and real HTTP: officer, owner, clock, and a blocked bot."""

from __future__ import annotations

import asyncio
import datetime as dt
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import pytest

from bot.app import App
from bot.settings import Settings
from handlers.conversation import CHINA
from storage import cases, chats, enterprises, people
from storage.cases import CaseInfo
from storage.enterprises import NewEnterprise
from tests.bot.telegram_double import Sent, TelegramDouble
from tests.knowledge.evidence_makers import exif, jpeg
from tests.people import FIRM_CODES, Clock

FIRM = "鄂州市鄂城区示例香满楼餐馆"
OFFICER, COLLEAGUE, LIAISON, LEADER, OWNER = 71, 72, 73, 74, 75
PATIENCE = 30.0


@dataclass
class Phone:
    """One person's Telegram. Every call waits for an answer that holds the expected words."""

    program: Program
    chat: int

    @property
    def double(self) -> TelegramDouble:
        return self.program.double

    async def says(self, text: str, expects: str = "") -> Sent:
        since = len(self.double.sent)
        self.double.says(self.chat, text)
        return await self.reads(expects, since)

    async def presses(self, label: str, expects: str = "") -> Sent:
        """Press a button under the newest message that has it."""
        found = [
            (sent, button.callback_data)
            for sent in self.double.shown(self.chat)
            for row in sent.buttons
            for button in row
            if button.text == label or (label.endswith(".") and button.text.startswith(label))
        ]
        assert found, (label, self.double.last(self.chat).plain, self.double.last(self.chat).buttons)
        sent, data = found[-1]
        assert sent.message_id and data
        since = len(self.double.sent)
        self.double.presses(self.chat, sent.message_id, data)
        return await self.reads(expects, since)

    async def shows(self, content: bytes, expects: str = "") -> Sent:
        since = len(self.double.sent)
        self.double.sends_photo(self.chat, content=content)
        return await self.reads(expects, since)

    async def reads(self, expects: str, since: int = 0) -> Sent:
        """The next message of the chat with these words."""
        return await self.double.waits_for(
            lambda sent: sent.chat_id == self.chat and bool(sent.plain) and expects in sent.plain,
            since=since,
            timeout=PATIENCE,
        )


@dataclass
class Program:
    """The real program over one database, with the double for its Bot API and a clock that is set."""

    app: App
    double: TelegramDouble
    clock: Clock
    firm: int = 0

    def phone(self, chat: int) -> Phone:
        return Phone(self, chat)

    def at(self, day: int, hour: int = 9, minute: int = 1, month: int = 11) -> None:
        self.clock.at = dt.datetime(2026, month, day, hour, minute, tzinfo=CHINA)

    async def ticks(self) -> int:
        """The clock looks once; returns from where on what was sent is new."""
        since = len(self.double.sent)
        await self.app.clock.tick()
        return since

    async def case(self) -> CaseInfo:
        async with self.app.database.reading() as session:
            return (await cases.of_enterprise(session, self.firm))[0]

    async def acts(self) -> list[str]:
        async with self.app.database.reading() as session:
            info = (await cases.of_enterprise(session, self.firm))[0]
            assert [found async for found in cases.broken_chains(session)] == []
            return [event.act for event in await cases.events(session, info.id)]

    async def seat(self) -> None:
        """An enterprise with its owner, two officers, the street and the leader, each in a chat of their own."""
        now = self.clock.now()
        offices = (
            (OFFICER, "张示例", "officer", "示例市场监管局"),
            (COLLEAGUE, "赵示例", "officer", "示例市场监管局"),
            (LIAISON, "钱示例", "liaison", "示例街道"),
            (LEADER, "周示例", "leader", "示例区政府"),
        )
        async with self.app.database.transaction() as session:
            new = NewEnterprise(FIRM, FIRM_CODES[0], "420704", "6210", "正餐服务")
            self.firm = await enterprises.add(session, new, "register", now)
            for chat, name, role, department in offices:
                is_officer = role == "officer"
                await people.appoint(
                    session,
                    await self._person(session, chat, name),
                    role=role,
                    jurisdiction="420704",
                    department=department,
                    licence="示例-0001" if is_officer else None,
                    licence_until=dt.date(2028, 6, 30) if is_officer else None,
                    now=now,
                )
            await people.bind(session, await self._person(session, OWNER, "李示例"), self.firm, now)

    async def _person(self, session: object, chat: int, name: str) -> int:
        now = self.clock.now()
        await chats.load_dialogue(session, "telegram", str(chat), now)  # type: ignore[arg-type]
        person = await people.new_person(session, name, now)  # type: ignore[arg-type]
        await people.seat(session, "telegram", str(chat), person)  # type: ignore[arg-type]
        return person


@asynccontextmanager
async def running(double: TelegramDouble, clock: Clock, folder: Path) -> AsyncIterator[Program]:
    settings = Settings(
        database_url=f"sqlite:///{folder}/cases.db",
        host="127.0.0.1",
        port=0,
        files=str(folder / "files"),
        telegram_token=double.token,
        telegram_base_url=double.base_url,
    )
    program = Program(App(settings, clock.now, {"telegram", "worker", "courier"}), double, clock)
    await program.app.prepare()
    await program.seat()
    serving = asyncio.create_task(program.app.serve())
    try:
        async with asyncio.timeout(PATIENCE):
            await program.app.started.wait()
        yield program
    finally:
        program.app.stop.set()
        await serving


@pytest.fixture
async def program(tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Program]:
    """What people say bears the time of the clock that is set, not of the machine."""
    told = SimpleNamespace(time=lambda: clock.now().timestamp(), monotonic=time.monotonic)
    monkeypatch.setattr("tests.bot.telegram_double.time", told)
    async with TelegramDouble() as double:
        async with running(double, clock, tmp_path) as made:
            yield made
        assert double.unexpected == []


async def diagnosed(program: Program) -> None:
    """One message and one tap make the case; the facts by buttons; the owner gets the notice."""
    officer, owner = program.phone(OFFICER), program.phone(OWNER)
    card = await officer.says("香满楼餐馆 后厨没公示健康证 轻微 限3个工作日", "2026年11月25日（星期三）")
    assert FIRM in card.plain and "首次" in card.plain
    await officer.presses("确认立案", "鄂城市监容〔2026〕0001号")
    await officer.presses("诊断", "情节轻微吗")
    facts = ("是", "不是", "不是", "不是", "不是", "是", "不是", "不是")
    expected = ("后果", "故意", "影响", "举报", "整改改好", "红线", "历史遗留", "系统判断：轻微")
    for said, then in zip(facts, expected, strict=True):
        await officer.presses(said, then)
    since = len(program.double.sent)
    await officer.presses("确认诊断", "已通知企业")
    notice = await owner.reads("行政指导", since)
    assert "陈述、申辩" in notice.plain and "执法证号示例-0001" in notice.plain


async def test_a_case_from_one_message_to_closing_over_real_http(program: Program) -> None:
    """R20, R26, R29, R39, R45, R46: officer, owner and clock, each in their own chat."""
    officer, owner = program.phone(OFFICER), program.phone(OWNER)
    await diagnosed(program)

    program.at(24)
    reminder = await owner.reads("还有1个工作日", await program.ticks())
    assert "鄂城市监容〔2026〕0001号" in reminder.plain and "承办：示例市场监管局张示例" in reminder.plain

    await owner.presses("提交整改", "怎么改好的")
    await owner.says("健康证已经上墙", "照片")
    await owner.shows(jpeg(exif(taken="2026:11:24 08:30:05")), "收到1张")
    last = await owner.presses("发完了")
    if "改正前" in last.plain:
        await owner.presses("跳过", "确认提交")
    await owner.presses("确认提交", "等执法人员复核")

    await officer.says("/review", "待复核（1件）")
    shown = await officer.presses("1.", "健康证已经上墙")
    assert any(sent.method == "sendPhoto" for sent in program.double.shown(OFFICER)), shown
    await officer.presses("复核通过", "有要说的吗")
    await officer.presses("跳过", "确认通过")
    since = len(program.double.sent)
    await officer.presses("确认通过", "已通知企业")
    await owner.reads("复核通过", since)
    assert (await program.case()).case.visit_due == dt.date(2026, 11, 25)

    program.at(25)
    await officer.reads("该回访了", await program.ticks())
    await officer.presses("记回访", "改好了吗")
    await officer.presses("改好了", "现场情况")
    await officer.says("健康证都在墙上", "确认回访")
    await officer.presses("确认回访", "回访已记下")

    await officer.says("/close", "1件")
    await officer.presses("1.", "结果是哪一种")
    await officer.presses("轻微不罚", "法律依据")
    await officer.presses("33条1款", "另一名执法人员")
    await officer.presses("赵示例", "教育了吗")
    await officer.presses("是", "确认销号")
    since = len(program.double.sent)
    await officer.presses("确认销号", "已销号")
    closed = await owner.reads("已销号", since)
    assert "不予处罚（轻微）" in closed.plain and "行政复议" in closed.plain
    info = await program.case()
    assert (info.case.stage, info.case.outcome) == ("closed", "exempt_minor")
    done = [act for act in await program.acts() if act in COURSE]
    assert done == ["log", "diagnose", "submit_evidence", "pass_evidence", "visit", "close"]


COURSE = ("log", "diagnose", "submit_evidence", "pass_evidence", "visit", "close")


async def test_a_late_case_is_stepped_up_by_the_clock_and_everybody_gets_the_daily_card(program: Program) -> None:
    """R20, R40, R41: a working day late urgent, to officer, street and leader; three, the leader again."""
    officer, liaison, leader = (program.phone(chat) for chat in (OFFICER, LIAISON, LEADER))
    await diagnosed(program)
    program.at(26)
    since = await program.ticks()
    await liaison.reads("紧急预警", since)
    await leader.reads("紧急预警", since)
    assert "逾期1件" in (await officer.reads("今天有1件要留意", since)).plain
    await officer.says("逾期", "逾期1个工作日")
    await officer.presses("全部提醒", "给1家企业各发一条提醒")
    since = len(program.double.sent)
    await officer.presses("确认提醒", "已提醒1家")
    await program.phone(OWNER).reads("1件整改请抓紧", since)

    await leader.says("找案件", "编号")
    await leader.says("1号", "找到")
    await leader.presses("1.", "轮到企业")
    await leader.presses("督办", "要承办人办什么")
    await leader.says("三日内到现场核查", "什么时候办结")
    await leader.says("3个工作日", "确认督办")
    since = len(program.double.sent)
    await leader.presses("确认督办", "督办已发给张示例")
    await officer.reads("请在2026年12月1日（星期二）前办结", since)
    await officer.presses("办结督办", "办结情况")
    await officer.says("已到现场核查", "确认办结")
    since = len(program.double.sent)
    await officer.presses("确认办结", "已报给周示例")
    await leader.reads("督办有答复了", since)
    assert [
        act for act in await program.acts() if act in ("escalate", "reminded", "instruct", "answer_instruction")
    ] == [
        "escalate",
        "reminded",
        "instruct",
        "answer_instruction",
    ]


async def test_an_owner_who_blocked_the_bot_is_a_task_for_the_officer(program: Program) -> None:
    """R42."""
    officer = program.phone(OFFICER)
    await diagnosed(program)
    program.double.blocked.add(OWNER)
    program.at(24)
    await program.ticks()
    async with asyncio.timeout(PATIENCE):
        while not (await program.case()).undelivered:
            await asyncio.sleep(0.05)
    await officer.says("/todo", "联系不上企业")
    await officer.presses("1.", "未送达")
    await officer.presses("已另行送达", "怎么告知的")
    await officer.presses("当面", "告知了谁")
    await officer.says("今天上午告知了店长", "确认")
    await officer.presses("确认", "已记下：当面告知")
    assert not (await program.case()).undelivered
    assert (await program.acts())[-2:] == ["undelivered", "serve"]


async def test_a_location_that_an_officer_sends_is_kept_with_the_case_alone(program: Program) -> None:
    """R49: not in the messages."""
    officer = program.phone(OFFICER)
    await officer.says("香满楼餐馆 后厨没公示健康证 轻微 限3个工作日", "首次")
    sender = {"id": OFFICER, "is_bot": False, "first_name": "A"}
    message = {
        "message_id": 900,
        "date": int(program.clock.now().timestamp()),
        "chat": {"id": OFFICER, "type": "private"},
        "from": sender,
        "location": {"latitude": 30.391234, "longitude": 114.885678},
    }
    since = len(program.double.sent)
    program.double.update({"message": message})
    await officer.reads("地点已附", since)
    await officer.presses("确认立案", "已立案")
    info = await program.case()
    async with program.app.database.reading() as session:
        first = (await cases.events(session, info.id))[0]
    assert first.data["place"] == "30.391234,114.885678"
