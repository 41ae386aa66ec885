"""Files as evidence, as people hand them in and look at them (R26, R34): sets, pairs, times, the same picture twice."""

from __future__ import annotations

import datetime as dt
import itertools
from dataclasses import replace

import pytest

from handlers.cases import exhibit_words
from handlers.cases.held_files import FOR
from handlers.conversation import CHINA
from handlers.flows import file_words
from handlers.flows.flow import Run
from handlers.messages import FileRef, Incoming, Part
from storage import cases, chats, evidence, messages
from storage.evidence import EvidenceInfo
from tests.handlers.test_cases import FIRM, LOG, Street, diagnosed, inbox, logged, newest, street, submitted
from tests.people import Person, lead_of, words_of

__all__ = ["street"]
SECOND = "鄂州市鄂城区示例独一家面馆"
_numbers = itertools.count(1)


def photo(
    name: str = "照片.jpg",
    mime: str = "image/jpeg",
    taken: dt.datetime | None = None,
    digest: str = "",
    likeness: str | None = None,
) -> FileRef:
    """A file unlike all others, unless it has a digest; and a picture that looks like none, unless it is said."""
    return FileRef(digest or f"{next(_numbers):064x}", name, mime, 1000, taken, likeness)


def photos(count: int) -> list[FileRef]:
    return [photo() for _ in range(count)]


PDF = "application/pdf"


async def sends(person: Person, *files: FileRef, text: str = "", album: str = "", problem: str = "") -> list[Part]:
    """Files in one message, as the web chat and a single photo of Telegram bring them."""
    key = f"{next(_numbers) + 10_000}"
    await puts(person, key, *files, text=text, album=album, problem=problem)
    return await answers(person)


async def puts(person: Person, key: str, *files: FileRef, text: str = "", album: str = "", problem: str = "") -> None:
    """A message in the inbox, not handled yet."""
    kind = "photo" if all(file.mime.startswith("image/") for file in files) else "document"
    incoming = Incoming(
        person.channel, person.chat, key, person.world.clock.now(), kind, text, "", tuple(files), album, problem
    )
    await person.world.intake.take(incoming)


async def answers(person: Person) -> list[Part]:
    """Let everything in the inbox be handled; what this person is told by it."""
    async with person.world.database.reading() as session:
        before = await messages.transcript(session, person.channel, person.chat, limit=500)
    while await person.world.worker.work():
        continue
    async with person.world.database.reading() as session:
        rows = await messages.transcript(session, person.channel, person.chat, limit=500)
    had = {row.id for row in before}
    parts = [Part.from_json(row.payload) for row in rows if row.direction == "out" and row.id not in had]
    person.last = parts or person.last
    return parts


async def exhibits_of(street: Street, kind: str | None = None) -> list[EvidenceInfo]:
    info = await newest(street)
    async with street.world.database.reading() as session:
        return await evidence.of_case(session, info.id, kind)


async def asks_for_files(street: Street, *, with_before: bool = False) -> None:
    """A diagnosed case, and its owner at the step that asks for pictures of after."""
    if with_before:
        await sends(street.officer, *photos(2), text=LOG)
        await street.officer.presses("确认立案")
        await street.officer.presses("诊断")
        for answer in ("是", "不是", "不是", "不是", "不是", "是", "不是", "不是"):
            await street.officer.says(answer)
        await street.officer.presses("确认诊断")
    else:
        await diagnosed(street)
    await inbox(street.owner)
    await street.owner.presses("提交整改")
    await street.owner.says("健康证已经上墙")


async def looks(street: Street) -> list[Part]:
    """The officer looks at the evidence of the newest case."""
    info = await newest(street)
    await street.officer.says("找案件")
    await street.officer.says(info.number)
    if "看材料" not in street.officer.labels:
        await street.officer.presses("更多" if "更多" in street.officer.labels else "1")
    if "看材料" not in street.officer.labels:
        await street.officer.presses("更多")
    return await street.officer.presses("看材料")


# ---- one receipt


async def test_five_pictures_at_once_have_one_receipt(street: Street) -> None:
    await asks_for_files(street)
    (told,) = await sends(street.owner, *photos(5))
    assert lead_of([told]) == "收到5张。"
    assert file_words.HAVE.format(count="5张") in words_of([told])
    assert street.owner.labels[:2] == ["发完了", "重新发"]


async def test_a_second_set_is_counted_by_itself_and_with_the_first(street: Street) -> None:
    await asks_for_files(street)
    await sends(street.owner, *photos(5))
    (told,) = await sends(street.owner, *photos(2))
    assert lead_of([told]) == "收到2张。"
    assert "现在有7张" in words_of([told])
    (told,) = await sends(street.owner, photo("承诺书.pdf", PDF))
    assert lead_of([told]) == "收到1份。"
    assert "现在有8份" in words_of([told])


async def test_an_album_of_five_messages_has_one_receipt(street: Street) -> None:
    await asks_for_files(street)
    files = photos(5)
    for number, file in enumerate(files):
        await puts(street.owner, f"{100 + number}", file, album="a", text="后厨" if number == 1 else "")
    (told,) = await answers(street.owner)
    assert lead_of([told]) == "收到5张。"
    await street.owner.presses("发完了")
    await street.owner.presses("跳过")
    await street.owner.presses("确认提交")
    kept = await exhibits_of(street, "after")
    assert [one.digest for one in kept] == [None, *(file.digest for file in files)]
    assert [one.text for one in kept] == ["健康证已经上墙", "后厨", None, None, None, None]


async def test_an_album_out_of_order_and_twice_is_the_same_set_in_the_order_it_was_sent(street: Street) -> None:
    await asks_for_files(street)
    files = photos(4)
    for number in (3, 1, 0, 2, 1, 3):
        await puts(street.owner, f"{9 + number}", files[number], album="a")
    (told,) = await answers(street.owner)
    assert lead_of([told]) == "收到4张。"
    await street.owner.presses("发完了")
    await street.owner.presses("跳过")
    await street.owner.presses("确认提交")
    kept = await exhibits_of(street, "after")
    assert [one.digest for one in kept[1:]] == [file.digest for file in files]


async def test_a_bad_picture_of_an_album_is_said_in_the_receipt_of_the_others(street: Street) -> None:
    await asks_for_files(street)
    await puts(street.owner, "101", *photos(1), album="a")
    await puts(street.owner, "102", album="a", problem="这个文件是空的。")
    await puts(street.owner, "103", *photos(1), album="a")
    (told,) = await answers(street.owner)
    assert lead_of([told]) == "收到2张。"
    assert "另有1个没有收：这个文件是空的。" in words_of([told])


async def test_a_file_that_is_not_taken_is_said_and_the_step_stands_as_before(street: Street) -> None:
    await asks_for_files(street)
    await sends(street.owner, *photos(2))
    told, step = await sends(street.owner, problem="这个文件是空的。请检查以后再发一次。")
    assert lead_of([told]) == "这个文件是空的。请检查以后再发一次。"
    assert "现在有2张" in words_of([step])


# ---- steps of their own


async def test_before_and_after_are_kept_as_what_they_are(street: Street) -> None:
    await asks_for_files(street)
    after, before = photos(2), photos(2)
    await sends(street.owner, *after)
    await street.owner.presses("发完了")
    assert "改正前" in words_of(street.owner.last)
    await sends(street.owner, *before)
    review = await street.owner.presses("发完了")
    assert "2. 改正后：2份\n3. 改正前：2份" in words_of(review)
    done = await street.owner.presses("确认提交")
    assert exhibit_words.SUBMITTED.format(count="4张") in words_of(done)
    assert [one.digest for one in await exhibits_of(street, "before")] == [file.digest for file in before]
    assert [one.digest for one in await exhibits_of(street, "after")][1:] == [file.digest for file in after]


async def test_pictures_of_the_inspection_count_as_before_and_none_are_asked_for(street: Street) -> None:
    await asks_for_files(street, with_before=True)
    await sends(street.owner, *photos(2))
    review = await street.owner.presses("发完了")
    assert "确认提交" in street.owner.labels
    assert "改正前" not in words_of(review)


async def test_going_back_and_correcting_keep_the_files_of_each_step(street: Street) -> None:
    await asks_for_files(street)
    await sends(street.owner, *photos(2))
    await street.owner.presses("发完了")
    await sends(street.owner, *photos(1))
    back = await street.owner.presses("上一步")
    assert "改正后" in words_of(back) and "现在有2张" in words_of(back)
    await street.owner.presses("发完了")
    assert "现在有1张" in words_of(street.owner.last)
    await street.owner.presses("发完了")
    await street.owner.says("修改第2项")
    again = await sends(street.owner, *photos(1))
    assert "现在有3张" in words_of(again)
    review = await street.owner.presses("发完了")
    assert "2. 改正后：3份\n3. 改正前：1份" in words_of(review)


async def test_a_step_is_begun_anew_and_the_other_one_stays(street: Street) -> None:
    await asks_for_files(street)
    await sends(street.owner, *photos(2))
    await street.owner.presses("发完了")
    await sends(street.owner, *photos(3))
    told = await street.owner.presses("重新发")
    assert lead_of(told) == file_words.ANEW.format(count="3张")
    assert "跳过" in street.owner.labels
    review = await street.owner.presses("跳过")
    assert "2. 改正后：2份\n3. 改正前：（没有填）" in words_of(review)


async def test_what_comes_at_the_review_is_not_lost(street: Street) -> None:
    await asks_for_files(street)
    await street.owner.presses("跳过")
    assert "确认提交" in street.owner.labels
    await sends(street.owner, *photos(2))
    assert "改正前" in words_of(street.owner.last)  # now there is something for it to stand beside
    review = await street.owner.presses("跳过")
    assert "2. 改正后：2份" in words_of(review)


async def test_what_comes_before_it_is_asked_for_is_kept_and_its_caption_is_the_answer(street: Street) -> None:
    await diagnosed(street)
    await inbox(street.owner)
    await street.owner.presses("提交整改")
    told = await sends(street.owner, *photos(3), text="柜台已经清空")
    assert lead_of(told) == "收到3张。"
    assert "现在有3张" in words_of(told)
    await street.owner.presses("发完了")
    review = await street.owner.presses("跳过")
    assert "怎么改的：柜台已经清空" in words_of(review)


@pytest.mark.parametrize("said", ["发好了", "就这些", "没有了"])
async def test_finished_may_be_said_in_other_words(street: Street, said: str) -> None:
    await asks_for_files(street)
    await sends(street.owner, *photos(1))
    await street.owner.says(said)
    assert "改正前" in lead_of(street.owner.last)
    await street.owner.says("没有")
    assert "确认提交" in street.owner.labels


async def test_finished_without_a_file_says_what_is_missing(street: Street) -> None:
    await asks_for_files(street)
    assert lead_of(await street.owner.says("发完了")) == file_words.NONE_YET


async def test_put_off_and_taken_up_again_the_files_are_there(street: Street) -> None:
    await asks_for_files(street)
    await sends(street.owner, *photos(2))
    await street.owner.presses("稍后继续")
    assert "现在有2张" in words_of(await street.owner.says("继续"))


# ---- an inspection


async def test_a_picture_with_an_inspection_below_it_makes_the_card_with_the_picture(street: Street) -> None:
    """R23: one message."""
    (card,) = await sends(street.officer, *photos(3), text=LOG)
    assert "确认立案" in street.officer.labels
    assert "附照片、文件3张。" in words_of([card])
    await street.officer.presses("确认立案")
    assert len(await exhibits_of(street, "inspection")) == 3


async def test_an_album_with_an_inspection_below_one_picture_makes_one_card(street: Street) -> None:
    for number, file in enumerate(photos(3)):
        await puts(street.officer, f"{100 + number}", file, album="b", text=LOG if number == 1 else "")
    (card,) = await answers(street.officer)
    assert "附照片、文件3张。" in words_of([card])


async def test_pictures_before_and_after_the_message_are_on_one_card(street: Street) -> None:
    told = await sends(street.officer, *photos(2))
    assert lead_of(told) == exhibit_words.WAIT.format(receipt="收到2张。")
    assert "附照片、文件2张。" in words_of(await street.officer.says(LOG))
    told = await sends(street.officer, *photos(1))
    assert lead_of(told) == "收到1张。"
    assert "附照片、文件3张。" in words_of(told)


async def test_pictures_wait_for_the_next_inspection_even_when_a_question_comes_between(street: Street) -> None:
    await sends(street.officer, *photos(2))
    await street.officer.says("货架上忘了贴价签，会罚吗")
    assert "附照片、文件2张。" in words_of(await street.officer.says(LOG))


async def test_old_pictures_do_not_get_into_a_later_inspection(street: Street) -> None:
    await sends(street.officer, *photos(2))
    street.world.clock.passes(seconds=FOR + 1)
    assert "附照片" not in words_of(await street.officer.says(LOG))


async def test_pictures_of_the_next_minutes_join_the_case_with_one_receipt_and_are_on_the_record(
    street: Street,
) -> None:
    """R28."""
    info = await logged(street)
    street.world.clock.passes(minutes=5)
    files = photos(5)
    for number, file in enumerate(files):
        await puts(street.officer, f"{100 + number}", file, album="c")
    (told,) = await answers(street.officer)
    assert lead_of([told]) == exhibit_words.JOINED.format(count="5张", number=info.number)
    assert [one.digest for one in await exhibits_of(street, "inspection")] == [file.digest for file in files]
    async with street.world.database.reading() as session:
        last = (await cases.events(session, info.id))[-1]
    assert (last.act, last.data) == ("files_added", {"files": [file.digest for file in files]})


async def test_a_picture_that_is_in_the_case_already_does_not_join_twice(street: Street) -> None:
    info = await logged(street)
    file = photo()
    await sends(street.officer, file)
    assert exhibit_words.JOINED_AGAIN.format(unit="张", number=info.number) in words_of(
        await sends(street.officer, file)
    )
    told = await sends(street.officer, file, photo())
    assert lead_of(told) == exhibit_words.JOINED.format(count="1张", number=info.number)
    assert "其中1张已经交过" in words_of(told)
    assert len(await exhibits_of(street, "inspection")) == 2


async def test_pictures_of_later_wait_for_a_message(street: Street) -> None:
    await logged(street)
    street.world.clock.passes(seconds=FOR + 1)
    assert lead_of(await sends(street.officer, *photos(1))) == exhibit_words.WAIT.format(receipt="收到1张。")


async def test_another_shops_picture_never_gets_onto_the_card_in_hand(street: Street) -> None:
    await street.world.enterprise(SECOND)
    await sends(street.officer, *photos(1), text=LOG)
    told, card = await sends(street.officer, *photos(2), text="独一家面馆 地面湿滑 轻微 限3天")
    assert lead_of([told]) == exhibit_words.CARD_FIRST
    assert FIRM in words_of([card]) and "附照片、文件1张。" in words_of([card])
    await street.officer.presses("确认立案")
    card = await street.officer.says("独一家面馆 地面湿滑 轻微 限3天")
    assert "附照片、文件2张。" in words_of(card)


# ---- an owner's pictures by themselves


async def test_an_owners_pictures_begin_the_form_of_the_one_case_that_waits(street: Street) -> None:
    info = await diagnosed(street)
    (told,) = await sends(street.owner, *photos(4))
    assert lead_of([told]) == "收到4张。" + exhibit_words.FOR_CASE.format(number=info.number)
    assert "怎么改好的" in words_of([told])
    assert "现在有4张" in words_of(await street.owner.says("已经上墙"))


async def test_with_several_cases_the_owner_is_asked_which(street: Street) -> None:
    await diagnosed(street)
    second = await diagnosed(street)
    (told,) = await sends(street.owner, *photos(2))
    assert lead_of([told]) == exhibit_words.WHICH_CASE.format(receipt="收到2张。")
    assert [label[:2] for label in street.owner.labels] == ["1.", "2.", "菜单"]
    await street.owner.presses("1")
    await street.owner.says("已经上墙")
    assert "现在有2张" in words_of(street.owner.last)
    await street.owner.presses("发完了")
    await street.owner.presses("跳过")
    assert second.number in words_of(await street.owner.presses("确认提交"))


async def test_without_a_case_the_owner_is_told_what_to_do(street: Street) -> None:
    told = await sends(street.owner, *photos(2))
    assert lead_of(told) == exhibit_words.NO_CASE
    assert "我的事项" in words_of(told)


async def test_a_guest_is_told_that_pictures_are_not_read_and_the_words_below_are_answered(street: Street) -> None:
    guest = street.world.person("guest")
    why, *answer = await sends(guest, *photos(1), text="货架上忘了贴价签，会罚吗")
    assert "图片我还看不懂" in words_of([why])
    assert "以执法机关认定为准" in words_of(answer)


# ---- the officer's look


async def pairs_handed_in(street: Street, befores: list[FileRef], afters: list[FileRef]) -> None:
    await asks_for_files(street)
    await sends(street.owner, *afters)
    await street.owner.presses("发完了")
    await sends(street.owner, *befores)
    await street.owner.presses("发完了")
    await street.owner.presses("确认提交")


async def test_the_officer_sees_pairs_with_their_times_and_pictures(street: Street) -> None:
    taken = dt.datetime(2026, 11, 20, 9, 30, tzinfo=CHINA)
    befores = [photo(taken=taken), photo("b.png", "image/png")]
    afters = [photo("c.heic", "image/heic", taken), photo()]
    await pairs_handed_in(street, befores, afters)
    (seen,) = await looks(street)
    text = words_of([seen])
    assert "第1组 改正前：拍于11月20日 09:30；交来于11月20日 10:00" in text
    assert "第2组 改正后：交来于11月20日 10:00" in text
    assert [(name, mime) for _, name, mime in seen.files] == [
        ("第1组 改正前.jpg", "image/jpeg"),
        ("第1组 改正后.heic", "image/heic"),
        ("第2组 改正前.png", "image/png"),
        ("第2组 改正后.jpg", "image/jpeg"),
    ]
    assert {"复核通过", "退回"} <= set(street.officer.labels)


async def test_pictures_of_the_inspection_stand_beside_those_of_after(street: Street) -> None:
    await asks_for_files(street, with_before=True)
    await sends(street.owner, *photos(1))
    await street.owner.presses("发完了")
    await street.owner.presses("确认提交")
    text = words_of(await looks(street))
    assert "第1组 改正前（检查）：" in text and "第1组 改正后：" in text
    assert "检查：交来于" in text  # the second picture of the inspection has no counterpart


async def test_a_pair_is_never_parted_by_a_page(street: Street) -> None:
    await pairs_handed_in(street, photos(4), photos(4))
    pages = [words_of(await looks(street))]
    while "下一页" in street.officer.labels:
        pages.append(words_of(await street.officer.presses("下一页")))
    assert len(pages) > 1
    for page in pages:
        assert page.count("改正前：") == page.count("改正后：")
        assert len(page.splitlines()) <= 7
    assert "上一页" in street.officer.labels


async def test_documents_are_offered_under_their_names(street: Street) -> None:
    await pairs_handed_in(street, photos(1), [photo(), photo("维修单据.pdf", PDF)])
    (seen,) = await looks(street)
    assert "改正后：维修单据.pdf；交来于" in words_of([seen])
    assert ("维修单据.pdf", PDF) in [(name, mime) for _, name, mime in seen.files]


async def test_after_a_return_the_newest_comes_first_and_the_former_stays(street: Street) -> None:
    """R36."""
    await pairs_handed_in(street, photos(1), photos(1))
    await looks(street)
    await street.officer.presses("退回")
    await street.officer.says("看不清")
    await street.officer.says("11月30日前")
    await street.officer.presses("确认退回")
    await inbox(street.owner)
    street.world.clock.passes(hours=2)
    await street.owner.presses("提交整改")
    await street.owner.says("重新拍了")
    await sends(street.owner, *photos(1))
    await street.owner.presses("发完了")
    await street.owner.presses("确认提交")
    lines = words_of(await looks(street)).splitlines()
    assert lines[1].startswith("说明：重新拍了")
    assert lines[3].startswith("第1组 改正后：交来于11月20日 12:00")
    rest = words_of(await street.officer.presses("下一页")) if "下一页" in street.officer.labels else ""
    assert "前次改正后" in "\n".join(lines) + rest and "前次说明" in "\n".join(lines) + rest


@pytest.mark.parametrize(
    ("taken", "said"),
    [
        (dt.datetime(2026, 11, 19, 23, 0, tzinfo=CHINA), exhibit_words.EARLY),
        (dt.datetime(2026, 11, 20, 0, 5, tzinfo=CHINA), ""),
    ],
    ids=["the day before", "the same day"],
)
async def test_a_picture_of_after_taken_before_the_inspection_is_a_question_to_the_officer(
    street: Street, taken: dt.datetime, said: str
) -> None:
    await pairs_handed_in(street, photos(1), [photo(taken=taken)])
    text = words_of(await looks(street))
    if said:
        assert said.format(label="第1组 改正后") in text
    else:
        assert "检查以前" not in text
    await street.owner.says("我的事项")
    await street.owner.presses("1")
    assert "检查以前" not in words_of(await street.owner.presses("看材料"))


@pytest.mark.parametrize(("days", "is_old"), [(30, False), (31, True)])
async def test_a_picture_taken_long_ago_is_a_question(street: Street, days: int, is_old: bool) -> None:
    taken = street.world.clock.now() - dt.timedelta(days=days)
    await pairs_handed_in(street, [photo(taken=taken)], photos(1))
    said = exhibit_words.OLD.format(label="第1组 改正前", days=days)
    assert (said in words_of(await looks(street))) == is_old


# ---- the same picture twice


async def test_the_same_picture_in_one_message_counts_once(street: Street) -> None:
    await asks_for_files(street)
    file = photo()
    told = await sends(street.owner, file, photo(), file)
    assert lead_of(told) == "收到2张。其中1张已经交过，没有重复收。"


async def test_the_same_picture_again_is_said_to_who_sends_it(street: Street) -> None:
    await asks_for_files(street)
    file = photo()
    await sends(street.owner, file)
    assert lead_of(await sends(street.owner, file)) == "这张已经交过，没有重复收。"
    await street.owner.presses("发完了")
    assert lead_of(await sends(street.owner, file)) == "这张已经交过，没有重复收。"  # as before and as after
    await street.owner.presses("跳过")
    await street.owner.presses("确认提交")
    assert len(await exhibits_of(street)) == 2


async def test_a_picture_of_an_earlier_time_is_pointed_out_to_both(street: Street) -> None:
    file = photo()
    await pairs_handed_in(street, photos(1), [file])
    street.world.clock.passes(days=1)
    await street.owner.presses("提交整改")
    await street.owner.says("又改了一处")
    told = await sends(street.owner, file)
    assert lead_of(told) == "收到1张。" + exhibit_words.ALREADY_ONE.format(unit="张", day="2026年11月20日")
    await street.owner.presses("发完了")
    await street.owner.presses("确认提交")
    said = exhibit_words.AGAIN.format(label="第1组 改正后", when="11月20日 10:00")
    assert said in words_of(await looks(street))


async def test_a_picture_of_another_case_is_pointed_out_to_the_officer_with_its_number(street: Street) -> None:
    file = photo()
    await pairs_handed_in(street, photos(1), [file])
    first = await newest(street)
    await pairs_handed_in(street, photos(1), [file])
    text = words_of(await looks(street))
    assert exhibit_words.IN_OTHER.format(label="第1组 改正后", number=first.number) in text
    await street.owner.says("我的事项")
    await street.owner.presses("1")
    assert "核对" not in words_of(await street.owner.presses("看材料"))


async def test_a_picture_that_was_saved_anew_is_said_to_look_alike_and_no_more(street: Street) -> None:
    """A question to the officer, never a verdict: of an earlier one in the case, and of another case."""
    await pairs_handed_in(street, photos(1), [photo(likeness="0" * 36)])
    first = await newest(street)
    await pairs_handed_in(street, [photo(likeness="f" * 36)], [photo(likeness="0" * 35 + "7")])
    text = words_of(await looks(street))
    assert exhibit_words.LIKE_OTHER.format(label="第1组 改正后", number=first.number) in text
    assert text.count("很像") == 1
    await pairs_handed_in(street, [photo(likeness="a" * 36)], [photo(likeness="a" * 35 + "b")])
    text = words_of(await looks(street))
    assert exhibit_words.LIKE_EARLIER.format(label="第1组 改正后", when="11月20日 10:00") in text


async def test_a_picture_of_another_departments_case_is_said_without_its_number(street: Street) -> None:
    """R1."""
    file = photo()
    other = await street.world.office("officer", chat="fire", name="吴示例", department="示例消防救援大队")
    await sends(other, file, text=LOG)
    await other.presses("确认立案")
    foreign = await newest(street)
    await pairs_handed_in(street, photos(1), [file])
    text = words_of(await looks(street))
    assert exhibit_words.IN_FOREIGN.format(label="第1组 改正后") in text
    assert foreign.number not in text


# ---- what can go wrong


async def test_two_people_of_one_enterprise_hand_in_at_once_and_nothing_is_lost(street: Street) -> None:
    await diagnosed(street)
    partner = await street.world.contact(street.firm, chat="partner", name="王示例")
    for person in (street.owner, partner):
        await person.says("我的事项")
        await person.presses("1")
        await person.presses("提交整改")
        await person.says("已经上墙")
    await sends(street.owner, *photos(2))
    await sends(partner, *photos(3))
    for person in (street.owner, partner):
        await person.presses("发完了")
        await person.presses("跳过")
        await person.presses("确认提交")
    kept = [one for one in await exhibits_of(street) if one.digest]
    assert [one.person_name for one in kept] == ["李示例"] * 2 + ["王示例"] * 3


async def test_after_the_case_was_closed_the_files_stay_in_the_form(street: Street) -> None:
    """R28: and after a reopening they are handed in without being sent again."""
    info = await submitted(street)
    await street.owner.presses("提交整改")
    await street.owner.says("再补一张")
    await sends(street.owner, *photos(2))
    await street.owner.presses("发完了")
    await street.owner.presses("跳过")
    async with street.world.database.transaction() as session:
        now = await cases.case_file(session, info.id, lock=True)
        assert now is not None
        closed = replace(now.case, stage="closed", closed=street.world.clock.now().date(), outcome="penalty")
        await cases.record(session, now, closed, "close", {}, None, street.world.clock.now())
    told = await street.owner.presses("确认提交")
    assert lead_of(told) == exhibit_words.CLOSED.format(number=info.number)
    assert street.owner.labels[:2] == ["没解决", "看案件"]
    assert [one for one in await exhibits_of(street) if one.digest] == []
    assert "2. 改正后：2份" in words_of(await street.owner.says("继续"))


async def test_a_case_that_asks_for_nothing_begins_no_form(street: Street) -> None:
    await logged(street)  # not diagnosed: nothing is asked of the enterprise yet
    info = await newest(street)
    async with street.world.database.transaction() as session:
        await chats.load_dialogue(session, "web", "owner", street.world.clock.now())
        now = street.world.clock.now()
        act = {"do": "submit_evidence", "id": info.id}
        await chats.offer(session, "web", "owner", "tok", "提交整改", act, now)
    assert lead_of(await street.owner.presses_token("tok")) == exhibit_words.NOT_NOW.format(number=info.number)


def test_a_run_of_an_older_program_still_loads() -> None:
    assert Run.from_json({"flow": "submit_evidence", "id": "x", "files": [{"digest": "ab"}]}).files == {}
