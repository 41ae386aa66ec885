"""The dialogue: one message in, replies out, within one transaction. Knows no channel and no clock of its own."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from handlers import answers, browse, understanding, words
from handlers.messages import MAX_CHOICES, Act, Choice, Incoming, Part, Reply, parts_of
from knowledge.library import Library
from knowledge.matching.matcher import Match, Matcher, Result, scope_of
from storage import chats, questions
from storage.database import Session

CHINA = ZoneInfo("Asia/Shanghai")
IMPATIENCE = 5.0  # seconds within which the same button pressed again is the same tap
_COMMANDS = {
    "/start": "start",
    "/help": "help",
    "/menu": "menu",
    "/place": "place",
    "/documents": "documents",
    "/lists": "lists",
    "/glossary": "glossary",
}
_TYPED = {
    "开始": "start",
    "帮助": "help",
    "怎么用": "help",
    "怎么提问": "help",
    "菜单": "menu",
    "主菜单": "menu",
    "功能": "menu",
    "我的地区": "place",
    "换地区": "place",
    "地区": "place",
    "政策文件": "documents",
    "文件": "documents",
    "四张清单": "lists",
    "清单": "lists",
    "减免责清单": "lists",
    "名词解释": "glossary",
}


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What is published right now: the library and the index over it. Swapped as a whole."""

    library: Library
    matcher: Matcher


@dataclass(slots=True)
class Turn:
    """One message being handled."""

    session: Session
    incoming: Incoming
    dialogue: chats.Dialogue
    knowledge: Knowledge

    @property
    def library(self) -> Library:
        return self.knowledge.library

    @property
    def today(self) -> dt.date:
        return self.incoming.at.astimezone(CHINA).date()


class Conversation:
    """Handles messages. ``knowledge`` gives what is published now; ``new_token`` gives a fresh opaque button token."""

    def __init__(self, knowledge: Callable[[], Knowledge], new_token: Callable[[], str]) -> None:
        self._knowledge = knowledge
        self._new_token = new_token

    async def handle(self, session: Session, incoming: Incoming) -> list[Part]:
        """Act on one message and word the replies. All effects are in the session's transaction."""
        dialogue = await chats.load_dialogue(session, incoming.channel, incoming.chat, incoming.at)
        turn = Turn(session, incoming, dialogue, self._knowledge())
        reply = await self._reply(turn)
        parts = [] if reply is None else await self._offered(turn, reply)
        await chats.save_dialogue(session, dialogue, incoming.at)
        return parts

    async def _offered(self, turn: Turn, reply: Reply) -> list[Part]:
        """Give each choice a token and remember it, also for typed labels and numbers."""
        buttons = []
        offered = []
        for choice in reply.choices[:MAX_CHOICES]:
            token = self._new_token()
            await chats.offer(turn.session, turn.dialogue, token, choice.label, dict(choice.act), turn.incoming.at)
            buttons.append((token, choice.label))
            offered.append([choice.label, dict(choice.act)])
        if offered:
            turn.dialogue.state["offered"] = offered
        return parts_of(reply, buttons)

    async def _reply(self, turn: Turn) -> Reply | None:
        incoming = turn.incoming
        if incoming.kind == "press":
            return await self._pressed(turn)
        turn.dialogue.state.pop("pressed", None)
        if incoming.kind != "text":
            return Reply.of(
                ("lead", words.NOT_TEXT[incoming.kind]),
                ("text", words.NOT_TEXT_NEXT),
                choices=[Choice(words.LABEL_MENU, {"do": "menu"})],
            )
        return await self._said(turn, understanding.clean(incoming.text))

    async def _pressed(self, turn: Turn) -> Reply | None:
        token = turn.incoming.choice
        pressed, at = turn.dialogue.state.get("pressed") or ("", 0)
        now = turn.incoming.at.timestamp()
        turn.dialogue.state["pressed"] = [token, now]
        if token and pressed == token and now - at < IMPATIENCE:
            return None  # five taps have one effect; later it is a wish to see it again
        button = await chats.pressed(turn.session, turn.incoming.channel, turn.incoming.chat, token)
        if button is None:
            reply = browse.menu()
            return Reply.of(("lead", words.STALE_BUTTON), choices=reply.choices)
        return await self._act(turn, button.act)

    async def _said(self, turn: Turn, text: str) -> Reply | None:
        if not understanding.has_words(text):
            return Reply.of(
                ("lead", words.EMPTY), ("text", words.EMPTY_NEXT), choices=[Choice(words.LABEL_MENU, {"do": "menu"})]
            )
        if len(text) > understanding.MAX_QUESTION:
            return Reply.of(("lead", words.TOO_LONG.format(count=len(text))), ("text", words.TOO_LONG_NEXT))
        if text.startswith("/"):
            command = text.split()[0].split("@")[0].lower()
            if command in _COMMANDS:
                return await self._act(turn, {"do": _COMMANDS[command]})
            reply = browse.menu()
            return Reply.of(
                ("lead", words.UNKNOWN_COMMAND.format(command=command[:20])),
                ("text", words.MENU),
                choices=reply.choices,
            )
        offered = turn.dialogue.state.get("offered") or []
        for label, act in offered:
            if text in (label, label.partition(".")[2]):
                return await self._act(turn, act)
        number = understanding.number_of(text)
        if number is not None and 1 <= number <= len(offered):
            return await self._act(turn, offered[number - 1][1])
        if text in _TYPED:
            return await self._act(turn, {"do": _TYPED[text]})
        if text == words.LABEL_PERSON:
            return await self._act(turn, {"do": "person", "asked": turn.dialogue.state.get("asked")})
        if understanding.is_greeting(text):
            return self._welcome(words.GREETING)
        if understanding.is_thanks(text):
            return Reply.of(("lead", words.THANKS), choices=[Choice(words.LABEL_MENU, {"do": "menu"})])
        term = understanding.term_asked(text)
        if term and (meaning := self._meaning(turn, term)):
            return meaning
        return await self._ask(turn, text)

    def _welcome(self, lead: str) -> Reply:
        choices = [c for c in browse.menu().choices if c.label != words.LABEL_MENU]
        return Reply.of(("lead", lead), ("text", words.WELCOME_WHAT), ("list", words.WELCOME_EXAMPLES), choices=choices)

    def _meaning(self, turn: Turn, asked: str) -> Reply | None:
        terms = turn.library.terms.values()
        exact = next((t for t in terms if asked == t.term or asked in t.also), None)
        close = exact or next(
            (t for t in terms if len(t.term) >= 3 and (t.term in asked or asked in t.term) and len(asked) >= 3), None
        )
        return answers.term(turn.library, close.id) if close else None

    async def _ask(self, turn: Turn, question: str, day: dt.date | None = None) -> Reply:
        dialogue = turn.dialogue
        result = turn.knowledge.matcher.search(question, day=day or turn.today, jurisdiction=dialogue.jurisdiction)
        asked = await questions.note_question(
            turn.session,
            channel=turn.incoming.channel,
            chat=turn.incoming.chat,
            question=question,
            outcome=result.outcome,
            entries=[match.entry.id for match in result.offered],
            confidence=result.matches[0].confidence if result.matches else None,
            jurisdiction=dialogue.jurisdiction,
            at=turn.incoming.at,
        )
        dialogue.state["asked"] = asked
        dialogue.state["question"] = question[:300]
        reply = self._worded(turn, result, question, asked, day)
        named = understanding.past_day(question, turn.today) if day is None else None
        if named and result.outcome != "none":
            again = Choice(words.LABEL_THEN, {"do": "ask", "q": question[:300], "day": named.isoformat()})
            reply = Reply(reply.blocks, (*reply.choices[: MAX_CHOICES - 1], again))
        return reply

    def _worded(self, turn: Turn, result: Result, question: str, asked: int, day: dt.date | None) -> Reply:
        if result.outcome == "answer":
            return answers.answer(
                turn.library, result, question, asked, day=day, jurisdiction=turn.dialogue.jurisdiction
            )
        if result.outcome == "clarify":
            return answers.clarify(turn.library, result, asked)
        return answers.nothing(turn.library, result, asked)

    async def _act(self, turn: Turn, act: Act) -> Reply:
        """Carry out what a button, a command or a typed label stands for. An entry no longer published says so."""
        handler: Callable[[Turn, Act], Any] = getattr(self, f"_do_{act['do']}")
        for name in ("entry", "term"):
            known = turn.library.clauses.keys() | turn.library.items.keys() | turn.library.terms.keys()
            if name in act and act[name] not in known:
                return Reply.of(("lead", words.STALE_BUTTON), choices=browse.menu().choices)
        reply = handler(turn, act)
        result: Reply = await reply if hasattr(reply, "__await__") else reply
        return result

    def _do_start(self, turn: Turn, act: Act) -> Reply:
        return self._welcome(words.WELCOME)

    def _do_help(self, turn: Turn, act: Act) -> Reply:
        return Reply.of(
            ("lead", words.HELP), ("list", words.HELP_LINES), ("note", words.HELP_NOTE), choices=browse.menu().choices
        )

    def _do_menu(self, turn: Turn, act: Act) -> Reply:
        place = browse.place_names(turn.library).get(turn.dialogue.jurisdiction or "", "")
        return browse.menu(place=place)

    async def _do_ask(self, turn: Turn, act: Act) -> Reply:
        return await self._ask(turn, act["q"], dt.date.fromisoformat(act["day"]) if act.get("day") else None)

    def _do_show(self, turn: Turn, act: Act) -> Reply:
        entry = turn.knowledge.matcher.entry(act["entry"])
        if entry is None:
            return answers.basis(turn.library, act["entry"])
        match = Match(entry, 1.0, scope_of(entry, turn.dialogue.jurisdiction))
        question = turn.dialogue.state.get("question", "")
        return answers.entry_reply(
            turn.library, match, question, act.get("asked"), jurisdiction=turn.dialogue.jurisdiction
        )

    def _do_basis(self, turn: Turn, act: Act) -> Reply:
        return answers.basis(turn.library, act["entry"], act.get("page", 0))

    def _do_related(self, turn: Turn, act: Act) -> Reply:
        return answers.related(turn.library, act["entry"])

    async def _do_useful(self, turn: Turn, act: Act) -> Reply:
        await questions.note_feedback(turn.session, act["asked"], turn.incoming.channel, turn.incoming.chat, act["yes"])
        menu = Choice(words.LABEL_MENU, {"do": "menu"})
        if act["yes"]:
            return Reply.of(("lead", words.USEFUL), choices=[menu])
        person = Choice(words.LABEL_PERSON, {"do": "person", "asked": act["asked"]})
        return Reply.of(("lead", words.USELESS), ("text", words.USELESS_NEXT), choices=[person, menu])

    def _do_neither(self, turn: Turn, act: Act) -> Reply:
        choices = [
            Choice(words.LABEL_PERSON, {"do": "person", "asked": act["asked"]}),
            Choice(words.LABEL_MENU, {"do": "menu"}),
        ]
        return Reply.of(("lead", words.NONE), ("text", words.NONE_WHY), ("note", words.NONE_NEXT), choices=choices)

    async def _do_person(self, turn: Turn, act: Act) -> Reply:
        menu = Choice(words.LABEL_MENU, {"do": "menu"})
        asked = act.get("asked")
        if asked is None or not await questions.note_wish_for_person(
            turn.session, asked, turn.incoming.channel, turn.incoming.chat
        ):
            return Reply.of(("lead", words.PERSON_NOTHING), choices=[menu])
        return Reply.of(("lead", words.PERSON), ("text", words.PERSON_NEXT), choices=[menu])

    def _do_documents(self, turn: Turn, act: Act) -> Reply:
        return browse.documents(turn.library, act.get("page", 0))

    def _do_clauses(self, turn: Turn, act: Act) -> Reply:
        return browse.clauses(turn.library, act["source"], act.get("parent"), act.get("page", 0))

    def _do_lists(self, turn: Turn, act: Act) -> Reply:
        return browse.departments(turn.library, act.get("page", 0))

    def _do_kinds(self, turn: Turn, act: Act) -> Reply:
        return browse.kinds(turn.library, act["source"])

    def _do_items(self, turn: Turn, act: Act) -> Reply:
        return browse.items(turn.library, act["source"], act["kind"], act.get("page", 0))

    def _do_glossary(self, turn: Turn, act: Act) -> Reply:
        return browse.glossary(turn.library, act.get("page", 0))

    def _do_terms(self, turn: Turn, act: Act) -> Reply:
        found = answers.terms_in(turn.library, turn.library.quote(act["entry"]))
        return browse.terms_of(turn.library, found, act["entry"]) if found else browse.glossary(turn.library)

    def _do_term(self, turn: Turn, act: Act) -> Reply:
        return answers.term(turn.library, act["term"])

    def _do_place(self, turn: Turn, act: Act) -> Reply:
        return browse.places(turn.library, turn.dialogue.jurisdiction)

    def _do_set_place(self, turn: Turn, act: Act) -> Reply:
        turn.dialogue.jurisdiction = act["code"]
        name = browse.place_names(turn.library).get(act["code"] or "", "")
        lead = words.PLACE_SET.format(place=name) if act["code"] else words.PLACE_CLEARED
        question = turn.dialogue.state.get("question")
        choices = [Choice("再问一次", {"do": "ask", "q": question})] if question else []
        return Reply.of(("lead", lead), choices=[*choices, Choice(words.LABEL_MENU, {"do": "menu"})])


def broken() -> Reply:
    """What a person is told when handling a message failed for good."""
    return Reply.of(("lead", words.BROKEN), ("text", words.BROKEN_NEXT))
