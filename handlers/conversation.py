"""The dialogue: one message in, replies out, within one transaction. Knows no channel and no clock of its own."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Sequence

from handlers import albums, asking, greeting, menus, permissions, understanding, words
from handlers.acts import ACTS
from handlers.cases import doing, exhibit_words, placing, receiving
from handlers.flows.catalogue import flows_of
from handlers.flows.engine import Engine
from handlers.flows.walk import REVIEW
from handlers.messages import MAX_LABEL, Act, Block, Choice, Incoming, Part, Reply
from handlers.requests import answering
from handlers.turn import CHINA, Composed, House, Knowledge, Turn, compose, keep
from storage import chats, invitations, people
from storage.database import Session

__all__ = ["CHINA", "Conversation", "House", "Knowledge", "broken"]
IMPATIENCE = 5.0  # seconds within which the same button pressed again is the same tap
MENU = Choice(words.LABEL_MENU, {"do": "menu"})
SHORTEST_QUESTION = 5
CODE_LIKE = re.compile(r"(?=.*\d)[0-9A-Za-z]{5}[- ]?[0-9A-Za-z]{5}")
_NAMED = re.compile(r"(?P<what>\S{3})(?: |\s?[：:]\s?)(?P<which>.+)")
"""找企业 好味道: without a mark between them it may be a question (查企业要提前通知吗)."""
_WAYS_OUT = ("menu",)
_ANSWERS = ("flow_set", "flow_tick", "flow_cancel", "flow_submit")
Said = Reply | list[Reply] | None


class Conversation:
    """Handles messages: who speaks, what they mean, whether they may, and what comes of it."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.engine = Engine(flows_of(house.checks))
        self._commands = {f"/{entry.command}": entry.act for entry in menus.all_entries()}
        self._typed: dict[str, Act] = {
            word: {"do": "check", "check": check.name}
            for check in house.checks.checks
            for word in (check.title, check.label)
        }
        self._finding = {
            word: entry.act for entry in (menus.FIND, menus.FIND_CASE) for word in (entry.label, *entry.said)
        }
        self._typed |= {word: entry.act for entry in menus.all_entries() for word in (entry.label, *entry.said)}

    async def handle(self, session: Session, arrived: Sequence[Incoming]) -> list[list[Part]]:
        """Act on messages of different chats, one after the other, and word the replies to each.

        All effects are in the session's transaction. What each message needs and leaves is read and written together.
        """
        heard = [(incoming.channel, incoming.chat, incoming.at) for incoming in arrived]
        dialogues = await chats.load_dialogues(session, heard)
        answers = [
            await self._answered(session, incoming, dialogue)
            for incoming, dialogue in zip(arrived, dialogues, strict=True)
        ]
        await keep(session, [one for made in answers for one in made])
        seen = (incoming.at for incoming in arrived)
        await chats.save_dialogues(session, list(zip(dialogues, seen, strict=True)))
        return [[part for one in made for part in one.parts] for made in answers]

    async def _answered(self, session: Session, incoming: Incoming, dialogue: chats.Dialogue) -> list[Composed]:
        """Act on one message. An album is one message: of those that bring it, the last one that is there is answered."""
        if incoming.album:
            whole = await albums.gathered(session, dialogue, incoming)
            if whole is None:
                return []
            incoming = whole
        day = incoming.at.astimezone(CHINA).date()
        speaker = people.GUEST
        if dialogue.person is not None:
            speaker = await people.speaker_of(session, incoming.channel, incoming.chat, day, demo=self.house.demo)
        turn = Turn(session, incoming, dialogue, self.house.knowledge(), self.house, speaker, self.engine)
        said = await self._reply(turn)
        replies = said if isinstance(said, list) else [said] if said else []
        made = [compose(self.house, incoming.channel, incoming.chat, reply, incoming.at) for reply in replies]
        for one in made:
            if one.offered:
                dialogue.state["offered"] = one.offered
                turn.state["flow_spoke"] = any(act["do"] in _ANSWERS for _, act in one.offered)
        return made

    async def _reply(self, turn: Turn) -> Said:
        incoming = turn.incoming
        if incoming.kind == "press":
            return await self._pressed(turn)
        turn.state.pop("pressed", None)
        if incoming.files and (relayed := await answering.relay_files(turn, incoming)):
            return _with_note(relayed, incoming.problem)
        if incoming.files and (came := await receiving.files_came(turn)):
            return _with_note(came, incoming.problem)
        if incoming.kind == "location" and (kept := await placing.came(turn)):
            return kept
        if incoming.problem or incoming.kind != "text":
            return await self._not_taken(turn)
        return await self._said(turn, understanding.clean(incoming.text))

    async def _not_taken(self, turn: Turn) -> Said:
        """Why what was sent is not taken, what to do, and an answer to the words below it."""
        incoming = turn.incoming
        why = Reply.of(
            ("lead", incoming.problem or words.NOT_TEXT[incoming.kind]),
            ("text", "" if incoming.problem else words.NOT_TEXT_NEXT),
            choices=[MENU],
        )
        text = understanding.clean(incoming.text)
        says_something = not incoming.problem or understanding.looks_like_question(text)
        says_something = says_something or await doing.reads_as_log(turn, text)
        if not text or not says_something or self.engine.asks_files(turn):
            return self._then_again(turn, why)
        said = await self._said(turn, text)
        answers = said if isinstance(said, list) else [said] if said else []
        return [Reply(why.blocks), *answers] if answers else why

    async def _pressed(self, turn: Turn) -> Said:
        token = turn.incoming.choice
        pressed, at = turn.state.get("pressed") or ("", 0)
        now = turn.now.timestamp()
        turn.state["pressed"] = [token, now]
        if token and pressed == token and now - at < IMPATIENCE:
            return None  # five taps have one effect; later it is a wish to see it again
        button = await chats.pressed(turn.session, turn.incoming.channel, turn.incoming.chat, token)
        if button is None:
            return greeting.menu(turn, words.STALE_BUTTON)
        return await self._act(turn, button.act)

    async def _said(self, turn: Turn, text: str) -> Said:
        in_hand = await answering.held(turn)
        if in_hand and text and not understanding.has_words(text):
            return await answering.relay(turn, in_hand, text)
        if not understanding.has_words(text):
            return Reply.of(("lead", words.EMPTY), ("text", words.EMPTY_NEXT), choices=[MENU])
        if len(text) > understanding.MAX_QUESTION:
            return Reply.of(("lead", words.TOO_LONG.format(count=len(text))), ("text", words.TOO_LONG_NEXT))
        if text.startswith("/") and text.lower() != "/cancel":
            return await self._commanded(turn, text)
        explained = None if in_hand else asking.meaning(turn, text)
        if explained:
            return self._then_again(turn, explained)
        typed = self._typed.get(text)
        if not turn.state.get("flow_spoke") and (act := self._offered(turn, text, numbers=True)):
            return await self._act(turn, act)  # the menu stands there, not the step: its numbers count
        if (typed is None or self.engine.means(turn, text)) and (answered := await self.engine.hear(turn, text)):
            return answered
        run = self.engine.current(turn)
        act = self._offered(turn, text, numbers=run is not None and run.at == REVIEW) or typed
        if act is None and len(text) <= MAX_LABEL:  # what is longer is no button's label
            act = await chats.offered_as(turn.session, turn.incoming.channel, turn.incoming.chat, text)
        if act is None and understanding.asks_for_the_text(text):
            act = next((offered for _, offered in turn.state.get("offered") or [] if offered["do"] == "basis"), None)
        if act:
            return await self._act(turn, act)
        if understanding.is_request_number(text):
            return await self._act(turn, {"do": "requests", "number": text})
        if turn.speaker.office is not None and (found := self._sought(text)):
            return await self._act(turn, found)
        if CODE_LIKE.fullmatch(text) and invitations.fold_code(text):
            return await self._act(turn, {"do": "bind", "code": text})
        if in_hand:  # a person has it: the assistant is silent
            return await answering.relay(turn, in_hand, text)
        if question := understanding.for_the_office(text):
            return await self._act(turn, {"do": "person", "q": question})
        if understanding.is_greeting(text):
            return self._then_again(turn, greeting.welcome(turn, words.GREETING))
        if understanding.is_thanks(text):
            return self._then_again(turn, Reply.of(("lead", words.THANKS), choices=[MENU]))
        return await self._asked(turn, text)

    def _sought(self, text: str) -> Act | None:
        """What an officer looks for in one message: 找企业 好味道, 找案件：12号, or the bare number of a case."""
        if understanding.is_case_number(text):
            return {**menus.FIND_CASE.act, "words": text, "opens": True}
        named = _NAMED.fullmatch(text)
        act = self._finding.get(named["what"]) if named else None
        return {**act, "words": named["which"]} if named and act else None

    async def _asked(self, turn: Turn, text: str) -> Said:
        """A question; in the middle of a flow only what asks something, or what is surely answered, is taken for one."""
        if self.engine.current(turn) is None:
            if turn.speaker.role == "officer" and not understanding.looks_like_question(text):
                logged = await doing.logged(turn, text)
                if logged:
                    return logged
            return await asking.ask(turn, text)
        if card := await self._next_inspection(turn, text):
            return card
        result = asking.find(turn, text)
        is_sure = result.outcome == "answer" and len(text) >= SHORTEST_QUESTION
        if understanding.looks_like_question(text) or is_sure:
            return self._then_again(turn, await asking.worded(turn, result, text))
        return await self.engine.missed(turn, text)

    async def _next_inspection(self, turn: Turn, text: str) -> Said | None:
        """An officer's next inspection while a form is in hand: the form waits, a card has to be settled first."""
        run = self.engine.current(turn)
        if run is None or turn.speaker.role != "officer" or not await doing.reads_as_whole_log(turn, text):
            return None
        if run.flow == "log":
            return self._then_again(
                turn, Reply.of(("lead", exhibit_words.CARD_FIRST), ("text", exhibit_words.SAY_AGAIN))
            )
        title = self.engine.flows[run.flow].title
        card = await doing.logged(turn, text)
        return card and Reply((*card.blocks, Block("note", words.FLOW_LATER.format(title=title))), card.choices)

    def _then_again(self, turn: Turn, reply: Reply) -> Said:
        """A reply, and after it the step of the flow in hand once more."""
        step = self.engine.again(turn)
        if step is None:
            return reply
        kept = tuple(choice for choice in reply.choices if choice.act["do"] not in _WAYS_OUT)
        return [Reply(reply.blocks, kept, reply.files, reply.menu), step]

    async def _commanded(self, turn: Turn, text: str) -> Said:
        head, _, rest = text.partition(" ")
        command = head.split("@")[0].lower()
        if command == "/start" and rest.strip():
            return await self._act(turn, {"do": "bind", "code": rest.strip()[:100]})
        if act := self._commands.get(command):
            sought = {"words": rest.strip()} if rest.strip() and act in self._finding.values() else {}
            return await self._act(turn, {**act, **sought})
        return greeting.menu(turn, words.UNKNOWN_COMMAND.format(command=command[:20]))

    @staticmethod
    def _offered(turn: Turn, text: str, *, numbers: bool) -> Act | None:
        """The act of a button offered last, by its label or its number."""
        offered: list[tuple[str, Act]] = turn.state.get("offered") or []
        for label, act in offered:
            if text in (label, label.partition(".")[2]):
                return act
        number = understanding.number_of(text) if numbers else None
        return offered[number - 1][1] if number is not None and 1 <= number <= len(offered) else None

    async def _act(self, turn: Turn, act: Act) -> Said:
        """Carry out what a button, a command or a typed label stands for, if the speaker may (R1)."""
        what = act["do"]
        if not permissions.may(turn.speaker.role, what):
            return permissions.refusal(turn)
        for name in ("entry", "term"):
            if name in act and not _is_known(turn, act[name]):
                return greeting.menu(turn, words.STALE_BUTTON)
        if what.startswith("flow_"):
            return await self.engine.press(turn, act)
        said = ACTS[what](turn, act)
        result: Said = await said if isinstance(said, Awaitable) else said
        return result


def _with_note(said: Said, note: str) -> Said:
    """What is said, with a note below its first message."""
    if not said or not note:
        return said
    first, *rest = said if isinstance(said, list) else [said]
    return [Reply((*first.blocks, Block("note", note)), first.choices, first.files, first.menu), *rest]


def _is_known(turn: Turn, entry: str) -> bool:
    library = turn.library
    return any(entry in kind for kind in (library.clauses, library.items, library.answers, library.terms))


def broken() -> Reply:
    """What a person is told when handling a message failed for good."""
    return Reply.of(("lead", words.BROKEN), ("text", words.BROKEN_NEXT))
