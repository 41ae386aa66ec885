"""Pledges as they are kept, on SQLite and PostgreSQL (R30–R36)."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select, update

from knowledge.pledges.text import Injured, Signing
from knowledge.procedure import acts
from knowledge.procedure.case import Promise
from storage import cases, pledges
from storage.database import Database
from storage.pledges import NotADraft, PledgeInfo
from storage.tables import CaseFile, Pledge
from tests.storage.offices import DIAGNOSIS, DUE, NOW, Office, new_office

CODE = "K7M2P9XQ4RTB"
PROMISE = Promise("r1", "把安全出口清空", DUE)


@pytest.fixture
async def office(database: Database) -> Office:
    return await new_office(database)


async def drafted(office: Office, *promises: Promise, injured: Injured | None = None) -> PledgeInfo:
    """A draft of a new, diagnosed case."""
    info = await office.does(await office.opens(), DIAGNOSIS)
    kind = "redress" if injured else "rectification"
    async with office.database.transaction() as session:
        return await pledges.open_draft(session, info.id, kind, promises or (PROMISE,), injured, NOW)  # type: ignore[arg-type]


def signing(office: Office, **more: object) -> Signing:
    return replace(Signing(office.persons[0], "王强", "typed", None, "web", NOW), **more)  # type: ignore[arg-type]


async def signs(office: Office, draft: PledgeInfo, code: str = CODE) -> PledgeInfo:
    async with office.database.transaction() as session:
        return await pledges.sign(session, draft, "整改承诺书……", signing(office), code)


async def reread(office: Office, id: int) -> PledgeInfo:
    async with office.database.reading() as session:
        found = await pledges.pledge(session, id)
        assert found is not None
        return found


async def test_a_draft_is_kept_and_changed_and_gives_back_what_it_was_given(office: Office) -> None:
    injured = Injured("王女士", "接受道歉", "赵示例")
    draft = await drafted(office, replace(PROMISE, id="d1", kind="redress"), injured=injured)
    assert (draft.state, draft.version, draft.injured, draft.is_signed) == ("draft", 1, injured, False)
    assert draft.expected_digest is None
    async with office.database.transaction() as session:
        changed = await pledges.rewrite(session, draft.id, [Promise("d2", "赔偿300元", DUE, kind="redress")])
    assert [(p.id, p.text, p.due, p.kind) for p in changed.promises] == [("d2", "赔偿300元", DUE, "redress")]
    assert changed.injured == injured


async def test_r34_what_is_signed_carries_its_digest_and_is_never_changed(office: Office) -> None:
    signed = await signs(office, await drafted(office))
    assert (signed.state, signed.text, signed.code, signed.signed) == ("signed", "整改承诺书……", CODE, NOW)
    assert signed.digest is not None
    assert signed.digest == signed.expected_digest == (await reread(office, signed.id)).expected_digest
    async with office.database.transaction() as session:
        with pytest.raises(NotADraft, match="签过"):
            await pledges.rewrite(session, signed.id, [])
    assert (await reread(office, signed.id)).promises == (PROMISE,)


async def test_r34_the_digest_is_the_same_to_the_microsecond_on_every_database(office: Office) -> None:
    draft = await drafted(office)
    at = NOW.replace(microsecond=123456).astimezone(dt.timezone(dt.timedelta(hours=8)))
    async with office.database.transaction() as session:
        signed = await pledges.sign(session, draft, "…", signing(office, at=at), CODE)
    assert signed.digest == (await reread(office, signed.id)).expected_digest


async def test_r34_a_newer_version_replaces_the_one_in_force(office: Office) -> None:
    first = await signs(office, await drafted(office))
    async with office.database.transaction() as session:
        draft = await pledges.open_draft(session, first.case, "rectification", (PROMISE,), None, NOW)
        assert draft.version == 2
        assert (await pledges.newest(session, first.case, "rectification", "signed") or draft).id == first.id
    await signs(office, draft, CODE[::-1])
    async with office.database.reading() as session:
        assert [(one.version, one.state) for one in await pledges.of_case(session, first.case)] == [
            (1, "replaced"),
            (2, "signed"),
        ]


async def test_r34_of_two_signatures_at_once_one_is_taken(office: Office) -> None:
    draft = await drafted(office)
    answers = await asyncio.gather(signs(office, draft), signs(office, draft, CODE[::-1]), return_exceptions=True)
    assert {type(answer) for answer in answers} == {PledgeInfo, NotADraft}


async def test_two_kinds_of_a_case_have_their_own_versions(office: Office) -> None:
    draft = await drafted(office)
    async with office.database.transaction() as session:
        other = await pledges.open_draft(session, draft.case, "voluntary", (PROMISE,), None, NOW)
    assert other.version == 1


@pytest.mark.parametrize("id", [0, -1, 999, 2**63])
async def test_a_pledge_that_is_not_there_is_none(office: Office, id: int) -> None:
    async with office.database.reading() as session:
        assert await pledges.pledge(session, id) is None


async def test_r34_a_code_tells_what_is_registered_and_how_many_promises_were_kept(office: Office) -> None:
    info = await office.does(await office.opens(), DIAGNOSIS)
    promises = (PROMISE, Promise("r2", "摆好灭火器", DUE))
    async with office.database.transaction() as session:
        draft = await pledges.open_draft(session, info.id, "rectification", promises, None, NOW)
        await pledges.sign(session, draft, "…", signing(office), CODE)
    pledged = await office.does(info, acts.Pledge(promises))
    await office.does(pledged, acts.KeepPromise("r2"))
    async with office.database.reading() as session:
        found = await pledges.by_code(session, CODE)
        assert await pledges.by_code(session, CODE[::-1]) is None
    assert found is not None
    assert (found.version, found.newest, found.promises, found.kept) == (1, 1, 2, 1)
    assert (found.jurisdiction, found.department, found.signed) == ("420704", "示例市场监管局", NOW)
    told = json.dumps({name: str(getattr(found, name)) for name in found.__slots__}, ensure_ascii=False)
    for private in ("王强", "幸福小吃店", info.number, "清空", "92420704MA0000001P"):
        assert private not in told


async def test_a_replaced_paper_names_the_newest_version(office: Office) -> None:
    first = await signs(office, await drafted(office))
    async with office.database.transaction() as session:
        draft = await pledges.open_draft(session, first.case, "rectification", (PROMISE,), None, NOW)
    await signs(office, draft, CODE[::-1])
    async with office.database.reading() as session:
        found = await pledges.by_code(session, CODE)
    assert found is not None
    assert (found.version, found.newest) == (1, 2)


async def test_r36_the_clock_finds_the_cases_whose_promise_is_past(office: Office) -> None:
    info = await office.does(await office.opens(), DIAGNOSIS)
    pledged = await office.does(info, acts.Pledge((PROMISE,)))
    other = await office.does(await office.opens(), DIAGNOSIS)
    after = DUE + dt.timedelta(1)
    async with office.database.transaction() as session:
        assert await pledges.cases_to_break(session, DUE, 10) == []
        assert await pledges.cases_to_break(session, after, 10) == [info.id]
        assert await pledges.cases_to_break(session, after, 0) == []
    await office.does(pledged, acts.SubmitEvidence())
    async with office.database.transaction() as session:
        assert await pledges.cases_to_break(session, after, 10) == []
    assert other.id != info.id


async def test_a_case_that_somebody_acts_on_is_left_for_later(office: Office, tmp_path: Path) -> None:
    info = await office.does(await office.opens(), DIAGNOSIS)
    await office.does(info, acts.Pledge((PROMISE,)))
    if office.database.url.startswith("sqlite"):
        return  # one writer: the clock waits its turn
    other = Database(office.database.url)
    try:
        async with office.database.transaction() as session:
            await cases.case_file(session, info.id, lock=True)
            async with other.transaction() as clock:
                assert await pledges.cases_to_break(clock, DUE + dt.timedelta(1), 10) == []
    finally:
        await other.close()


async def test_a_record_whose_parts_were_changed_does_not_fit_its_digest(office: Office) -> None:
    signed = await signs(office, await drafted(office))
    for change in ({"text": "别的"}, {"signed_way": "drawn"}, {"signature": "0" * 64}, {"channel": "telegram"}):
        async with office.database.transaction() as session:
            before = (await session.execute(select(Pledge).where(Pledge.id == signed.id))).scalar_one()
            undo = {name: getattr(before, name) for name in change}
            await session.execute(update(Pledge).where(Pledge.id == signed.id).values(**change))
        changed = await reread(office, signed.id)
        assert changed.digest != changed.expected_digest, change
        async with office.database.transaction() as session:
            await session.execute(update(Pledge).where(Pledge.id == signed.id).values(**undo))
    assert (await reread(office, signed.id)).expected_digest == signed.digest


async def test_the_day_after_which_a_promise_is_broken_stands_beside_the_case(office: Office) -> None:
    info = await office.does(await office.opens(), DIAGNOSIS)
    await office.does(info, acts.Pledge((PROMISE,)))
    async with office.database.reading() as session:
        assert (await session.execute(select(CaseFile.promise_due).where(CaseFile.id == info.id))).scalar() == DUE
