"""The page on which anybody checks a paper, and the drawn signature, over real HTTP (R34, R49)."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from bot.app import App
from handlers.messages import FileRef
from knowledge.pledges.drawing import DRAWING_NAME, EMPTY_DRAWING, NOT_A_DRAWING, check_drawing
from knowledge.pledges.text import Signing
from knowledge.procedure import acts
from knowledge.procedure.case import Promise
from knowledge.procedure.results import Done
from knowledge.procedure.steps import step
from storage import attachments, cases, pledges
from storage.pledges import PledgeInfo
from tests.bot.demo_case import demo_case
from tests.bot.web_client import Answer, Visitor, served, settings_for, token_of, words_of
from tests.conftest import new_postgres_database
from tests.knowledge.test_pledges import drawn

pytestmark = pytest.mark.asyncio(loop_scope="module")

CODES = ("K7M2P9XQ4RTB", "W3F8H6JN5VZC")
PRIVATE = ("示例企业主", "示例好味道", "示例容〔", "健康证", "92420704")


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=["sqlite", "postgresql"])
async def app(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[App]:
    folder: Path = tmp_path_factory.mktemp("pledges")
    url = f"sqlite:///{folder}/pledges.db"
    if request.param == "postgresql":
        url = await new_postgres_database(request.getfixturevalue("postgres"))
    made = App(settings_for(url, publish_shipped=False, demo=True, files=str(folder / "files")))
    await made.prepare()
    async with served(made):
        yield made


@pytest_asyncio.fixture(loop_scope="module")
async def visitor(app: App) -> AsyncIterator[Visitor]:
    async with Visitor(f"http://127.0.0.1:{app.port}") as one:
        await one.get("/")
        yield one


async def registered(app: App, code: str) -> PledgeInfo:
    """A signed pledge of two promises, of which one was kept, under a code; made once a database."""
    async with app.database.reading() as session:
        found = await pledges.by_code(session, code)
    info = await demo_case(app)
    assert info.case.due is not None
    promises = (Promise("r1", "健康证上墙", info.case.due), Promise("r2", "摆好灭火器", info.case.due))
    today = info.case.opened
    async with app.database.transaction() as session:
        draft = await pledges.open_draft(session, info.id, "rectification", promises, None, app.now())
        if found is None:
            signing = Signing(1, "示例企业主", "typed", None, "web", app.now())
            draft = await pledges.sign(session, draft, "整改承诺书", signing, code)
        for act in (acts.Pledge(promises), acts.KeepPromise("r2")):
            done = step(info.case, act, today)
            assert isinstance(done, Done)
            info = await cases.record(session, info, done.case, "pledge", {}, None, app.now())
    return draft


async def checks(visitor: Visitor, path: str, address: str = "") -> Answer:
    return await visitor.get(path, X_Forwarded_For=address or visitor.address)


async def test_r34_a_paper_is_found_by_its_code_and_shows_nobody(app: App, visitor: Visitor) -> None:
    pledge = await registered(app, CODES[0])
    assert pledge.digest is not None
    answer = await checks(visitor, f"/p/{CODES[0]}")
    assert answer.status == 200
    for told in (
        "整改承诺书",
        "登记过，是最新的一版",
        "第1版",
        "湖北省鄂州市鄂城区",
        pledge.digest[:16],
        "共2条，已做到1条",
    ):
        assert told in answer.text, told
    assert pledge.digest[:17] not in answer.text
    for private in PRIVATE:
        assert private not in answer.text, private
    assert answer.headers["Cache-Control"] == "no-store"
    assert "noindex" in answer.headers["X-Robots-Tag"]
    assert "<script" not in answer.text


@pytest.mark.parametrize("typed", ["k7m2p9xq4rtb", "K7M2-P9XQ-4RTB", "%20K7M2%20P9XQ%204RTB", "%EF%BC%AB7M2P9XQ4RTB"])
async def test_a_code_is_read_however_it_is_typed(app: App, visitor: Visitor, typed: str) -> None:
    async with app.database.reading() as session:
        there = await pledges.by_code(session, CODES[0])
    if there is None:
        await registered(app, CODES[0])
    answer = await checks(visitor, f"/check?code={typed}")
    assert answer.status == 200
    assert "K7M2-P9XQ-4RTB" in answer.text


@pytest.mark.parametrize("code", ["K7M2P9XQ4RTA", "x", "K7M2P9XQ4R", "%3Cscript%3E", "A" * 500, "%00%00"])
async def test_an_unknown_code_is_not_found_and_says_what_to_do(app: App, visitor: Visitor, code: str) -> None:
    answer = await checks(visitor, f"/p/{code}")
    assert answer.status == 404
    assert "没有登记过这个核对码" in answer.text
    assert "<form" in answer.text
    assert "<script" not in answer.text


async def test_the_form_asks_for_a_code(visitor: Visitor) -> None:
    answer = await checks(visitor, "/check")
    assert answer.status == 200
    assert 'name="code"' in answer.text
    assert (await checks(visitor, "/check?code=")).status == 200


async def test_r34_an_older_version_says_that_it_was_replaced(app: App, visitor: Visitor) -> None:
    first = await registered(app, CODES[1])
    async with app.database.transaction() as session:
        draft = await pledges.open_draft(session, first.case, "rectification", first.promises, None, app.now())
        signing = Signing(1, "示例企业主", "typed", None, "web", app.now())
        await pledges.sign(session, draft, "…", signing, CODES[1][::-1])
    answer = await checks(visitor, f"/p/{CODES[1]}")
    assert "登记过，但已由第2版代替" in answer.text
    assert "第1版，最新是第2版" in answer.text


async def test_who_asks_too_often_is_told_to_wait(visitor: Visitor) -> None:
    answers = [await checks(visitor, "/p/AAAAAAAAAAAA", "10.9.8.7") for _ in range(22)]
    assert {answer.status for answer in answers} == {404, 429}
    assert "请等一分钟再查" in answers[-1].text
    assert answers[-1].headers["Retry-After"] == "60"
    assert (await checks(visitor, "/check", "10.9.8.7")).status == 200  # the form itself is always there


async def test_nothing_is_told_while_the_database_is_away(
    app: App, visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away() -> None:
        raise OSError("no")

    monkeypatch.setattr(app.database, "reading", away)
    answer = await checks(visitor, f"/p/{CODES[0]}")
    assert answer.status == 503
    assert "请稍后再查" in answer.text


# ---- a drawn signature


async def draws(visitor: Visitor, content: bytes, **headers: str) -> Answer:
    return await visitor.post(content, path="/api/signature", headers={"Content-Type": "image/png", **headers})


async def test_a_drawn_signature_signs_the_pledge_that_asks_for_it(app: App, visitor: Visitor) -> None:
    info = await demo_case(app)
    await visitor.sits("contact")
    page = await visitor.asks("我的事项")
    page = await visitor.presses(next(c["id"] for c in page["choices"] if c["label"].startswith("1.")))
    draft = await visitor.presses(token_of(page, "签承诺书"))
    assert "后厨没公示健康证" in words_of(draft)
    ask = await visitor.presses(token_of(draft, "签名"))
    assert [block["kind"] for block in ask["blocks"]].count("signature") == 1
    handed = await draws(visitor, drawn())
    assert handed.status == 201
    assert handed.json["name"] == DRAWING_NAME
    review = await visitor._sends({"text": "", "files": [handed.json["file"]]})  # type: ignore[dict-item]
    assert "手写签名" in words_of(review)
    done = await visitor.presses(token_of(review, "确认签署"))
    assert "签好了：整改承诺书第1版" in words_of(done)
    async with app.database.reading() as session:
        (pledge,) = await pledges.of_case(session, info.id)
    assert (pledge.signed_way, pledge.channel) == ("drawn", "web")
    assert pledge.signature is not None
    assert app.blobs.read(pledge.signature) == check_drawing(drawn())
    code = re.search(r"/p/([2-9A-Z]{12})", words_of(done))
    assert code is not None
    assert (await checks(visitor, f"/p/{code[1]}")).status == 200


@pytest.mark.parametrize(
    ("content", "status", "said"),
    [
        (drawn(ink=False), 400, EMPTY_DRAWING),
        (drawn(mode="RGB", kind="JPEG"), 400, NOT_A_DRAWING),
        (b"", 400, "空的"),
        (b"\x89PNG" + bytes(600_000), 400, NOT_A_DRAWING),
    ],
    ids=["empty", "jpeg", "nothing", "too heavy"],
)
async def test_what_is_no_drawing_is_not_taken(visitor: Visitor, content: bytes, status: int, said: str) -> None:
    answer = await draws(visitor, content)
    assert answer.status == status
    assert said in answer.error


async def test_a_signature_comes_from_our_own_page_alone(visitor: Visitor) -> None:
    assert (await draws(visitor, drawn(), **{"X-Rongcuo": ""})).status == 403
    assert (await draws(visitor, drawn(), **{"Sec-Fetch-Site": "cross-site"})).status == 403
    async with Visitor(visitor.base) as stranger:  # without a session
        assert (await draws(stranger, drawn())).status == 401


async def test_r49_a_link_to_a_paper_opens_once_and_a_look_does_not_use_it_up(app: App, visitor: Visitor) -> None:
    """A messenger that fetches the page for a preview takes nothing; a day later, or opened, it is gone."""
    kept = FileRef(app.blobs.put(b"PK paper"), "责令改正通知书.docx", "application/octet-stream", 8)
    tokens = {"AbCdEfGh-_123456": app.now(), "AbCdEfGh-_999999": app.now() - attachments.LENT_FOR}
    async with app.database.transaction() as session:
        for token, at in tokens.items():
            content = json.dumps(kept.to_json()).encode()
            await attachments.put(
                session, token, attachments.LENT, "telegram", kept.name, attachments.KEPT, content, at
            )
    first, late = (f"/d/{token}" for token in tokens)
    for _ in range(2):
        page = await visitor.get(first)
        assert page.status == 200 and "只能打开一次" in page.text and "责令改正" not in page.text
        assert page.headers["Cache-Control"] == "no-store"
    taken = await visitor.post("", path=first)
    assert (taken.status, taken.text) == (200, "PK paper")
    assert taken.headers["Content-Disposition"].startswith("attachment;")
    for path in (first, late, "/d/AbCdEfGh-_000000", "/d/x"):
        gone = await visitor.post("", path=path)
        assert gone.status == 404 and "链接已经失效" in gone.text
