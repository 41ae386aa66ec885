"""Importing and publishing for the editors: good beside bad, drafts, what changed, and their list of questions."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest

from bot.importing import (
    Details,
    Report,
    changes_between,
    diff_text,
    editors_list,
    import_all,
    kind_of_file,
    list_versions,
    publish_drafts,
    withdraw_source,
)
from bot.settings import Settings
from knowledge.library import Collection
from knowledge.shipped import DATA
from storage import questions, versions
from storage.database import Database
from storage.versions import UnknownVersion

NOW = dt.datetime(2026, 11, 20, 2, 0, tzinfo=dt.UTC)
RULES = """某区包容审慎监管办法

一、总体要求
坚持包容审慎，对轻微违法少罚慎罚。
二、主要措施
（一）首次违法、后果轻微并及时改正的，可以不予处罚。
"""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(database_url=f"sqlite:///{tmp_path}/import.db")  # type: ignore[arg-type]


def written(folder: Path, name: str = "rules.txt", text: str = RULES) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(text, encoding="utf-8")
    return folder / name


async def imports(
    settings: Settings, *files: Path, given: Details | None = None, check: bool = False, publish: bool = False
) -> list[Report]:
    return await import_all(settings, files, given or Details(), check_only=check, publish_now=publish, now=NOW)


async def in_force(settings: Settings) -> list[Collection]:
    database = Database(settings.database)
    try:
        await database.upgrade()
        async with database.reading() as session:
            return await versions.published(session)
    finally:
        await database.close()


async def test_a_good_file_beside_a_bad_one_goes_in_whole_and_the_bad_one_not_at_all(
    settings: Settings, tmp_path: Path
) -> None:
    empty, good = written(tmp_path, "empty.txt", ""), written(tmp_path)
    bad, kept, lost = await imports(settings, empty, good, tmp_path / "missing.xlsx", publish=True)
    assert (bad.refused, kept.refused, lost.refused) == (True, False, True)
    assert bad.text.startswith("未导入 empty.txt：\n  [错误] ")
    assert lost.text.startswith("未导入 missing.xlsx：\n  [错误] ")
    assert kept.text.startswith("rules.txt：3 条条款，已公布（版本号 1）")
    assert [one.source.id for one in await in_force(settings)] == ["rules"]


async def test_checking_keeps_nothing(settings: Settings, tmp_path: Path) -> None:
    (report,) = await imports(settings, written(tmp_path), check=True, publish=True)
    assert (report.count, report.version) == (3, None)
    assert not (tmp_path / "import.db").exists()


async def test_an_import_is_a_draft_until_it_is_published_with_its_changes(settings: Settings, tmp_path: Path) -> None:
    (report,) = await imports(settings, written(tmp_path))
    assert report.version is not None
    assert report.version.state == "draft"
    assert await in_force(settings) == []
    ((info, changes),) = await publish_drafts(settings, ["1"], NOW)
    assert (info.source, info.number, info.state) == ("rules", 1, "published")
    assert [len(titles) for titles in changes.values()] == [3, 0, 0]
    changed = RULES.replace("可以不予处罚", "不予处罚") + "（二）检查以提醒为先。\n"
    await imports(settings, written(tmp_path, text=changed))
    ((info, changes),) = await publish_drafts(settings, ["all"], NOW)
    assert info.number == 2
    assert [len(titles) for titles in changes.values()] == [1, 0, 1]
    assert diff_text(changes).splitlines()[0].startswith("  新增 1：")
    assert await list_versions(settings) == [
        "    2  rules  第2版  已公布",
        "    1  rules  第1版  已被替代",
    ]


async def test_the_same_content_again_is_said_to_be_unchanged(settings: Settings, tmp_path: Path) -> None:
    await imports(settings, written(tmp_path), publish=True)
    (again,) = await imports(settings, written(tmp_path), publish=True)
    assert not again.is_new
    assert again.text.startswith("rules.txt：3 条条款，已公布（版本号 1），内容没有变化")
    assert len(await list_versions(settings)) == 1


async def test_publishing_all_does_not_bring_back_a_draft_that_was_overtaken(
    settings: Settings, tmp_path: Path
) -> None:
    await imports(settings, written(tmp_path, text=RULES.replace("少罚", "罚")))
    await imports(settings, written(tmp_path), publish=True)
    await imports(settings, written(tmp_path / "more", "other.txt"))
    published = await publish_drafts(settings, ["all"], NOW)
    assert [info.source for info, _ in published] == ["other"]
    assert "少罚慎罚" in (await in_force(settings))[0].clauses[0].text
    assert await publish_drafts(settings, ["all"], NOW) == []


async def test_of_two_files_with_one_name_the_second_is_refused(settings: Settings, tmp_path: Path) -> None:
    first = written(tmp_path / "a")
    second = written(tmp_path / "b", text=RULES.replace("少罚", "罚"))
    kept, refused = await imports(settings, first, second, publish=True)
    assert not kept.refused
    assert "同名" in refused.text
    assert len(await in_force(settings)) == 1


async def test_one_unknown_number_publishes_none_of_the_others(settings: Settings, tmp_path: Path) -> None:
    await imports(settings, written(tmp_path))
    with pytest.raises(UnknownVersion):
        await publish_drafts(settings, ["1", "99"], NOW)
    assert await in_force(settings) == []


async def test_what_is_withdrawn_can_be_imported_anew(settings: Settings, tmp_path: Path) -> None:
    await imports(settings, written(tmp_path), publish=True)
    assert (await withdraw_source(settings, "rules", NOW)).state == "withdrawn"
    assert await in_force(settings) == []
    with pytest.raises(UnknownVersion):
        await withdraw_source(settings, "rules", NOW)
    (again,) = await imports(settings, written(tmp_path), publish=True)
    assert again.version is not None
    assert again.version.number == 2


async def test_what_the_person_says_about_a_file_is_kept(settings: Settings, tmp_path: Path) -> None:
    asked = written(tmp_path, "ask.yaml", "rules-1:\n  - 轻微的事会罚吗\n")
    given = Details(
        short="某区办法",
        issuer="某区人民政府",
        number="某政发〔2026〕1号",
        date=dt.date(2026, 1, 1),
        jurisdiction="420704",
        place="湖北省鄂州市鄂城区",
        questions=asked,
    )
    await imports(settings, written(tmp_path), given=given, publish=True)
    (kept,) = await in_force(settings)
    assert kept.source.short == "某区办法"
    assert kept.source.date == dt.date(2026, 1, 1)
    assert kept.source.jurisdiction == "420704"
    assert kept.source.aliases == ("鄂城", "鄂州")
    assert kept.source.title == "某区包容审慎监管办法"
    assert list(kept.questions.values()) == [("轻微的事会罚吗",)]


async def test_a_list_is_known_by_its_table(settings: Settings) -> None:
    folder = DATA / "catalogs"
    assert kind_of_file(folder / "xiaofang.xlsx", "auto") == "list"
    assert kind_of_file(folder / "shuili.docx", "auto") == "list"
    assert kind_of_file(folder / "tongji.csv", "auto") == "list"
    assert kind_of_file(DATA / "policies" / "dinghai.txt", "auto") == "document"
    (report,) = await imports(settings, folder / "xiaofang.xlsx", check=True)
    assert report.collection is not None
    assert report.text.startswith(f"xiaofang.xlsx：{len(report.collection.items)} 个事项")


async def test_a_report_can_be_read_by_a_program(settings: Settings, tmp_path: Path) -> None:
    good, bad = await imports(settings, written(tmp_path), written(tmp_path, "empty.txt", ""))
    data = json.loads(json.dumps([good.to_json(), bad.to_json()], ensure_ascii=False))
    assert (data[0]["file"], data[0]["refused"], data[0]["kind"]) == ("rules.txt", False, "document")
    assert (data[1]["refused"], data[1]["kind"]) == (True, None)


def test_nothing_changed_is_said_so() -> None:
    assert diff_text({"新增": [], "删去": [], "修改": []}) == "  内容没有变化"


def test_of_many_changes_five_are_named() -> None:
    assert diff_text({"新增": [f"第{n}条" for n in range(7)]}) == "  新增 7：第0条；第1条；第2条；第3条；第4条 等7项"


async def test_changes_are_told_by_entry(settings: Settings, tmp_path: Path) -> None:
    (old,) = await imports(settings, written(tmp_path), check=True)
    (new,) = await imports(settings, written(tmp_path, text="一、总体要求\n坚持包容审慎。\n"), check=True)
    assert old.collection is not None
    assert new.collection is not None
    changes = changes_between(old.collection, new.collection)
    assert [len(titles) for titles in changes.values()] == [0, 2, 1]


async def test_the_editors_see_what_was_not_answered_not_useful_or_wants_a_person(settings: Settings) -> None:
    database = Database(settings.database)
    await database.upgrade()
    async with database.transaction() as session:

        async def asked(question: str, outcome: str = "answer", at: dt.datetime = NOW) -> int:
            return await questions.note_question(
                session,
                channel="web",
                chat="owner",
                question=question,
                outcome=outcome,
                entries=["a", "b"],
                confidence=0.5,
                jurisdiction=None,
                at=at,
            )

        await asked("答上的")
        await asked("没有依据的", "none")
        await asked("反问的", "clarify")
        useless, person = await asked("没用的"), await asked("要人的，电话13800138000")
        await asked("很久以前的", "none", NOW - dt.timedelta(days=8))
        assert await questions.note_feedback(session, useless, "web", "owner", False)
        assert not await questions.note_feedback(session, useless, "web", "neighbour", True)
        assert await questions.note_wish_for_person(session, person, "web", "owner")
        assert not await questions.note_wish_for_person(session, person, "telegram", "owner")
    await database.close()
    listed = await editors_list(settings, NOW - dt.timedelta(days=7))
    assert [row.question for row in listed] == ["要人的，电话〔号码〕", "没用的", "反问的", "没有依据的"]
    assert [(row.useful, row.wants_person) for row in listed[:2]] == [(None, True), (False, False)]
    assert listed[0].entries == ("a", "b")
