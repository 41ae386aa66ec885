"""The evidence of a case: kept, arranged in pairs of before and after, shown with its times and what to look at (R26)."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from handlers import looking, words
from handlers.cases import exhibit_words
from handlers.cases.common import MENU, gone, seen
from handlers.cases.ways import way
from handlers.flows.reading import day_words
from handlers.messages import Act, Choice, Enclosure, FileRef, Reply
from handlers.pledges import lines as pledge_lines
from handlers.turn import CHINA, Acts, Turn
from knowledge.evidence_files import PICTURES
from knowledge.picture_likeness import are_alike
from storage import evidence
from storage.blobs import DamagedBlob, MissingBlob
from storage.cases import CaseInfo
from storage.evidence import EvidenceInfo

ROWS_A_PAGE = 5
OLD_DAYS = 30


@dataclass(frozen=True, slots=True)
class Exhibit:
    """A piece of evidence and what it is called where it is shown: 第1组 改正前."""

    label: str
    info: EvidenceInfo


async def keep(
    turn: Turn, case: int, kind: str, files: Iterable[Mapping[str, Any]], promise: str | None = None
) -> None:
    """Keep files as evidence of a case, or of one promise in it, each with what was said of it."""
    for file in files:
        await evidence.add(
            turn.session,
            case=case,
            kind=kind,
            text=file.get("said"),
            file=FileRef.from_json(file),
            person=turn.speaker.person,
            now=turn.now,
            promise=promise,
        )


def arranged(found: Sequence[EvidenceInfo]) -> list[list[Exhibit]]:
    """Evidence as it is looked at: the newest rectification first, its pictures in pairs, then what came before.

    A picture of before is one of the same rectification, else of an earlier one, else of the inspection. What belongs
    together is one group.
    """
    handed = [one for one in found if one.kind != "inspection"]
    newest = [one for one in handed if (one.at, one.person) == (handed[-1].at, handed[-1].person)]
    afters = [one for one in newest if one.kind == "after" and is_picture(one)]
    befores = _befores(found, newest) if afters else []
    pairs = list(zip(befores, afters, strict=False))
    groups = [[Exhibit(exhibit_words.SAID, one)] for one in newest if not one.digest]
    for n, (before, after) in enumerate(pairs, 1):
        first = exhibit_words.BEFORE_SEEN if before.kind == "inspection" else words.EVIDENCE_KINDS["before"]
        names = (first, words.EVIDENCE_KINDS["after"])
        both = zip(names, (before, after), strict=True)
        groups.append([Exhibit(exhibit_words.PAIR.format(n=n, label=label), one) for label, one in both])
    shown = {exhibit.info.id for group in groups for exhibit in group}
    groups += [[_alone(one)] for one in newest if one.id not in shown]
    late = {one.id for one in newest} | shown
    groups += [[_alone(one, is_earlier=one.kind != "inspection")] for one in reversed(found) if one.id not in late]
    return groups


def _befores(found: Sequence[EvidenceInfo], newest: Sequence[EvidenceInfo]) -> list[EvidenceInfo]:
    def of(kind: str, among: Sequence[EvidenceInfo]) -> list[EvidenceInfo]:
        return [one for one in among if one.kind == kind and is_picture(one)]

    return of("before", newest) or of("before", found) or of("inspection", found)


def _alone(one: EvidenceInfo, *, is_earlier: bool = False) -> Exhibit:
    label = words.EVIDENCE_KINDS[one.kind] if one.digest else exhibit_words.SAID
    return Exhibit(exhibit_words.EARLIER.format(label=label) if is_earlier else label, one)


def is_picture(one: EvidenceInfo) -> bool:
    return one.digest is not None and one.mime in PICTURES


def paged(groups: Sequence[list[Exhibit]]) -> list[list[Exhibit]]:
    """Pages of a few exhibits; a pair is not parted."""
    pages: list[list[Exhibit]] = [[]]
    for group in groups:
        if pages[-1] and len(pages[-1]) + len(group) > ROWS_A_PAGE:
            pages.append([])
        pages[-1] += group
    return pages


async def _evidence(turn: Turn, act: Act) -> Reply:
    """看材料: what was handed in, with the pictures; an officer's look at it is on the record."""
    info = await seen(turn, act["id"])
    if info is None:
        return gone(turn)
    found = await evidence.of_case(turn.session, info.id)
    if not found:
        return Reply.of(("lead", exhibit_words.NONE), choices=[way(info, words.LABEL_CASE, "case"), MENU])
    pages = paged(arranged(found))
    at = max(0, min(int(act.get("page", 0)), len(pages) - 1))
    shown = pages[at]
    files, lost = await _files(turn, shown)
    doubts = await questions(turn, info, found, shown) if turn.speaker.role == "officer" else []
    await looking.at_case(turn, info, "evidence")
    where = words.PAGE.format(page=at + 1, pages=len(pages)) if len(pages) > 1 else ""
    return Reply.of(
        ("lead", exhibit_words.TITLE.format(number=info.number, count=len(found))),
        ("list", "\n".join(_line(turn, info, exhibit) for exhibit in shown)),
        ("note", "\n".join(doubts)),
        ("note", f"{'、'.join(lost)}：{exhibit_words.LOST}" if lost else ""),
        ("note", where),
        choices=_choices(turn, info, at, len(pages)),
        files=files,
    )


def _choices(turn: Turn, info: CaseInfo, at: int, pages: int) -> list[Choice]:
    choices = []
    if turn.speaker.role == "officer" and (info.case.stage == "submitted" or info.case.has_waiting_promise):
        choices += [way(info, words.LABEL_PASS, "pass_evidence"), way(info, words.LABEL_RETURN, "return_evidence")]
    if at > 0:
        choices.append(way(info, words.LABEL_PREVIOUS, "evidence", page=at - 1))
    if at < pages - 1:
        choices.append(way(info, words.LABEL_NEXT, "evidence", page=at + 1))
    return [*choices, way(info, words.LABEL_CASE, "case"), MENU]


def _line(turn: Turn, info: CaseInfo, exhibit: Exhibit) -> str:
    one = exhibit.info
    said = [one.text[:80]] if one.text else []
    said += [pledge_lines.named([p for p in info.case.promises if p.id == one.promise])] if one.promise else []
    if one.digest and not is_picture(one):
        said.insert(0, one.name or "")
    if one.taken:
        said.append(exhibit_words.TAKEN.format(when=moment(one.taken, turn.today)))
    said.append(exhibit_words.HANDED.format(when=moment(one.at, turn.today)))
    return f"{exhibit.label}：{'；'.join(said)}"


def moment(at: dt.datetime, today: dt.date) -> str:
    """A time as people write it, the year only where it is another one: 11月20日 09:30."""
    here = at.astimezone(CHINA)
    year = f"{here.year}年" if here.year != today.year else ""
    return f"{year}{here.month}月{here.day}日 {here:%H:%M}"


async def _files(turn: Turn, shown: Sequence[Exhibit]) -> tuple[list[Enclosure], list[str]]:
    """The files of a page, named by what they are; and the names of those that are missing or damaged."""
    files, lost = [], []
    for exhibit in shown:
        one = exhibit.info
        if not one.digest:
            continue
        name = one.name or "照片"
        try:
            await asyncio.to_thread(turn.house.read_file, one.digest)
        except (MissingBlob, DamagedBlob):
            lost.append(name)
            continue
        called = f"{exhibit.label}.{name.rpartition('.')[2]}" if is_picture(one) else name
        kept = FileRef(one.digest, name, one.mime or "", one.size or 0)
        files.append(Enclosure(called, one.mime or "", kept=kept))
    return files, lost


async def questions(turn: Turn, info: CaseInfo, found: Sequence[EvidenceInfo], shown: Sequence[Exhibit]) -> list[str]:
    """What an officer may want to look at once more: the same file elsewhere, a picture taken long before.

    Each is a question or a plain fact, never a verdict: a telephone's clock may be wrong.
    """
    digests = {exhibit.info.digest for exhibit in shown if exhibit.info.digest}
    twins = await evidence.twins(turn.session, digests, info.id)
    firsts: dict[str, EvidenceInfo] = {}
    for one in found:
        firsts.setdefault(one.digest or "", one)
    said = []
    looks = await evidence.looks(turn.session, info.jurisdiction) if any(e.info.likeness for e in shown) else []
    for exhibit in shown:
        one, label = exhibit.info, exhibit.label
        twin, first = twins.get(one.digest or ""), firsts[one.digest or ""]
        if one.digest and twin:
            is_own = (twin.jurisdiction, twin.department) == (info.jurisdiction, info.department)
            form = exhibit_words.IN_OTHER if is_own else exhibit_words.IN_FOREIGN
            said.append(form.format(label=label, number=twin.number))
        if one.digest and first.id != one.id:
            said.append(exhibit_words.AGAIN.format(label=label, when=moment(first.at, turn.today)))
        if not twin and first.id == one.id:
            said += _like(turn, info, exhibit, found, looks)
        said += _of_time(exhibit, info)
    return said


def _like(
    turn: Turn, info: CaseInfo, exhibit: Exhibit, found: Sequence[EvidenceInfo], looks: Sequence[evidence.Looks]
) -> list[str]:
    """That a picture looks like an earlier one of this case, or like one of another: a copy saved anew, perhaps."""
    one, label = exhibit.info, exhibit.label
    if not one.likeness:
        return []
    for before in found:
        is_other = before.id < one.id and before.digest != one.digest
        if is_other and before.likeness and are_alike(before.likeness, one.likeness):
            return [exhibit_words.LIKE_EARLIER.format(label=label, when=moment(before.at, turn.today))]
    for other in looks:
        if other.twin.case != info.id and are_alike(other.likeness, one.likeness):
            is_own = other.twin.department == info.department
            form = exhibit_words.LIKE_OTHER if is_own else exhibit_words.LIKE_FOREIGN
            return [form.format(label=label, number=other.twin.number)]
    return []


def _of_time(exhibit: Exhibit, info: CaseInfo) -> list[str]:
    one = exhibit.info
    if one.taken is None:
        return []
    taken, handed = (at.astimezone(CHINA).date() for at in (one.taken, one.at))
    if one.kind == "after" and taken < info.case.opened:
        return [exhibit_words.EARLY.format(label=exhibit.label)]
    days = (handed - taken).days
    return [exhibit_words.OLD.format(label=exhibit.label, days=days)] if days > OLD_DAYS else []


async def already(turn: Turn, case: int, files: Sequence[Mapping[str, Any]]) -> str:
    """What the submitter is told of files that the case has from before; they may still be handed in once more."""
    had = await evidence.since(turn.session, case, {file["digest"] for file in files})
    if not had:
        return ""
    unit = "张" if all(file["mime"] in PICTURES for file in files) else "份"
    if len(files) == 1:
        (at,) = had.values()
        return exhibit_words.ALREADY_ONE.format(unit=unit, day=day_words(at.astimezone(CHINA).date()))
    return exhibit_words.ALREADY.format(count=f"{len(had)}{unit}")


ACTS: Acts = {"evidence": _evidence}
