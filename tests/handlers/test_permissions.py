"""Who may do what (R1): every role by every act, through the real conversation, and whose things an act may touch.

Also holds what the other tests of the dialogue share: buttons for any act, the records, the form of a reply.
"""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from sqlalchemy import inspect as inspect_schema
from sqlalchemy import select

from handlers import menus, permissions, words
from handlers.acts import ACTS
from handlers.flows import engine, showing
from handlers.messages import MAX_CHOICES, MAX_LABEL, MAX_PART_BYTES, Incoming, Part
from storage import chats, messages, people, self_checks
from storage.database import Session
from storage.tables import Base
from tests.people import Person, World, lead_of, words_of

REFUSED = "不能做这件事"
OURS = ("lead", "text", "note", "end")
"""The kinds of paragraphs that hold sentences of our own, beside names and titles."""
_DRAFTS = ("flow", "later", "result", "enterprise")

# ---- shared with the other tests of the dialogue


async def presses_act(person: Person, **act: Any) -> list[Part]:
    """Press a button that was never offered: any act, for this chat."""
    world = person.world
    token = world.house.new_token()
    async with world.database.transaction() as session:
        await chats.offer(session, person.channel, person.chat, token, "按钮", act, world.clock.now())
    return await person.presses_token(token)


async def told(person: Person) -> list[Part]:
    """Everything that a chat was ever sent, pushes included."""
    async with person.world.database.reading() as session:
        rows = await messages.transcript(session, person.channel, person.chat, after=0, limit=1000)
    return [Part.from_json(row.payload) for row in rows if row.direction == "out"]


async def records(world: World, mover: Person | None = None) -> dict[str, list[str]]:
    """All that is kept, but for what any message leaves behind in the mover's own chat."""
    found: dict[str, list[str]] = {}
    async with world.database.engine.connect() as connection:
        names = await connection.run_sync(lambda sync: inspect_schema(sync).get_table_names())
    async with world.database.reading() as session:
        for table in (table for name, table in Base.metadata.tables.items() if name in names):
            rows = [dict(row) for row in (await session.execute(select(table))).mappings()]
            if mover and table.name in ("message", "press"):
                rows = [row for row in rows if (row["channel"], row["chat"]) != (mover.channel, mover.chat)]
            if table.name == "chat":
                rows = [
                    {k: v for k, v in row.items() if k not in ("state", "version", "seen")}
                    | {part: json.loads(row["state"]).get(part) for part in _DRAFTS}
                    for row in rows
                ]
            found[table.name] = sorted(map(repr, rows))
    return found


async def count(world: World, table: Any, **columns: Any) -> int:
    """How many rows of a table have these values."""
    async with world.database.reading() as session:
        return len((await session.execute(select(table).filter_by(**columns))).all())


def assert_form(part: Part, titles: Callable[[], Iterable[str]] = list) -> None:
    """At most eight choices with labels of their own, up to eight characters; 2,048 bytes; our sentences up to forty."""
    labels = [label for _, label in part.buttons]
    assert len(labels) <= MAX_CHOICES, labels
    assert len(labels) == len(set(labels)), labels
    assert all(0 < len(label) <= MAX_LABEL for label in labels), labels
    assert sum(len(block.text.encode()) + 1 for block in part.blocks) <= MAX_PART_BYTES
    for block in part.blocks:
        for sentence in re.split(r"[。！？\n]", block.text) if block.kind in OURS else ():
            is_list_of_words = sentence.startswith((words.HELP_TYPED[:5], words.MENU_UNFINISHED[:5]))  # see test_menus
            is_ours = "://" not in sentence and not is_list_of_words
            if is_ours and len(sentence) > 40:
                assert any(title in sentence for title in titles()), sentence


def titles_of(world: World) -> list[str]:
    """What is published under names longer than our sentences are."""
    library = world.house.knowledge().library
    titles = [collection.source.title or "" for collection in library.collections.values()]
    titles += [library.title(entry.id) for entry in library.entries]
    return [title for title in titles if len(title) > 10]


async def assert_all_in_form(world: World) -> None:
    """The form of every reply and push that a test brought about."""
    async with world.database.reading() as session:
        payloads = (await session.execute(select(messages.Message.payload).filter_by(direction="out"))).scalars().all()
    for payload in payloads:
        assert_form(Part.from_json(json.loads(payload)), lambda: titles_of(world))


async def checks_size(owner: Person, persons: str = "25人", turnover: str = "800万元") -> list[Part]:
    """Do the size check of a restaurant, whose industry is in the register; returns the result."""
    await owner.says("划型自检")
    await owner.says(persons)
    await owner.says(turnover)
    return await owner.presses("看结果")


async def latest_check(world: World) -> int:
    """The number of the newest kept self-check."""
    async with world.database.reading() as session:
        return max((await session.execute(select(self_checks.SelfCheck.id))).scalars())


on_sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
"""For what no database can do differently."""


# ---- the table

EVERYBODY = {
    *("start", "menu", "help", "ask", "show", "basis", "related", "terms", "term", "useful", "neither", "person"),
    *("documents", "clauses", "lists", "kinds", "items", "glossary", "place", "set_place"),
    *("flow_set", "flow_tick", "flow_ticked", "flow_skip", "flow_back", "flow_cancel", "flow_later", "flow_resume"),
    *("flow_items", "flow_page", "flow_edit", "flow_submit", "flow_anew"),
    *("checks", "check", "result_details", "result_follows", "result_changes", "result_edit"),
    *("bind", "my_data", "my_pieces", "my_views", "export", "erase", "erase_sure"),
    *("rate", "rate_say", "rate_skip"),
    *("requests", "request", "request_course", "request_more", "request_solved", "request_unsolved"),
}
ANY_OFFICE = {"find", "enterprise", "my_office", "leave", "end_leave"} | {"case", "course", "course_page", "evidence"}
ANY_OFFICE |= {"overdue", "find_case", "cases_of"}
ANY_OFFICE |= {"pledges", "pledge_page", "pledge_text", "pledge_code"}
PLEDGER = {"pledge", "pledge_kinds", "add_promise", "edit_promise", "drop_promise", "redress", "sign_pledge"}
PLEDGER |= {"pledges", "pledge_page", "pledge_text", "pledge_code"}
ANY_OFFICE |= {"guide_one", "guides"}
COPIED = {"copies", "copy_read", "urge"}
MORE = {
    "guest": set[str](),
    "contact": {"guide_one", "guides", "my_guidance", "guide_answer", "guide_remark"}
    | {"records", "record", "result_send", "result_share", "result_unshare", "my_enterprise"}
    | {"choose_enterprise", "unbind", "unbind_sure", "hand_over"}
    | {"case", "course", "course_page", "evidence", "my_cases"}
    | {"submit_evidence", "ask_extension", "defend", "guidance", "reopen", "ask_officer"}
    | {"papers", "paper", "paper_file"}
    | PLEDGER,
    "officer": {"ledger", "figures", "figures_period", "guide", "guide_move", "guide_minutes", "guide_one", "guides"}
    | {"received", "received_one", "issue_code", "issue_for", "end_contact", "verify_fact", "add_enterprise"}
    | {"request_take", "request_back", "request_answer", "request_move", "answer_propose", "gaps"}
    | {"log", "diagnose", "pass_evidence", "return_evidence", "decide_extension", "answer_defence", "visit", "close"}
    | {"transfer", "todo", "due"}
    | {"to_review", "to_visit", "to_close", "phrases", "phrase", "add_phrase", "drop_phrase", "use_phrase"}
    | {"remind_all", "remind_sure", "claim", "escalate_case", "give_time", "serve", "answer_instruction"}
    | {"unowned", "hand_all", "instructions"}
    | {"verify_pledge", "break_promise"}
    | {"papers", "paper", "paper_file", "paper_kinds", "make_paper", "paper_submit", "paper_send", "paper_send_sure"}
    | ANY_OFFICE,
    "liaison": {"ledger"} | ANY_OFFICE | COPIED,
    "leader": {"ledger", "figures", "figures_period"}
    | ANY_OFFICE
    | COPIED
    | {"waive", "instruct", "instructions", "key_cases"},
    "legal": {
        "ledger",
        "figures",
        "figures_period",
        "answers",
        "answer_one",
        "answer_pass",
        "answer_pass_sure",
        "answer_return",
        "answer_withdraw",
    }
    | {"request_move", "gaps"}
    | {"papers", "paper", "paper_file", "papers_review", "paper_pass", "paper_pass_sure", "return_paper"}
    | ANY_OFFICE,
    "supervisor": {"ledger", "figures", "figures_period", "low_ratings", "low_rating", "handle_rating"}
    | {"instruct", "instructions", "key_cases"}
    | ANY_OFFICE
    | COPIED,
    "admin": {"invite", "people", "office", "licence", "revoke", "revoke_sure", "add_enterprise"}
    | {"unowned", "hand_all", "assign_case"}
    | {"request_move"}
    | ANY_OFFICE,
}


def test_the_table_has_exactly_the_acts_there_are() -> None:
    handled = set(re.findall(r'"(flow_[a-z]+)"', inspect.getsource(engine) + inspect.getsource(showing)))
    assert len(handled) == 13
    assert set(permissions.TABLE) == set(ACTS) | handled


@pytest.mark.parametrize("role", menus.ROLES)
def test_the_table_says_what_each_role_is_for(role: str) -> None:
    assert {act for act in permissions.TABLE if permissions.may(role, act)} == EVERYBODY | MORE[role]


def test_what_stands_in_no_row_nobody_may() -> None:
    assert not any(permissions.may(role, "fly") for role in menus.ROLES)
    assert not any(permissions.may("nobody", act) for act in permissions.TABLE)


async def _somebody(world: World, role: str, chat: str, firm: int) -> Person:
    if role == "guest":
        return world.person(chat)
    if role == "contact":
        return await world.contact(firm, chat)
    return await world.office(role, chat=chat)


def _acts(world: World, firm: int, check: int, office: int) -> dict[str, dict[str, Any]]:
    """Every act with what it is done to, all of it of the speaker's own place."""
    library = world.house.knowledge().library
    clause = next(clause for clause in library.clauses.values() if library.related(clause.id))
    source = next(c.source.id for c in library.collections.values() if c.kind == "list")
    flow = {"run": "none", "step": "persons", "value": 3, "n": 1}
    missing = {"id": 999, "accepts": True}  # of cases there are none here
    given: dict[str, dict[str, Any]] = dict.fromkeys(permissions.TABLE, missing)
    given |= {act: flow for act in permissions.TABLE if act.startswith("flow_")}
    given |= {act: {"entry": clause.id} for act in ("show", "basis", "related", "terms")}
    given |= {act: {"id": check} for act in ("record", "result_send", "result_share", "result_unshare", "received_one")}
    given |= {act: {"enterprise": firm} for act in ("choose_enterprise", "unbind", "unbind_sure", "hand_over")}
    given |= {act: {"id": firm} for act in ("enterprise", "issue_for", "end_contact", "verify_fact")}
    given |= {act: {"id": office} for act in ("office", "licence", "revoke", "revoke_sure")}
    given |= {
        "ask": {"q": "罚款能分期吗"},
        "term": {"term": next(iter(library.terms))},
        "useful": {"asked": 1, "yes": True},
        "neither": {"asked": 1},
        "person": {"asked": 1},
        "clauses": {"source": clause.source if hasattr(clause, "source") else "echeng"},
        "kinds": {"source": source},
        "items": {"source": source, "kind": "exempt"},
        "set_place": {"code": "420704"},
        "check": {"check": "size"},
    }
    return given


LAST = ("revoke_sure", "unbind_sure", "erase_sure")
"""After these one is somebody else, or the others have nothing to be done to."""
CELLS = [("sqlite", role) for role in menus.ROLES] + [("postgresql", "contact")]


@pytest.mark.parametrize(("database", "role"), CELLS, indirect=["database"])
async def test_cell_by_cell_the_forbidden_is_refused_and_changes_nothing_and_the_allowed_is_done(
    world: World, role: str
) -> None:
    firm = await world.enterprise()
    owner = await world.contact(firm, "first-owner")
    await checks_size(owner)
    await owner.presses("发给执法")  # nobody is there to send it to yet
    colleague = await world.office("legal", chat="colleague", name="王示例")
    await owner.says("罚款能分期吗")
    async with world.database.reading() as session:
        speaker = await people.speaker_of(session, "web", "colleague", world.clock.now().date(), demo=False)
    assert speaker.office is not None
    assert lead_of(await colleague.says("菜单")) == words.MENU
    given = _acts(world, firm, await latest_check(world), speaker.office.id)
    me = await _somebody(world, role, "me", firm)
    await me.says("菜单")
    allowed = EVERYBODY | MORE[role]
    shown = {entry.label: entry.act["do"] for entry in menus.shown(role)}
    before = await records(world, me)
    async with world.database.transaction() as session:
        for act in sorted(permissions.TABLE.keys() - allowed):
            answer = await _straight(world, session, me, {"do": act} | given[act])
            assert lead_of(answer) == f"{menus.ROLE_NAMES[role]}不能做这件事。", act
            labels = [label for _, label in answer[-1].buttons]
            assert len(labels) >= 8 and all(permissions.may(role, shown[label]) for label in labels), act
    assert await records(world, me) == before
    for act in sorted(allowed, key=lambda act: (act in LAST and LAST.index(act) + 1, act)):
        if act == "erase_sure" and role == "contact":  # who is a guest by now
            me = await world.contact(firm, "me-again")
        async with world.database.transaction() as session:
            answer = await _straight(world, session, me, {"do": act} | given[act])
        assert answer and REFUSED not in words_of(answer), act


async def _straight(world: World, session: Session, person: Person, act: dict[str, Any]) -> list[Part]:
    """Press a button for any act in a transaction that is open, without inbox and outbox."""
    token, now = world.house.new_token(), world.clock.now()
    await chats.offer(session, person.channel, person.chat, token, "按钮", act, now)
    incoming = Incoming(person.channel, person.chat, f"straight/{token}", now, "press", choice=token)
    (parts,) = await world.conversation.handle(session, [incoming])
    for part in parts:
        assert_form(part, lambda: titles_of(world))
    return parts


# ---- whose things


@pytest.fixture
async def elsewhere(world: World) -> Person:
    """An officer of another county, in a department of the same name."""
    return await world.office("officer", chat="elsewhere", name="赵外地", jurisdiction="410526")


async def _unchanged(person: Person, **act: Any) -> str:
    """What is said to a press that must change nothing."""
    before = await records(person.world, person)
    answer = await presses_act(person, **act)
    after = await records(person.world, person)
    assert after == before, act
    return words_of(answer)


@on_sqlite
async def test_an_officer_of_another_place_reaches_no_enterprise_of_ours(world: World, elsewhere: Person) -> None:
    firm = await world.enterprise()
    owner = await world.contact(firm)
    await checks_size(owner)
    async with world.database.reading() as session:
        contact = (await people.contacts_of(session, firm))[0].contact
    for act in (
        {"do": "enterprise", "id": firm},
        {"do": "issue_for", "id": firm},
        {"do": "issue_for", "id": firm, "drop": True},
        {"do": "verify_fact", "id": firm},
        {"do": "verify_fact", "id": firm, "fact": "persons"},
        {"do": "end_contact", "id": firm, "contact": contact},
        {"do": "end_contact", "id": firm, "contact": contact, "sure": True},
    ):
        said = await _unchanged(elsewhere, **act)
        assert said.startswith(words.STALE_BUTTON)
        assert "好味道" not in said
    assert world.codes == []
    await elsewhere.says("找企业")
    assert lead_of(await elsewhere.says("好味道")) == words.FIND_NOTHING
    await elsewhere.says("找企业")
    assert lead_of(await elsewhere.says("92420704MA0000001P")) == words.FIND_NOTHING


async def test_a_missing_enterprise_office_or_record_is_no_more_than_a_dead_button(world: World) -> None:
    firm = await world.enterprise()
    owner, officer, admin = await world.contact(firm), await world.office("officer"), await world.office("admin")
    for person, acts in (
        (owner, ("record", "result_send", "result_share")),
        (officer, ("enterprise", "issue_for", "verify_fact", "end_contact", "received_one")),
        (admin, ("office", "licence", "revoke", "revoke_sure")),
    ):
        await person.says("菜单")
        before = await records(world, person)
        for act in acts:
            for missing in (999, 2**70):
                said = lead_of(await presses_act(person, do=act, id=missing))
                assert said in (words.STALE_BUTTON, words.CHECK_GONE, words.OFFICE_GONE)
        assert await records(world, person) == before


@on_sqlite
async def test_a_contact_reaches_nothing_of_an_enterprise_of_somebody_else(world: World) -> None:
    mine, theirs = await world.enterprise("示例小卖部"), await world.enterprise("示例别家饭馆")
    owner, other = await world.contact(mine), await world.contact(theirs, "other", "周示例")
    await world.office("officer")
    await checks_size(other)
    check = await latest_check(world)
    await presses_act(other, do="result_share", id=check)
    for act in ("unbind", "unbind_sure", "hand_over"):
        assert (await _unchanged(owner, do=act, enterprise=theirs)).startswith(words.STALE_BUTTON)
    for act in ("record", "result_send", "result_share"):
        assert await _unchanged(owner, do=act, id=check) == words.CHECK_GONE
    await _unchanged(owner, do="result_unshare", id=check)
    assert "别家" not in await _unchanged(owner, do="choose_enterprise", enterprise=theirs)
    assert lead_of(await owner.says("我的企业")) == "示例小卖部"
    assert lead_of(await owner.says("自检记录")) == words.CHECK_RECORDS_NONE


@on_sqlite
async def test_an_admin_reaches_no_office_of_another_place_and_cannot_revoke_themself(world: World) -> None:
    admin = await world.office("admin")
    await world.office("officer", chat="theirs", name="赵外地", jurisdiction="410526")
    async with world.database.reading() as session:
        theirs = (await people.offices(session, jurisdiction="410526", demo=False))[0].id
        own = (await people.offices(session, jurisdiction="420704", role="admin", demo=False))[0].id
    for act in ("office", "licence", "revoke", "revoke_sure"):
        assert (await _unchanged(admin, do=act, id=theirs)).startswith(words.OFFICE_GONE)
    assert "赵外地" not in words_of(await admin.says("人员"))
    assert await _unchanged(admin, do="revoke", id=own) == words.REVOKE_SELF
    await _unchanged(admin, do="revoke_sure", id=own)
    assert REFUSED not in words_of(await admin.says("人员"))


@on_sqlite
async def test_an_admin_who_began_a_renewal_cannot_finish_it_for_another_place(world: World) -> None:
    """The flow keeps whose licence it is about; submitting looks again."""
    admin = await world.office("admin")
    await world.office("officer", name="钱示例")
    async with world.database.reading() as session:
        office = (await people.offices(session, role="officer", demo=False))[0]
    await presses_act(admin, do="licence", id=office.id)
    await admin.says("示例-0099")
    await admin.says("2030年1月1日")
    async with world.database.transaction() as session:
        await people.revoke(session, office.id, world.clock.now())
    assert lead_of(await admin.presses("保存")) == words.OFFICE_GONE
    async with world.database.reading() as session:
        after = await people.office(session, office.id)
    assert after is not None and after.licence == "示例-0001"


@on_sqlite
async def test_an_officer_of_another_department_does_not_see_a_self_check_that_was_sent(world: World) -> None:
    firm = await world.enterprise()
    owner = await world.contact(firm)
    receiver = await world.office("officer")
    other = await world.office("officer", chat="other", name="孙示例", department="示例城管局")
    abroad = await world.office("officer", chat="abroad", name="赵外地", jurisdiction="410526")
    await checks_size(owner)
    await owner.presses("发给执法")
    await owner.presses("2." if "市场" in owner.last[-1].blocks[1].text.splitlines()[1] else "1.")
    check = await latest_check(world)
    assert "示例好味道餐馆" in words_of(await presses_act(receiver, do="received_one", id=check))
    for stranger in (other, abroad):
        assert await _unchanged(stranger, do="received_one", id=check) == words.CHECK_GONE
        assert lead_of(await stranger.says("收到自检")) == words.CHECK_RECEIVED_NONE
        assert await told(stranger) and "好味道" not in words_of(await told(stranger))


@on_sqlite
async def test_a_button_of_a_contacts_chat_does_nothing_in_another(world: World) -> None:
    firm = await world.enterprise()
    owner, stranger = await world.contact(firm), world.person("stranger")
    await stranger.says("你好")
    await owner.says("我的企业")
    token = next(token for token, label in owner.last[-1].buttons if label == "移交别人")
    before = await records(world, stranger)
    assert lead_of(await stranger.presses_token(token)) == words.STALE_BUTTON
    assert await records(world, stranger) == before


@on_sqlite
async def test_what_somebody_was_offered_in_an_office_they_lost_is_refused(world: World) -> None:
    firm = await world.enterprise()
    officer = await world.office("officer")
    await officer.says("找企业")
    await officer.says("好味道")
    async with world.database.transaction() as session:
        office = (await people.offices(session, role="officer", demo=False))[0]
        await people.revoke(session, office.id, world.clock.now())
    answer = await officer.presses("发绑定码")
    assert lead_of(answer) == f"访客{REFUSED}。"
    assert officer.labels == [entry.label for entry in menus.shown("guest")]
    assert world.codes == [] and firm
