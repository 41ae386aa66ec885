"""Signing a pledge (R31, R34, R35): by a verified contact, over the text that was read, fixed for good with a second tap."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

from handlers import words as house_words
from handlers.cases import common
from handlers.flows.flow import Flow, Run
from handlers.flows.steps import Reading, Step, fine, refused
from handlers.messages import Act, Block, Choice, Reply
from handlers.pledges import drafting, lines, page, words
from handlers.turn import Turn
from knowledge.evidence_files import PICTURES
from knowledge.pledges.drawing import DRAWING_NAME
from knowledge.pledges.kinds import refusal
from knowledge.pledges.text import Signing, text_digest
from knowledge.procedure import acts
from knowledge.procedure.results import Refused
from knowledge.procedure.steps import step
from storage import people, pledges
from storage.cases import CaseInfo
from storage.pledges import PledgeInfo


class SignFlow(Flow):
    """签名: the typed name, a drawn signature or a stamped paper; then a look at what it fixes, and the second tap."""

    name = "sign_pledge"
    title = "签承诺书"
    submit_label = "确认签署"

    def steps(self, given: Mapping[str, Any]) -> Sequence[Step]:
        ask = words.SIGN_ASK.format(name=given.get("name", "张示例"))
        return (Step("signature", "签名", ask, "signature", example=given.get("name", "张示例"), is_free=True),)

    async def begin(self, turn: Turn, act: Act) -> Run | Reply:
        there = await drafting.open_draft(turn, act["id"])
        if isinstance(there, Reply):
            return there
        info, pledge = there
        if not drafting.editable(pledge, info.case, turn.today):
            return await drafting.draft_page(turn, info, pledge, words.NOTHING_TO_EDIT)
        given = {
            "pledge": pledge.id,
            "name": turn.speaker.name,
            "read": text_digest(await drafting.text_of(turn, info, pledge)),
            "terms": drafting.terms_lines(pledge),
        }
        return Run(self.name, turn.house.new_token(), given=given)

    def under(self, turn: Turn, run: Run, step: Step) -> list[Block]:
        return [Block("signature", words.SIGN_ALSO)]

    async def check(self, turn: Turn, run: Run, step: Step, value: Any) -> Reading:
        if isinstance(value, Mapping):
            return fine(dict(value)) if value["mime"] in PICTURES else refused(words.SIGN_NOT_PICTURE)
        if _folded(str(value)) != _folded(turn.speaker.name):
            differs = words.SIGN_DIFFERS.format(name=turn.speaker.name)
            return refused(f"{differs}{words.SIGN_DIFFERS_NEXT}")
        return fine(turn.speaker.name)

    def value_words(self, turn: Turn, run: Run, step: Step, value: Any) -> str:
        if not isinstance(value, Mapping):
            return f"{value}（{words.WAYS['typed']}）"
        return f"{turn.speaker.name}（{words.WAYS[_way(value)]}）"

    def notes(self, turn: Turn, run: Run) -> list[Block]:
        return [Block("list", run.given["terms"]), Block("note", words.SIGN_FINAL)]

    async def submit(self, turn: Turn, run: Run) -> Reply:
        """Fix what was read. The case and the draft are locked: of two who sign at once, the second is told."""
        found = await pledges.pledge(turn.session, run.given["pledge"])
        info = await common.seen(turn, found.case, lock=True) if found else None
        if found is None or info is None or turn.speaker.role != "contact":
            return Reply.of(("lead", words.SIGN_NOT_CONTACT), choices=[common.MENU])
        pledge = await pledges.pledge(turn.session, found.id, lock=True)
        if pledge is None or pledge.is_signed:
            late = words.SIGN_LATE.format(name=pledge.signed_name) if pledge else words.NO_DRAFT
            return await page.page(turn, info, pledge or found, lead=late)
        pledge = await drafting.refreshed(turn, info, pledge)
        text = await drafting.text_of(turn, info, pledge)
        if text_digest(text) != run.given["read"]:
            return await drafting.draft_page(turn, info, pledge, words.SIGN_CHANGED)
        kind = drafting.procedure_kind(turn, info, pledge.kind)
        act = acts.Pledge(tuple(drafting.editable(pledge, info.case, turn.today)), kind)
        answer = step(info.case, act, turn.today)
        if isinstance(answer, Refused):
            if refusal(info.case, pledge.kind, turn.today):
                return drafting.refused_reply(turn, info, pledge.kind, answer)
            return await drafting.draft_page(turn, info, pledge, answer.words)
        return await self._sign(turn, info, pledge, text, act, run.facts["signature"])

    async def _sign(
        self, turn: Turn, info: CaseInfo, pledge: PledgeInfo, text: str, act: acts.Pledge, given: Any
    ) -> Reply:
        assert turn.speaker.person is not None
        is_file = isinstance(given, Mapping)
        signing = Signing(
            signer=turn.speaker.person,
            name=turn.speaker.name,
            way=_way(given) if is_file else "typed",
            signature=given["digest"] if is_file else None,
            channel=turn.incoming.channel,
            at=turn.now,
        )
        code = (turn.house.new_code() + turn.house.new_code())[: pledges.CODE_LENGTH]
        signed = await pledges.sign(turn.session, pledge, text, signing, code)
        title = words.title_of(signed.kind)
        data = {
            "pledge": signed.id,
            "kind": signed.kind,
            "version": signed.version,
            "digest": signed.digest,
            "way": signing.way,
            "channel": signing.channel,
            "text": f"{title}第{signed.version}版",
        }
        done = await common.carry_out(turn, info, "pledge", act, data)
        assert not isinstance(done, Reply)  # it was asked just before, under the same lock
        await self._tell(turn, done, signed)
        return await _receipt(turn, done, signed)

    async def _tell(self, turn: Turn, info: CaseInfo, signed: PledgeInfo) -> None:
        """The officer, and the other contacts of the enterprise; of a new version also what reads otherwise now (R34)."""
        before = await pledges.newest(turn.session, info.id, signed.kind, "replaced")
        lead = words.TOLD_SIGNED_AGAIN if before else words.TOLD_SIGNED
        told = Reply.of(
            (
                "lead",
                lead.format(
                    name=signed.signed_name,
                    title=words.title_of(signed.kind),
                    version=signed.version,
                    count=len(signed.promises),
                ),
            ),
            ("text", f"{info.number}：{info.enterprise_name}"),
            ("list", "\n".join(lines.changes(before, signed)) if before else ""),
            choices=[Choice(words.LABEL_PLEDGES, {"do": "pledge_page", "id": signed.id})],
        )
        await common.tell_enterprise(turn, info, f"pledged/{signed.id}", told)
        office = await people.office(turn.session, info.office)
        if office:
            for channel, chat in await people.chats_of(turn.session, await common.acting_person(turn, office)):
                await turn.send(channel, chat, f"pledged/{signed.id}/{channel}/{chat}", told)


async def _receipt(turn: Turn, info: CaseInfo, signed: PledgeInfo) -> Reply:
    """What was signed, by whom and when, and the code on the paper."""
    assert signed.code is not None
    title = words.title_of(signed.kind)
    shown = words.code_words(signed.code)
    link = turn.house.check_link(signed.code)
    return Reply.of(
        ("lead", words.SIGNED.format(title=title, version=signed.version)),
        ("list", "\n".join(lines.promise_lines(signed, info.case, turn.today))),
        ("note", page.signed_by(signed)),
        ("note", words.CODE.format(code=shown, link=link)),
        ("end", words.SIGNED_NEXT),
        choices=[
            Choice(house_words.LABEL_SUBMIT, {"do": "submit_evidence", "id": info.id}),
            Choice(words.LABEL_TEXT, {"do": "pledge_text", "id": signed.id}),
            Choice(words.LABEL_CODE, {"do": "pledge_code", "id": signed.id}),
            Choice(words.LABEL_KINDS, {"do": "pledge_kinds", "id": info.id}),
            page.back(info),
            common.MENU,
        ],
    )


def _way(file: Mapping[str, Any]) -> str:
    return "drawn" if file["name"] == DRAWING_NAME else "stamped"


def _folded(name: str) -> str:
    """A name without what a keyboard may add: spaces, dots between the parts, full width."""
    plain = unicodedata.normalize("NFKC", name)
    return "".join(one for one in plain if not one.isspace() and one not in "·•・.。").casefold()
