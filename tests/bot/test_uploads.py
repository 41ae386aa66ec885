"""Photos and documents over Telegram and the web chat, over real HTTP: checked, kept once, and nothing lost with them."""

from __future__ import annotations

import asyncio
import hashlib
import json
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import aiohttp
import pytest
from aiohttp import web

from bot.app import App
from bot.channels import telegram_files, web_uploads
from bot.channels.telegram import TelegramReceiver
from bot.channels.telegram_client import Client, make_bot
from bot.channels.telegram_files import NOT_FETCHED, NOT_KEPT, TOO_MANY
from bot.channels.web import WebChannel
from bot.handouts import Handouts
from bot.intake import Intake
from bot.keeper import Keeper
from bot.limits import Limiter
from bot.metrics import Metrics
from handlers.messages import FileRef, Incoming
from knowledge.evidence_files import MAX_BYTES, TOO_LARGE, examine
from knowledge.evidence_refusals import ACTIVE, DAMAGED, EMPTY
from storage import attachments, messages
from storage.blobs import Blobs
from storage.database import Database
from storage.messages import Stored
from tests.bot.telegram_double import TelegramDouble
from tests.bot.web_client import Answer, Visitor, served, settings_for
from tests.conftest import new_postgres_database
from tests.knowledge.evidence_makers import PLACE, drawing, exif, heic, jpeg, pdf, png, repacked, saved, webp, word
from tests.people import Clock

PHOTO = jpeg(exif(taken="2026:11:18 09:30:05"))
KEPT = examine(PHOTO, "").content
DIGEST = hashlib.sha256(KEPT).hexdigest()


def on_both(fixture: str) -> pytest.MarkDecorator:
    """For tests of what the records hold: on SQLite, where all run, and on PostgreSQL."""
    return pytest.mark.parametrize(fixture, ["sqlite", "postgresql"], indirect=True)


async def address_of(request: pytest.FixtureRequest, folder: Path) -> str:
    """The address of an empty database of the kind that the test asks for."""
    if getattr(request, "param", "sqlite") == "postgresql":
        return await new_postgres_database(request.getfixturevalue("postgres"))
    return f"sqlite:///{folder}/uploads.db"


def another(number: int) -> bytes:
    """A picture unlike the others."""
    return saved(drawing(40 + number, 30), "PNG")


def in_folder(folder: Path) -> list[str]:
    """The digests of all files that are kept."""
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def read(row: Stored) -> Incoming:
    """A stored message as the dialogue gets it."""
    return Incoming.from_json(row.channel, row.chat, row.key, row.at, row.payload)


# ---- what passes through the records


def test_a_message_of_before_there_were_files_still_loads(clock: Clock) -> None:
    old = {"kind": "photo", "text": "门头", "choice": ""}
    loaded = Incoming.from_json("telegram", "7", "1", clock.now(), old)
    assert (loaded.files, loaded.album, loaded.problem, loaded.taken) == ((), "", "", None)
    assert loaded.to_json() == old


def test_a_message_with_files_comes_back_as_it_was(clock: Clock) -> None:
    early, late = (clock.now().replace(hour=hour) for hour in (8, 9))
    files = (FileRef("ab" * 32, "a.jpg", "image/jpeg", 5, late), FileRef("cd" * 32, "b.pdf", "application/pdf", 6))
    sent = Incoming("web", "owner", "1", clock.now(), "photo", "整改后", files=files, album="a", problem="太大")
    data = json.loads(json.dumps(sent.to_json()))
    assert Incoming.from_json("web", "owner", "1", clock.now(), data) == sent
    assert sent.taken == late
    both = (*files, FileRef("ef" * 32, "c.jpg", "image/jpeg", 7, early))
    assert Incoming("web", "owner", "1", clock.now(), files=both).taken == early


# ---- Telegram


@dataclass
class Post:
    """What takes Telegram messages in, over one database, with a folder for files."""

    double: TelegramDouble
    database: Database
    bot: Client
    intake: Intake
    receiver: TelegramReceiver
    folder: Path
    stop: asyncio.Event = field(default_factory=asyncio.Event)

    async def rows(self, chat: int) -> list[Incoming]:
        async with self.database.reading() as session:
            rows = await messages.transcript(session, "telegram", str(chat), limit=100)
        return [read(row) for row in rows if row.direction == "in"]

    async def takes(self) -> None:
        """Take in what is there to be taken."""
        await self.receiver.take(await self.bot.get_updates())

    @asynccontextmanager
    async def hook(self) -> AsyncIterator[None]:
        """The webhook, set."""
        app = web.Application()
        app.router.add_post("/hook", self.receiver.webhook("secret"))
        runner = web.AppRunner(app)
        await runner.setup()
        try:
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            await self.bot.set_webhook(f"http://127.0.0.1:{runner.addresses[0][1]}/hook", secret_token="secret")
            yield
        finally:
            await runner.cleanup()

    async def one(self, chat: int = 7) -> Incoming:
        """Take in what is there; the only message of a chat."""
        await self.takes()
        (row,) = await self.rows(chat)
        return row


@pytest.fixture
async def double() -> AsyncIterator[TelegramDouble]:
    async with TelegramDouble() as server:
        yield server
        assert server.unexpected == []


@pytest.fixture
async def post(
    request: pytest.FixtureRequest, double: TelegramDouble, clock: Clock, tmp_path: Path
) -> AsyncIterator[Post]:
    database = Database(await address_of(request, tmp_path))
    await database.upgrade()
    bot = make_bot(double.token, double.base_url)
    intake = Intake(database, Metrics(), lambda: None)
    folder = tmp_path / "files"
    receiver = TelegramReceiver(bot, intake, clock.now, Keeper(Blobs(folder)))
    yield Post(double, database, bot, intake, receiver, folder)
    await receiver.finish()
    await bot.close_connections()
    await database.close()


@on_both("post")
async def test_a_photo_is_kept_without_its_position_and_reaches_the_dialogue_with_its_time(post: Post) -> None:
    post.double.sends_photo(7, caption="整改后的门头", content=PHOTO)
    row = await post.one()
    assert (row.kind, row.text, row.problem) == ("photo", "整改后的门头", "")
    (file,) = row.files
    assert (file.digest, file.name, file.mime, file.size) == (DIGEST, "照片.jpg", "image/jpeg", len(KEPT))
    assert file.taken is not None and file.taken.isoformat() == "2026-11-18T09:30:05+08:00"
    assert Blobs(post.folder).read(DIGEST) == KEPT
    assert PLACE in PHOTO and PLACE not in KEPT


async def test_of_a_photo_only_the_largest_size_is_fetched(post: Post) -> None:
    post.double.sends_photo(7, content=PHOTO)
    await post.takes()
    assert post.double.downloads == ["files/file1/photo.jpg"]


@pytest.mark.parametrize(
    ("name", "content", "mime", "kept"),
    [
        ("门头.HEIC", heic(), "image/heic", "门头.heic"),
        ("门头.png", png(), "image/png", "门头.png"),
        ("门头.webp", webp(), "image/webp", "门头.webp"),
        ("承诺书.pdf", pdf(), "application/pdf", "承诺书.pdf"),
        ("../../承诺书.exe", word(), "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "承诺书.docx"),
        ("gpj.\u202efdp\x00\n" + "长" * 10_000, pdf(), "application/pdf", "gpj.fdp" + "长" * 89 + ".pdf"),
    ],
    ids=["heic", "png", "webp", "pdf", "path", "long"],
)  # fmt: skip
async def test_documents_are_kept_under_a_name_that_can_be_shown(
    post: Post, name: str, content: bytes, mime: str, kept: str
) -> None:
    post.double.sends_document(7, name, 0, content, caption="材料")
    row = await post.one()
    assert (row.kind, row.text, row.problem) == ("document", "材料", "")
    assert [(file.name, file.mime) for file in row.files] == [(kept, mime)]
    assert in_folder(post.folder) == [row.files[0].digest]


@on_both("post")
async def test_an_album_is_as_many_messages_with_one_name_and_every_picture_is_kept(post: Post) -> None:
    for number in range(5):
        post.double.sends_photo(7, "a", caption="整改后" if number == 0 else "", content=another(number))
    post.double.says(7, "发完了")
    await post.takes()
    *album, last = await post.rows(7)
    assert [row.album for row in album] == ["a"] * 5
    assert [row.files[0].digest for row in album] == [
        hashlib.sha256(examine(another(number), "").content).hexdigest() for number in range(5)
    ]
    assert [row.text for row in album] == ["整改后", "", "", "", ""]
    assert (last.text, last.album) == ("发完了", "")
    assert len(in_folder(post.folder)) == 5


async def test_documents_sent_together_are_one_set_too(post: Post) -> None:
    post.double.sends_document(7, "a.pdf", 0, pdf(), album="b")
    post.double.sends_document(7, "b.docx", 0, word(), album="b")
    await post.takes()
    assert [(row.album, len(row.files)) for row in await post.rows(7)] == [("b", 1), ("b", 1)]


@on_both("post")
async def test_the_same_update_twice_has_one_message_and_keeps_one_file(post: Post) -> None:
    post.double.sends_photo(7, content=PHOTO)
    updates = await post.bot.get_updates()
    await post.receiver.take(updates)
    await post.receiver.take(updates)
    post.double.repeats_last()
    await post.takes()
    assert len(await post.rows(7)) == 1
    assert in_folder(post.folder) == [DIGEST]


async def test_an_update_whose_storing_failed_comes_again_with_its_file(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    post.double.sends_photo(7, content=PHOTO)
    real = post.intake.take_all

    async def fails(batch: list[Incoming], whole_at: object) -> int:
        monkeypatch.setattr(post.intake, "take_all", real)
        raise OSError("gone")

    monkeypatch.setattr(post.intake, "take_all", fails)
    with pytest.raises(OSError, match="gone"):
        await post.takes()
    assert await post.rows(7) == []
    row = await post.one()
    assert [file.digest for file in row.files] == [DIGEST]
    assert in_folder(post.folder) == [DIGEST]


async def test_a_file_too_large_is_said_without_fetching_it_and_its_caption_stays(post: Post) -> None:
    post.double.sends_document(7, "录像.mp4", MAX_BYTES + 1, caption="整改录像")
    post.double.says(7, "收到了吗")
    await post.takes()
    large, after = await post.rows(7)
    assert (large.kind, large.text, large.files, large.problem) == ("document", "整改录像", (), TOO_LARGE)
    assert after.text == "收到了吗"
    assert [call.method for call in post.double.calls if call.method == "getFile"] == []
    assert in_folder(post.folder) == []


async def test_a_file_whose_size_only_the_server_knows_to_be_too_large_is_said(post: Post) -> None:
    post.double.sends_document(7, "a.pdf", MAX_BYTES + 1)
    (update,) = await post.bot.get_updates()
    assert update.message is not None and update.message.document is not None
    with update.message.document._unfrozen():
        update.message.document.file_size = None
    await post.receiver.take([update])
    (row,) = await post.rows(7)
    assert row.problem == TOO_LARGE


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", EMPTY),
        (PHOTO[:500], DAMAGED),
        (repacked(word(), {"word/vbaProject.bin": b"x"}), ACTIVE),
        (b"<svg/>", "网页"),
        (b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom", "视频"),
    ],
    ids=["empty", "damaged", "macros", "svg", "film"],
)
async def test_a_file_that_is_not_taken_is_said_at_once_in_words(post: Post, content: bytes, problem: str) -> None:
    post.double.sends_document(7, "a.jpg", 0, content, caption="材料")
    row = await post.one()
    assert problem in row.problem
    assert (row.text, row.files) == ("材料", ())
    assert in_folder(post.folder) == []


async def test_one_bad_picture_of_an_album_loses_none_of_the_others(post: Post) -> None:
    for content in (another(1), b"rubbish", another(2)):
        post.double.sends_photo(7, "a", content=content)
    await post.takes()
    assert [(len(row.files), bool(row.problem)) for row in await post.rows(7)] == [(1, False), (0, True), (1, False)]


@pytest.mark.parametrize("method", ["getFile", "download"])
@pytest.mark.parametrize("fault", ["fails", "limits", "drops"])
async def test_a_server_that_stumbles_once_is_asked_again(
    post: Post, monkeypatch: pytest.MonkeyPatch, method: str, fault: str
) -> None:
    monkeypatch.setattr(telegram_files, "RETRY_WAIT", 0.01)
    ask: dict[str, Any] = {
        "fails": lambda: post.double.fails_next(2, 502, method=method),
        "limits": lambda: post.double.limits_next(1, 0, method=method),
        "drops": lambda: post.double.drops_next(1, method=method),
    }
    ask[fault]()
    post.double.sends_photo(7, content=PHOTO)
    row = await post.one()
    assert ([file.digest for file in row.files], row.problem) == ([DIGEST], "")


async def test_a_server_that_stays_down_is_said_and_the_words_are_kept(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(telegram_files, "RETRY_WAIT", 0.01)
    monkeypatch.setattr(telegram_files, "FETCH_WITHIN", 0.2)
    post.double.fails_next(10_000, 502, method="download")
    post.double.sends_photo(7, caption="整改后", content=PHOTO)
    row = await post.one()
    assert (row.text, row.files, row.problem) == ("整改后", (), NOT_FETCHED)


async def test_a_file_that_the_server_no_longer_has_is_said_at_once(post: Post) -> None:
    post.double.sends_photo(7, content=PHOTO)
    updates = await post.bot.get_updates()
    post.double._files.clear()
    await post.receiver.take(updates)
    (row,) = await post.rows(7)
    assert row.problem == NOT_FETCHED


async def test_a_full_disk_is_said_and_stops_nothing(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> str:
        raise OSError("no space left on device")

    monkeypatch.setattr(Blobs, "put", full)
    post.double.sends_photo(7, content=PHOTO)
    post.double.says(7, "在吗")
    await post.takes()
    photo, text = await post.rows(7)
    assert (photo.problem, text.text) == (NOT_KEPT, "在吗")


async def test_who_sends_files_without_end_is_told_to_wait(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    assert post.receiver._files is not None
    post.receiver._files._per_chat = Limiter(rate=0, burst=2)
    for number in range(4):
        post.double.sends_photo(7, content=another(number))
    post.double.sends_photo(8, content=PHOTO)
    await post.takes()
    assert [row.problem for row in await post.rows(7)] == ["", "", TOO_MANY, TOO_MANY]
    assert [row.problem for row in await post.rows(8)] == [""]


async def test_others_do_not_wait_for_a_file_that_comes_slowly(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    going = asyncio.Event()
    real = post.receiver._files._fetched  # type: ignore[union-attr]

    async def slow(file_id: str) -> bytes:
        await going.wait()
        return await real(file_id)

    monkeypatch.setattr(post.receiver._files, "_fetched", slow)
    post.double.says(7, "先说一句")
    post.double.sends_photo(7, content=PHOTO)
    post.double.says(7, "再说一句")
    post.double.says(8, "别人")
    taking = asyncio.create_task(post.takes())
    async with asyncio.timeout(10):
        while not await post.rows(8):
            await asyncio.sleep(0.01)
    assert await post.rows(7) == []
    going.set()
    await taking
    assert [row.text or row.files[0].name for row in await post.rows(7)] == ["先说一句", "照片.jpg", "再说一句"]


@pytest.mark.parametrize(
    "photo", [[], [{}], [{"file_id": 5, "file_unique_id": "a", "width": "x", "height": None}], "x", 5]
)
async def test_a_photo_of_an_odd_shape_holds_up_nothing(post: Post, photo: Any) -> None:
    post.double.update({"message": {"message_id": 1, "date": 1, "chat": {"id": 7, "type": "private"}, "photo": photo}})
    async with post.hook():
        ((_, status),) = await post.double.delivers_webhook()
    assert status in (200, 400)


async def test_a_photo_comes_by_webhook_too(post: Post) -> None:
    post.double.sends_photo(7, "a", content=PHOTO)
    post.double.sends_photo(7, "a", content=another(1))
    async with post.hook():
        assert [status for _, status in await post.double.delivers_webhook()] == [200, 200]
    assert [(row.album, len(row.files)) for row in await post.rows(7)] == [("a", 1), ("a", 1)]


async def test_without_a_keeper_no_file_is_fetched(post: Post, clock: Clock) -> None:
    post.double.sends_photo(7, content=PHOTO)
    await TelegramReceiver(post.bot, post.intake, clock.now).take(await post.bot.get_updates())
    (row,) = await post.rows(7)
    assert (row.kind, row.files, row.problem) == ("photo", (), "")
    assert post.double.downloads == []


# ---- the web chat


@dataclass
class Place:
    """A program of one's own with a folder for files, without the dialogue's knowledge."""

    app: App
    base: str
    folder: Path

    @asynccontextmanager
    async def visitor(self) -> AsyncIterator[Visitor]:
        async with Visitor(self.base) as one:
            assert (await one.get("/")).status == 200
            yield one

    async def rows(self, visitor: Visitor) -> list[Incoming]:
        async with self.app.database.reading() as session:
            rows = await messages.transcript(session, "web", visitor.chat, limit=100)
        return [read(row) for row in rows if row.direction == "in"]


@pytest.fixture
async def place(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Place]:
    app = App(settings_for(await address_of(request, tmp_path), publish_shipped=False))
    folder = tmp_path / "files"
    blobs = Blobs(folder)
    app.web = WebChannel(
        app.database,
        app.intake,
        app.hub,
        app.metrics,
        app.now,
        secure=False,
        keeper=Keeper(blobs),
        handouts=Handouts(app.database, blobs),
    )
    await app.prepare()
    async with served(app) as base:
        yield Place(app, base, folder)


@pytest.fixture
async def visitor(place: Place) -> AsyncIterator[Visitor]:
    async with place.visitor() as one:
        yield one


async def uploads(visitor: Visitor, content: bytes, name: str = "门头.jpg", **headers: str) -> Answer:
    sent = {"Content-Type": "application/octet-stream", "X-File-Name": quote(name)} | headers
    return await visitor.post(content, headers=sent, path="/api/files")


async def uploaded(visitor: Visitor, content: bytes, name: str = "门头.jpg") -> str:
    answer = await uploads(visitor, content, name)
    assert answer.status == 201, answer.text
    assert list(answer.json) == ["file", "name", "mime"]
    return str(answer.json["file"])


async def says(visitor: Visitor, **body: Any) -> Answer:
    return await visitor.post({"id": str(uuid.uuid4())} | body)


@on_both("place")
async def test_a_file_is_uploaded_and_then_named_by_a_message(place: Place, visitor: Visitor) -> None:
    file = await uploaded(visitor, PHOTO)
    answer = await says(visitor, text="整改后", files=[file])
    assert (answer.status, answer.json) == (202, {"accepted": True})
    (row,) = await place.rows(visitor)
    assert (row.kind, row.text) == ("photo", "整改后")
    assert [(one.digest, one.name, one.mime, one.size) for one in row.files] == [
        (DIGEST, "门头.jpg", "image/jpeg", len(KEPT))
    ]
    assert row.taken is not None and row.taken.isoformat() == "2026-11-18T09:30:05+08:00"
    assert Blobs(place.folder).read(DIGEST) == KEPT


async def test_several_files_without_a_word_are_one_message(place: Place, visitor: Visitor) -> None:
    files = [await uploaded(visitor, another(number)) for number in range(3)]
    assert (await says(visitor, files=files)).status == 202
    files.append(await uploaded(visitor, pdf(), "承诺书.pdf"))
    assert (await says(visitor, files=[files[0], files[3], files[0]])).status == 202
    first, second = await place.rows(visitor)
    assert (first.kind, first.text, len(first.files)) == ("photo", "", 3)
    assert (second.kind, [file.name for file in second.files]) == ("document", ["门头.png", "承诺书.pdf"])


async def test_the_transcript_names_the_files_that_a_person_sent(visitor: Visitor) -> None:
    await says(visitor, text="整改后", files=[await uploaded(visitor, PHOTO)])
    await says(visitor, files=[await uploaded(visitor, pdf(), "承诺书.pdf")])
    shown = [one["blocks"][0]["text"] for one in (await visitor.history())["messages"] if one["from"] == "me"]
    assert shown == ["整改后\n［照片］1张", "［文件］承诺书.pdf"]


@on_both("place")
async def test_the_same_message_sent_again_has_one_effect(place: Place, visitor: Visitor) -> None:
    files, key = [await uploaded(visitor, PHOTO), await uploaded(visitor, PHOTO)], str(uuid.uuid4())
    for _ in range(2):
        assert (await says(visitor, id=key, files=files)).status == 202
    assert len(await place.rows(visitor)) == 1
    assert in_folder(place.folder) == [DIGEST]


@on_both("place")
async def test_a_file_is_given_to_the_chat_that_uploaded_it_alone(place: Place, visitor: Visitor) -> None:
    file = await uploaded(visitor, PHOTO)
    async with place.visitor() as neighbour:
        answer = await says(neighbour, files=[file])
        assert (answer.status, answer.error) == (400, web_uploads.UNKNOWN_FILE)
        assert await place.rows(neighbour) == []
    assert (await visitor.get(f"/api/files/{file}")).status == 404


async def test_who_uploads_a_picture_may_look_at_it_as_every_browser_shows_it(place: Place, visitor: Visitor) -> None:
    file = await uploaded(visitor, heic(), "门头.HEIC")
    seen = await visitor.get(f"/api/files/{file}?view", method="HEAD")
    assert (seen.status, seen.headers["Content-Type"]) == (200, "image/jpeg")
    assert seen.headers["Content-Disposition"].startswith("inline")
    assert (await visitor.get(f"/api/files/{file}")).status == 404
    async with place.visitor() as neighbour:
        assert (await neighbour.get(f"/api/files/{file}?view")).status == 404


async def enclosed(place: Place, visitor: Visitor, content: bytes, name: str, mime: str) -> str:
    """A kept file that was given to a chat."""
    digest = Blobs(place.folder).put(content)
    kept = FileRef(digest, name, mime, len(content))
    token = uuid.uuid4().hex[:16]
    async with place.app.database.transaction() as session:
        told = json.dumps(kept.to_json()).encode()
        await attachments.put(session, token, "web", visitor.chat, name, attachments.KEPT, told, place.app.now())
    return token


async def test_a_kept_file_is_given_as_it_is_or_to_be_looked_at(place: Place, visitor: Visitor) -> None:
    """R49: to the chat it was given to."""
    original = examine(heic(), "").content
    token = await enclosed(place, visitor, original, "第1组 改正后.heic", "image/heic")
    async with visitor.http.get(f"{place.base}/api/files/{token}") as answer:
        assert (answer.status, answer.content_type, await answer.read()) == (200, "image/heic", original)
        assert answer.headers["Content-Disposition"].startswith("attachment")
    async with visitor.http.get(f"{place.base}/api/files/{token}?view") as answer:
        assert (answer.status, answer.content_type) == (200, "image/jpeg")
        assert (await answer.read()).startswith(b"\xff\xd8\xff")
    async with place.visitor() as neighbour:
        for ending in ("", "?view"):
            assert (await neighbour.get(f"/api/files/{token}{ending}")).status == 404


async def test_a_picture_that_cannot_be_shown_is_given_as_it_is(place: Place, visitor: Visitor) -> None:
    token = await enclosed(place, visitor, b"rubbish", "a.heic", "image/heic")
    async with visitor.http.get(f"{place.base}/api/files/{token}?view") as answer:
        assert (answer.status, answer.content_type, await answer.read()) == (200, "image/heic", b"rubbish")
        assert answer.headers["Content-Disposition"].startswith("attachment")


@pytest.mark.parametrize("loss", ["missing", "damaged"])
async def test_a_kept_file_that_is_lost_is_said(place: Place, visitor: Visitor, loss: str) -> None:
    token = await enclosed(place, visitor, PHOTO, "a.jpg", "image/jpeg")
    (path,) = (path for path in place.folder.rglob("*") if path.is_file())
    path.unlink() if loss == "missing" else path.write_bytes(b"x")
    for ending in ("", "?view"):
        answer = await visitor.get(f"/api/files/{token}{ending}")
        assert (answer.status, answer.error) == (404, "没有这个文件，或者它已经过期")


async def test_a_file_made_by_the_program_is_no_upload(place: Place, visitor: Visitor) -> None:
    async with place.app.database.transaction() as session:
        await attachments.put(session, "A" * 16, "web", visitor.chat, "a.png", "image/png", b"x", place.app.now())
    assert (await says(visitor, files=["A" * 16])).status == 400


@pytest.mark.parametrize(
    "body",
    [
        {"files": "x"},
        {"files": [5]},
        {"files": ["no-such-file-at-a"]},
        {"files": ["B" * 16]},
        {"files": ["../../etc/passw"]},
        {"files": ["\x00" * 16]},
        {"files": ["B" * 16] * 11},
        {"files": {"a": 1}},
        {"files": ["B" * 16], "text": 5},
        {"files": ["B" * 16], "choice": "x"},
        {"files": []},
    ],
)
async def test_a_message_with_wrong_files_is_refused_in_words(
    place: Place, visitor: Visitor, body: dict[str, Any]
) -> None:
    answer = await says(visitor, **body)
    assert answer.status == 400
    assert any("\u4e00" <= one <= "\u9fff" for one in answer.error)
    assert await place.rows(visitor) == []


@pytest.mark.parametrize(
    ("content", "status", "words"),
    [
        (b"", 400, EMPTY),
        (PHOTO[:500], 400, DAMAGED),
        (b"<svg/>", 400, "网页"),
        (bytes(MAX_BYTES + 1), 413, TOO_LARGE),
        (bytes(MAX_BYTES), 400, "收不了"),
    ],
    ids=["empty", "damaged", "svg", "too large", "largest"],
)
async def test_a_file_that_is_not_taken_is_said_by_the_answer(
    place: Place, visitor: Visitor, content: bytes, status: int, words: str
) -> None:
    answer = await uploads(visitor, content)
    assert answer.status == status
    assert words in answer.error
    assert in_folder(place.folder) == []


async def test_a_stream_without_a_length_is_broken_off_when_it_is_too_large(place: Place, visitor: Visitor) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while sent < 10 * MAX_BYTES:
            sent += 2**16
            yield bytes(2**16)

    headers = {"X-Rongcuo": "1", "X-Forwarded-For": visitor.address}
    try:
        async with visitor.http.post(f"{place.base}/api/files", data=endless(), headers=headers) as response:
            assert response.status == 413
            assert (await response.json())["error"] == TOO_LARGE
    except aiohttp.ClientError:  # the connection may be closed while we still send
        pass
    assert sent < 10 * MAX_BYTES
    assert (await uploads(visitor, PHOTO)).status == 201


async def test_a_body_that_stops_coming_is_given_up(
    place: Place, visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(web_uploads, "PATIENCE", 0.1)
    still = asyncio.Event()

    async def stalls() -> AsyncIterator[bytes]:
        yield PHOTO[:100]
        await still.wait()

    headers = {"X-Rongcuo": "1", "X-Forwarded-For": visitor.address}
    async with visitor.http.post(f"{place.base}/api/files", data=stalls(), headers=headers) as response:
        assert response.status == 408
        assert (await response.json())["error"] == web_uploads.NOT_WHOLE
        still.set()
    assert place.app.web._uploads is not None
    assert place.app.web._uploads._under_way == {}


async def test_who_is_not_our_page_uploads_nothing(place: Place, visitor: Visitor) -> None:
    assert (await uploads(visitor, PHOTO, **{"X-Rongcuo": "0"})).status == 403
    assert (await uploads(visitor, PHOTO, **{"Sec-Fetch-Site": "cross-site"})).status == 403
    async with Visitor(place.base) as stranger:
        assert (await uploads(stranger, PHOTO)).status == 401
    assert in_folder(place.folder) == []


async def test_uploads_have_the_limit_of_messages_and_one_of_their_own(place: Place, visitor: Visitor) -> None:
    assert place.app.web._uploads is not None
    place.app.web._uploads._per_chat = Limiter(rate=0, burst=2)
    answers = [await uploads(visitor, another(number)) for number in range(3)]
    assert [answer.status for answer in answers] == [201, 201, 429]
    assert answers[2].error == web_uploads.TOO_MANY
    place.app.web._per_chat = Limiter(rate=0, burst=1)
    async with place.visitor() as other:
        assert [(await uploads(other, PHOTO)).status for _ in range(2)] == [201, 429]


async def test_too_many_uploads_at_once_are_told_to_wait(
    place: Place, visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(web_uploads, "MAX_AT_ONCE_PER_ADDRESS", 0)
    answer = await uploads(visitor, PHOTO)
    assert (answer.status, answer.error) == (503, web_uploads.BUSY)


async def test_a_full_disk_is_said_by_the_answer(visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> str:
        raise OSError("no space left on device")

    monkeypatch.setattr(Blobs, "put", full)
    answer = await uploads(visitor, PHOTO)
    assert (answer.status, answer.error) == (503, web_uploads.NOT_KEPT)


@pytest.mark.parametrize(
    ("header", "kept"),
    [
        (quote("../../照片\u202e\x00\n.exe"), "照片.jpg"),
        ("%ff%fe%zz", "��%zz.jpg"),
        ("", "照片.jpg"),
        ("%2e%2e%2f" * 800, "照片.jpg"),
    ],
)
async def test_a_hostile_name_is_cleaned(place: Place, visitor: Visitor, header: str, kept: str) -> None:
    answer = await uploads(visitor, PHOTO, **{"X-File-Name": header})
    assert answer.status == 201
    await says(visitor, files=[answer.json["file"]])
    (row,) = await place.rows(visitor)
    assert row.files[0].name == kept


async def test_without_a_keeper_the_page_takes_no_files(tmp_path: Path) -> None:
    app = App(settings_for(f"sqlite:///{tmp_path}/web.db", publish_shipped=False))
    app.web = WebChannel(app.database, app.intake, app.hub, app.metrics, app.now, secure=False)
    await app.prepare()
    async with served(app) as base, Visitor(base) as one:
        await one.get("/")
        assert (await uploads(one, PHOTO)).status in (404, 405)
        answer = await says(one, files=["B" * 16])
        assert (answer.status, answer.error) == (400, "这里不能发文件")
