"""``rongcuo audit verify`` and ``rongcuo clock`` (R28, R39–R41): tampering is found, and weeks pass in seconds."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from bot.audit import Audit, Checked, UnknownCase
from bot.clock import Clock
from bot.fast_clock import FastClock, SetClock, next_look
from bot.settings import SettingError, Settings, load_settings
from handlers.conversation import CHINA
from handlers.messages import FileRef, Reply
from handlers.turn import push
from knowledge.procedure.ladder import rungs, shipped_ladder
from storage import cases, evidence, views
from storage import people as people_of
from storage.blobs import Blobs
from storage.chain import ENTERPRISES, Break
from storage.database import Database
from storage.tables import Pledge
from tests.bot.test_cli import Line, line
from tests.conftest import new_postgres_database
from tests.handlers.test_cases import Street, diagnosed, street
from tests.handlers.test_pledges import signed
from tests.storage.offices import DIAGNOSIS, NOW, TODAY, Office, new_office

__all__ = ["line", "street"]


def runs(url: str, work: Callable[[Office], Any]) -> Any:
    """Do something to the database of a command, in a loop of its own."""

    async def done() -> Any:
        database = Database(url)
        try:
            await database.upgrade()
            async with database.reading() as session:
                held = (await session.execute(text("SELECT id FROM appointment ORDER BY id"))).scalars().all()
                persons = (await session.execute(text("SELECT id FROM person ORDER BY id"))).scalars().all()
                firm = (await session.execute(text("SELECT min(id) FROM enterprise"))).scalar()
            office = Office(database, list(held), list(persons), firm) if held else await new_office(database)
            return await work(office)
        finally:
            await database.close()

    return asyncio.run(done())


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database with two cases, three events of cases and one of an enterprise."""
    if request.param == "sqlite":
        address = f"sqlite:///{tmp_path}/record.db"
    else:
        address = asyncio.run(new_postgres_database(request.getfixturevalue("postgres")))

    async def fill(office: Office) -> None:
        await office.does(await office.opens(), DIAGNOSIS)
        await office.opens()
        async with office.database.transaction() as session:
            held = await people_of.office(session, office.offices[0])
            assert held is not None
            await views.looked(session, ENTERPRISES, office.enterprise, "contacts", held, NOW)

    runs(address, fill)
    return address


def sql(url: str, *statements: str) -> None:
    async def touch(office: Office) -> None:
        async with office.database.transaction() as session:
            for statement in statements:
                done: Any = await session.execute(text(statement))
                assert done.rowcount, statement

    runs(url, touch)


# ---- audit verify


def test_a_whole_record_is_said_to_be_so(line: Line, url: str) -> None:
    done = line("audit", "verify", RONGCUO_DATABASE_URL=url)
    assert (done.returncode, done.stdout) == (0, "案件2件，企业1家，记录4条：全部相符。\n")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            "UPDATE case_event SET data = replace(data, '把安全出口清空', '没事') WHERE \"case\" = 1 AND ordinal = 2",
            "案件 鄂城市监容〔2026〕0001号 第2条：内容和摘要不符",
        ),
        (
            'UPDATE case_event SET person = 2 WHERE "case" = 1 AND ordinal = 1',
            "案件 鄂城市监容〔2026〕0001号 第1条：内容和摘要不符",
        ),
        (
            'DELETE FROM case_event WHERE "case" = 1 AND ordinal = 1',
            "案件 鄂城市监容〔2026〕0001号 第2条：前面少了1条",
        ),
        (
            'DELETE FROM case_event WHERE "case" = 1 AND ordinal = 2',
            "案件 鄂城市监容〔2026〕0001号：最后的记录被删",
        ),
        ('DELETE FROM case_event WHERE "case" = 2', "案件 鄂城市监容〔2026〕0002号：记录都不见了"),
        (
            "UPDATE case_file SET stage = 'closed' WHERE id = 1",
            "案件 鄂城市监容〔2026〕0001号：列表里的阶段、程度或者日期和案件对不上",
        ),
        ("DELETE FROM enterprise_event", "企业 92420704MA0000001P：记录都不见了"),
        ("UPDATE enterprise_event SET at = '2020-01-01 00:00:00'", "企业 92420704MA0000001P 第1条：内容和摘要不符"),
        ("UPDATE case_series SET last = 3", "案件 示例市场监管局（420704）2026年：编号发到第3号，案件却有2件"),
    ],
)
def test_r28_tampering_with_a_real_row_is_named_by_place_and_the_exit_code_says_so(
    line: Line, url: str, change: str, said: str
) -> None:
    sql(url, change)
    done = line("audit", "verify", RONGCUO_DATABASE_URL=url)
    assert done.returncode == 1
    first, *_, last = done.stdout.splitlines()
    assert first.startswith(said)
    assert re.search(r"：发现\d处不符。$", last)


def test_one_case_is_checked_by_its_number_whatever_brackets_it_is_typed_with(line: Line, url: str) -> None:
    sql(url, 'DELETE FROM case_event WHERE "case" = 2')
    for number in ("鄂城市监容〔2026〕0001号", "鄂城市监容[2026]0001号", " 鄂城市监容（2026）0001号 "):
        done = line("audit", "verify", "--case", number, RONGCUO_DATABASE_URL=url)
        assert (done.returncode, done.stdout) == (0, "案件1件，企业0家，记录2条：全部相符。\n")
    assert line("audit", "verify", "--case", "鄂城市监容〔2026〕0002号", RONGCUO_DATABASE_URL=url).returncode == 1
    unknown = line("audit", "verify", "--case", "鄂城市监容〔2026〕9999号", RONGCUO_DATABASE_URL=url)
    assert unknown.returncode == 2
    assert "没有这个案件，编号应如" in unknown.stderr


def test_a_printed_digest_is_on_the_chain_or_not(line: Line, url: str) -> None:
    number = "鄂城市监容〔2026〕0001号"

    async def head(office: Office) -> str:
        async with office.database.reading() as session:
            return (await cases.events(session, 1))[-1].digest

    digest = runs(url, head)
    for printed in (digest, digest[:12].upper()):
        done = line("audit", "verify", "--case", number, "--digest", printed, RONGCUO_DATABASE_URL=url)
        assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "这个摘要在第2条，到这一条为止没有改过。")
    other = line("audit", "verify", "--case", number, "--digest", "f" * 12, RONGCUO_DATABASE_URL=url)
    assert (other.returncode, other.stdout.splitlines()[-1]) == (1, "链上没有这个摘要。")
    for wrong in (("--digest", digest), ("--case", number, "--digest", "zz"), ("--case", number, "--digest", "abc")):
        refused = line("audit", "verify", *wrong, RONGCUO_DATABASE_URL=url)
        assert refused.returncode == 2
        assert "--digest 要和 --case 一起用" in refused.stderr


def test_a_digest_on_a_broken_chain_proves_nothing(line: Line, url: str) -> None:
    async def head(office: Office) -> str:
        async with office.database.reading() as session:
            return (await cases.events(session, 1))[-1].digest

    digest = runs(url, head)
    sql(url, "UPDATE case_event SET act = 'x' WHERE \"case\" = 1 AND ordinal = 1")
    number = "鄂城市监容〔2026〕0001号"
    done = line("audit", "verify", "--case", number, "--digest", digest, RONGCUO_DATABASE_URL=url)
    assert done.returncode == 1
    assert done.stdout.splitlines()[-1] == "这个摘要在第2条，可是记录有不符，不能说明没有改过。"


def test_the_same_for_programs(line: Line, url: str) -> None:
    sql(url, 'DELETE FROM case_event WHERE "case" = 1 AND ordinal = 1')
    told = json.loads(line("audit", "verify", "--json", RONGCUO_DATABASE_URL=url).stdout)
    assert (told["cases"], told["enterprises"], told["events"]) == (2, 1, 3)
    assert told["breaks"][0] == {
        "kind": "案件",
        "label": "鄂城市监容〔2026〕0001号",
        "ordinal": 2,
        "problem": "前面少了1条",
    }


def test_files_of_the_record_that_are_lost_or_damaged_are_named(line: Line, url: str, tmp_path: Path) -> None:
    """R26, R34: also one that an event names and the evidence has lost, and a signature."""
    blobs = Blobs(tmp_path / "files")
    digests = [blobs.put(content) for content in (b"good", b"damaged", b"lost", b"signature", b"unlisted")]

    async def fill(office: Office) -> None:
        async with office.database.transaction() as session:
            for name, digest in zip(("好.jpg", "坏.jpg", "丢.jpg"), digests[:3], strict=True):
                file = FileRef(digest, name, "image/jpeg", 4)
                for case in (1, 2) if name == "坏.jpg" else (1,):
                    await evidence.add(session, case=case, kind="after", file=file, person=None, now=NOW)
            blank: dict[str, Any] = {"version": 1, "state": "draft", "promises": "[]", "text": "", "made": NOW}
            session.add(Pledge(case=2, kind="rectification", signature=digests[3], **blank))
            await cases.note(session, 1, "files_added", {"files": [digests[0], digests[4]]}, None, NOW)

    runs(url, fill)
    settings = {"RONGCUO_DATABASE_URL": url, "RONGCUO_FILES": str(tmp_path / "files")}
    whole = line("audit", "verify", "--files", **settings)
    assert (whole.returncode, whole.stdout.splitlines()) == (
        1,
        [
            "案件 鄂城市监容〔2026〕0001号 第3条：这一条交的材料少了1份",
            "案件2件，企业1家，记录5条，文件4份：发现1处不符。",
        ],
    )
    places = [tmp_path / "files" / digest[:2] / digest[2:4] / digest for digest in digests]
    places[1].write_bytes(b"Damaged")
    places[2].unlink()
    places[3].unlink()
    done = line("audit", "verify", "--files", **settings)
    assert done.returncode == 1
    assert set(done.stdout.splitlines()[1:-1]) == {
        "文件 鄂城市监容〔2026〕0001号：“坏.jpg”已经损坏，和收到时不一样",
        "文件 鄂城市监容〔2026〕0002号：“坏.jpg”已经损坏，和收到时不一样",
        "文件 鄂城市监容〔2026〕0001号：“丢.jpg”不见了",
        "文件 鄂城市监容〔2026〕0002号：“承诺书签名”不见了",
    }
    assert line("audit", "verify", **settings).returncode == 0
    alone = line("audit", "verify", "--files", "--case", "鄂城市监容〔2026〕0002号", **settings)
    assert "丢.jpg" not in alone.stdout and "文件2份：发现2处不符" in alone.stdout


def test_what_is_no_database_yet_or_an_old_one_is_refused_and_left_alone(line: Line, tmp_path: Path) -> None:
    missing = f"sqlite:///{tmp_path}/none.db"
    done = line("audit", "verify", RONGCUO_DATABASE_URL=missing)
    assert (done.returncode, (tmp_path / "none.db").exists()) == (2, False)
    assert "还没有数据库" in done.stderr

    async def old() -> None:
        database = Database(f"sqlite:///{tmp_path}/old.db")
        await database.upgrade("0003")
        await database.close()

    asyncio.run(old())
    done = line("audit", "verify", RONGCUO_DATABASE_URL=f"sqlite:///{tmp_path}/old.db")
    assert done.returncode == 2
    assert "rongcuo db upgrade" in done.stderr


async def test_the_check_tells_how_far_it_is(database: Database) -> None:
    office = await new_office(database)
    for _ in range(3):
        await office.opens()
    seen: list[int] = []
    found: list[Break] = []

    def told(checked: Checked) -> None:
        seen.append(checked.events)

    checked = await Audit(database, found.append, told).everything()
    assert (checked.cases.owners, checked.events, found) == (3, 3, [])
    assert seen and seen[-1] == 3
    with pytest.raises(UnknownCase, match="没有这个案件"):
        await Audit(database, found.append).one("x")


async def test_r34_a_signed_pledge_that_was_changed_or_slipped_in_is_named(street: Street) -> None:
    made = await signed(street)

    async def found() -> list[str]:
        breaks: list[Break] = []
        await Audit(street.world.database, breaks.append).everything()
        await Audit(street.world.database, lambda one: None).one(made.number)
        return [one.problem for one in breaks]

    async def touched(statement: str) -> list[str]:
        async with street.world.database.transaction() as session:
            await session.execute(text(statement))
        return await found()

    said = ["整改承诺第1版和签的时候不一样，或者不在记录里"]
    assert await found() == []
    assert await touched("UPDATE pledge SET text = text || '。'") == said
    assert await touched("UPDATE pledge SET text = substr(text, 1, length(text) - 1)") == []
    assert await touched("UPDATE pledge SET signed_name = '别人'") == said
    assert await touched(f"UPDATE pledge SET signed_name = '{made.signed_name}', digest = '{'0' * 64}'") == said  # noqa: S608


# ---- the fast clock


@pytest.fixture
async def weeks(street: Street) -> Street:
    """A case due on Wednesday 25 November, with everybody who is told of it."""
    await street.world.office("supervisor", name="吴示例", department="示例督查室")
    await diagnosed(street)
    return street


async def passes(street: Street, until: str, *, step: dt.timedelta | None = None) -> list[str]:
    set_clock = SetClock(street.world.clock.now())
    clock = Clock(street.world.database, street.world.house, Settings(), set_clock.now)
    fast = FastClock(street.world.database, set_clock, clock.tick)
    return [line async for line in fast.run(dt.datetime.fromisoformat(until).replace(tzinfo=CHINA), step)]


async def test_r39_r40_every_push_and_escalation_of_four_weeks_is_told_in_order(weeks: Street) -> None:
    told = await passes(weeks, "2026-12-18")
    short = [re.sub(r"鄂城市监容〔2026〕", "", one) for one in told]
    mine = [one for one in short if "0001号" in one]
    assert [one.partition("：")[0] for one in mine if "企业联系人" in one] == [
        "11-24 周二 09:00  推送  企业联系人",
        "11-25 周三 09:00  推送  企业联系人",
        "11-26 周四 08:00  推送  企业联系人",  # R20: the warning is urgent now, and an order
        "11-26 周四 09:00  推送  企业联系人",
    ]
    assert [one for one in mine if "  记录  " in one] == [
        "11-26 周四 08:00  记录  0001号：逾期升级，报执法人员、镇街、分管领导，紧急预警",
        "11-30 周一 08:00  记录  0001号：逾期升级，报分管领导",
        "12-02 周三 08:00  记录  0001号：逾期升级，报督查室",
    ]
    moments = [one[:15] for one in told]
    assert moments == sorted(moments)
    assert any("督查室（示例督查室）" in one and "抄送" in one for one in mine)


async def test_the_same_time_again_brings_nothing_new(weeks: Street) -> None:
    assert await passes(weeks, "2026-12-01")
    assert await passes(weeks, "2026-12-01") == []


async def test_r41_what_is_held_over_night_is_told_when_it_leaves(weeks: Street) -> None:
    await weeks.world.contact(weeks.firm, chat="4711", name="郑示例", channel="telegram")
    world = weeks.world
    world.clock.at = dt.datetime(2026, 11, 20, 22, 0, tzinfo=CHINA)
    async with world.database.transaction() as session:
        said = Reply.of(("lead", "鄂城市监容〔2026〕0001号退回。"))
        await push(session, world.house, "telegram", "4711", "returned/1/telegram/4711", said, world.clock.now())
    told = await passes(weeks, "2026-11-21T12:00")
    assert "11-21 周六 08:00  送出  企业联系人：鄂城市监容〔2026〕0001号退回。" in told


async def test_a_step_looks_more_often(weeks: Street) -> None:
    set_clock = SetClock(weeks.world.clock.now())
    looks: list[dt.datetime] = []

    async def tick() -> None:
        looks.append(set_clock.at.astimezone(CHINA))

    fast = FastClock(weeks.world.database, set_clock, tick)
    until = dt.datetime(2026, 11, 20, 12, 0, tzinfo=CHINA)
    assert [one async for one in fast.run(until, dt.timedelta(minutes=30))] == []
    assert [f"{at:%H:%M}" for at in looks] == ["10:00", "10:30", "11:00", "11:30", "12:00"]


def test_it_is_looked_at_midnight_and_at_the_beginning_of_the_hours_of_pushes() -> None:
    at = dt.datetime(2026, 11, 20, 7, 59, tzinfo=CHINA)
    looks = []
    for _ in range(5):
        at = next_look(at)
        looks.append(f"{at:%d %H:%M}")
    assert looks == ["20 08:00", "20 09:00", "21 00:00", "21 08:00", "21 09:00"]


def test_a_database_that_is_no_demo_is_left_alone_without_yes(line: Line, tmp_path: Path) -> None:
    until = (dt.datetime.now(CHINA) + dt.timedelta(days=1)).date().isoformat()
    done = line("clock", "--until", until)
    assert done.returncode == 2
    assert "这不是演示库" in done.stderr and "--yes" in done.stderr
    assert not list(tmp_path.glob("*.db"))


def test_the_clock_is_moved_with_a_warning_where_it_was_asked_for(line: Line) -> None:
    until = (dt.datetime.now(CHINA) + dt.timedelta(days=1)).date().isoformat()
    done = line("clock", "--until", until, "--yes", RONGCUO_PUBLISH_SHIPPED="0")
    assert done.returncode == 0, done.stderr
    assert "真的发出推送" in done.stderr
    assert "到了，这段时间没有什么要发生。" in done.stderr
    demo = line("clock", "--until", until, RONGCUO_PUBLISH_SHIPPED="0", RONGCUO_DEMO="1")
    assert demo.returncode == 0, demo.stderr
    assert "这不是演示库" not in demo.stderr


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--until", "明天"), "--until 应如"),
        (("--until", "2020-01-01"), "--until 应在现在以后"),
        (("--until", "2099-01-01", "--step", "15"), "--step 应如"),
        (("--until", "2099-01-01", "--step", "0m"), "--step 应如"),
    ],
)
def test_a_wrong_option_of_the_clock_is_said_with_an_example(line: Line, options: tuple[str, ...], said: str) -> None:
    done = line("clock", *options, RONGCUO_DEMO="1")
    assert done.returncode == 2
    assert said in done.stderr


# ---- settings of the ladder and of reopening


def test_r39_settings_add_days_and_drop_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RONGCUO_REMIND_DAYS", "-5, -2，2,-3")
    monkeypatch.setenv("RONGCUO_REOPEN_DAYS", "60")
    settings = load_settings()
    assert (settings.extra_reminders, settings.reopen_days) == ((-5, -2, 2, -3), 60)
    more = shipped_ladder().with_days(settings.extra_reminders)
    days = sorted(one.workdays for one in more.reminders if one.to == "contact")
    assert days == [-5, -3, -2, -1, 0, 1, 2]
    for wrong in ("a", "-5;-2", "61", "1.5"):
        monkeypatch.setenv("RONGCUO_REMIND_DAYS", wrong)
        with pytest.raises(SettingError, match="RONGCUO_REMIND_DAYS"):
            load_settings()
    monkeypatch.setenv("RONGCUO_REMIND_DAYS", "")
    assert load_settings().extra_reminders == ()


async def test_r39_a_day_that_was_added_brings_a_reminder_of_its_own(street: Street) -> None:
    object.__setattr__(street.world.house, "ladder", shipped_ladder().with_days([-2, 2]))
    info = await diagnosed(street)
    told = [one for one in await passes(street, "2026-12-01") if "企业联系人" in one and "0001号" in one]
    days = [one[:5] for one in told]
    assert days == ["11-23", "11-24", "11-25", "11-26", "11-26", "11-27"]  # on the 26th the order (R20), too
    assert {"before_2", "after_2"} <= {rung.kind for rung in rungs(info.case, street.world.house.ladder, TODAY)}
