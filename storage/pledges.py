"""Pledges as they are kept (R30–R36): a draft that an enterprise's contacts share, fixed by signing, replaced by a newer version."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

from sqlalchemy import and_, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from knowledge.pledges.text import Injured, Signing, digest
from knowledge.procedure.case import Case, PledgeKind, Promise
from storage.tables import CaseEvent, CaseFile, Pledge

CODE_LENGTH = 12


class NotADraft(RuntimeError):
    """这份承诺书刚刚签过了，或者不在了。"""


@dataclass(frozen=True, slots=True)
class PledgeInfo:
    """A version of a pledge. ``promises`` as they were signed: what came of them stands in the case.

    ``state``: draft, signed, replaced. From ``digest`` on, everything is there once it was signed; ``injured`` is
    R33's. ``signed_way``: typed, drawn, stamped.
    """

    id: int
    case: int
    number: str
    kind: PledgeKind
    version: int
    state: str
    promises: tuple[Promise, ...]
    text: str
    digest: str | None
    code: str | None
    signer: int | None
    signed_name: str | None
    signed_way: str | None
    signature: str | None
    channel: str | None
    signed: dt.datetime | None
    injured: Injured | None
    made: dt.datetime

    @property
    def is_signed(self) -> bool:
        """Whether it was ever signed, replaced since or not."""
        return self.signed is not None

    @property
    def expected_digest(self) -> str | None:
        """The digest that its record must have; ``None`` before it is signed, and when a part of that is gone."""
        if not (self.signer and self.signed_name and self.signed_way and self.channel and self.signed and self.code):
            return None
        signing = Signing(self.signer, self.signed_name, self.signed_way, self.signature, self.channel, self.signed)
        return digest(self.number, self.text, self.promises, signing, self.code)


@dataclass(frozen=True, slots=True)
class Registered:
    """What anybody may know who has the code of a paper: nobody's name, no enterprise, no case number."""

    kind: PledgeKind
    version: int
    newest: int
    signed: dt.datetime
    jurisdiction: str
    department: str
    digest: str
    promises: int
    kept: int


async def of_case(session: AsyncSession, case: int) -> list[PledgeInfo]:
    """Every version of every pledge of a case: by kind, oldest first."""
    return await _found(session, Pledge.case == case)


async def pledge(session: AsyncSession, id: int, *, lock: bool = False) -> PledgeInfo | None:
    """A version by its id; ``lock`` keeps others from changing or signing it until the transaction ends."""
    if not 0 < id < 2**63:  # beyond, the drivers refuse the number
        return None
    if lock:
        await session.execute(select(Pledge.id).where(Pledge.id == id).with_for_update())
    return next(iter(await _found(session, Pledge.id == id)), None)


async def newest(session: AsyncSession, case: int, kind: PledgeKind, state: str) -> PledgeInfo | None:
    """The newest version of a kind that is a draft, or is signed and in force."""
    found = await _found(session, Pledge.case == case, Pledge.kind == kind, Pledge.state == state)
    return found[-1] if found else None


async def open_draft(
    session: AsyncSession,
    case: int,
    kind: PledgeKind,
    promises: Sequence[Promise],
    injured: Injured | None,
    now: dt.datetime,
) -> PledgeInfo:
    """A new draft under the kind's next version. The case must be locked, so that no two get the same one."""
    last = select(func.max(Pledge.version)).where(Pledge.case == case, Pledge.kind == kind)
    version = ((await session.execute(last)).scalar() or 0) + 1
    row = Pledge(case=case, kind=kind, version=version, state="draft", text="", made=now, **_words(promises, injured))
    session.add(row)
    await session.flush()
    made = await pledge(session, row.id)
    assert made is not None
    return made


async def rewrite(
    session: AsyncSession, id: int, promises: Sequence[Promise], injured: Injured | None = None
) -> PledgeInfo:
    """Change a draft; ``injured`` stays as it is unless given. Raises ``NotADraft``: what is signed is never changed."""
    columns = _words(promises, injured)
    if injured is None:
        del columns["injured"]
    done = await session.execute(
        update(Pledge).where(Pledge.id == id, Pledge.state == "draft").values(**columns).returning(Pledge.id)
    )
    if done.scalar() is None:
        raise NotADraft(NotADraft.__doc__)
    changed = await pledge(session, id)
    assert changed is not None
    return changed


async def sign(session: AsyncSession, info: PledgeInfo, text: str, signing: Signing, code: str) -> PledgeInfo:
    """Fix a draft: text, signer, way, channel, time and their digest; the version in force before is replaced.

    Raises ``NotADraft`` when it was signed meanwhile: of two who sign at once, the second is told.
    """
    done = await session.execute(
        update(Pledge)
        .where(Pledge.id == info.id, Pledge.state == "draft")
        .values(
            state="signed",
            text=text,
            digest=digest(info.number, text, info.promises, signing, code),
            code=code,
            signer=signing.signer,
            signed_name=signing.name,
            signed_way=signing.way,
            signature=signing.signature,
            channel=signing.channel,
            signed=signing.at,
        )
        .returning(Pledge.id)
    )
    if done.scalar() is None:
        raise NotADraft(NotADraft.__doc__)
    await session.execute(
        update(Pledge)
        .where(Pledge.case == info.case, Pledge.kind == info.kind, Pledge.state == "signed", Pledge.id != info.id)
        .values(state="replaced")
    )
    signed = await pledge(session, info.id)
    assert signed is not None
    return signed


async def by_code(session: AsyncSession, code: str) -> Registered | None:
    """What a paper's code stands for, for anybody who asks; ``None`` when there is no such paper."""
    row = (
        await session.execute(
            select(Pledge, CaseFile).join(CaseFile, CaseFile.id == Pledge.case).where(Pledge.code == code)
        )
    ).one_or_none()
    if row is None:
        return None
    found, file = row
    info = _info(found, file.number)
    if info.signed is None or info.digest is None:
        return None
    in_force = await newest(session, info.case, info.kind, "signed")
    states = {promise.id: promise.state for promise in Case.from_json(json.loads(file.state)).promises}
    return Registered(
        kind=info.kind,
        version=info.version,
        newest=in_force.version if in_force else info.version,
        signed=info.signed,
        jurisdiction=file.jurisdiction,
        department=file.department,
        digest=info.digest,
        promises=len(info.promises),
        kept=sum(states.get(promise.id, promise.state) == "kept" for promise in info.promises),
    )


async def unsound(session: AsyncSession, case: int | None = None) -> AsyncIterator[tuple[str, PledgeKind, int]]:
    """Signed pledges that are not what was signed, by their own digest or by the record: number, kind, version (R34)."""
    on_record = (
        select(CaseEvent.ordinal)
        .where(CaseEvent.case == Pledge.case, CaseEvent.act == "pledge", CaseEvent.data.contains(Pledge.digest))
        .exists()
    )
    statement = (
        select(Pledge, CaseFile.number, on_record)
        .join(CaseFile, CaseFile.id == Pledge.case)
        .where(Pledge.signed.is_not(None) if case is None else and_(Pledge.signed.is_not(None), Pledge.case == case))
        .order_by(Pledge.id)
        .execution_options(yield_per=200, populate_existing=True)
    )
    async for rows in (await session.stream(statement)).partitions():
        for row, number, is_recorded in rows:
            info = _info(row, number)
            if not is_recorded or info.digest is None or info.digest != info.expected_digest:
                yield info.number, info.kind, info.version


async def cases_to_break(session: AsyncSession, day: dt.date, limit: int) -> list[int]:
    """Open cases with a promise whose day is past without evidence (R36), longest past first.

    Locked until the transaction ends; one that somebody is acting on is left for later.
    """
    statement = (
        select(CaseFile.id)
        .where(CaseFile.promise_due < day, CaseFile.stage != "closed")
        .order_by(CaseFile.promise_due, CaseFile.id)
        .limit(limit)
        .with_for_update(skip_locked=True, key_share=True)
    )
    return list((await session.execute(statement)).scalars())


def _words(promises: Sequence[Promise], injured: Injured | None) -> dict[str, str | None]:
    said = [
        {"id": promise.id, "text": promise.text, "due": promise.due.isoformat(), "state": promise.state}
        for promise in promises
    ]
    return {
        "promises": json.dumps(said, ensure_ascii=False),
        "injured": json.dumps(injured.to_json(), ensure_ascii=False) if injured else None,
    }


async def _found(session: AsyncSession, *conditions: object) -> list[PledgeInfo]:
    statement = (
        select(Pledge, CaseFile.number)
        .join(CaseFile, CaseFile.id == Pledge.case)
        .where(*conditions)  # type: ignore[arg-type]
        .order_by(Pledge.kind, Pledge.version)
        .execution_options(populate_existing=True)
    )
    return [_info(row, number) for row, number in (await session.execute(statement)).all()]


def _info(row: Pledge, number: str) -> PledgeInfo:
    promises = tuple(
        Promise(one["id"], one["text"], dt.date.fromisoformat(one["due"]), one["state"], row.kind)  # type: ignore[arg-type]
        for one in json.loads(row.promises)
    )
    return PledgeInfo(
        id=row.id,
        case=row.case,
        number=number,
        kind=row.kind,  # type: ignore[arg-type]
        version=row.version,
        state=row.state,
        promises=promises,
        text=row.text,
        digest=row.digest,
        code=row.code,
        signer=row.signer,
        signed_name=row.signed_name,
        signed_way=row.signed_way,
        signature=row.signature,
        channel=row.channel,
        signed=row.signed,
        injured=Injured(**json.loads(row.injured)) if row.injured else None,
        made=row.made,
    )
