"""Asking and what hangs on an answer (R2–R6): the question itself, its basis, related matters, feedback."""

from __future__ import annotations

import datetime as dt

from handlers import answers, browse, published, understanding, words
from handlers.messages import MAX_CHOICES, Act, Block, Choice, Reply
from handlers.turn import Acts, Turn
from knowledge.matching.matcher import Match, Result, scope_of
from storage import questions

KEPT_QUESTION = 300
SHOWN_QUESTION = 20
MENU = Choice(words.LABEL_MENU, {"do": "menu"})


async def ask(turn: Turn, question: str, day: dt.date | None = None) -> Reply:
    """Answer a question from what is published, or say honestly that nothing settles it; the question is noted (R51).

    What only goes on from the question before (那要是第二次呢) and finds nothing by itself is offered together with that.
    """
    before = turn.state.get("question", "")
    result = find(turn, question, day)
    reply = await worded(turn, result, question, day)
    if result.outcome != "none" or not before or not understanding.follows_on(question):
        return reply
    whole = f"{before[: KEPT_QUESTION - len(question) - 1]}，{question}"
    if find(turn, whole, day).outcome == "none":
        return reply
    together = Choice(words.LABEL_TOGETHER, {"do": "ask", "q": whole} | ({"day": day.isoformat()} if day else {}))
    note = Block("note", words.GOES_ON.format(question=answers.clipped(before, SHOWN_QUESTION)))
    return Reply((*reply.blocks, note), (together, *reply.choices[: MAX_CHOICES - 1]), reply.files)


def find(turn: Turn, question: str, day: dt.date | None = None) -> Result:
    """What the published texts have on a question, for the speaker's place and a day."""
    return turn.knowledge.matcher.search(question, day=day or turn.today, jurisdiction=turn.dialogue.jurisdiction)


async def worded(turn: Turn, result: Result, question: str, day: dt.date | None = None) -> Reply:
    """The reply to a question, given what was found."""
    asked = await questions.note_question(
        turn.session,
        channel=turn.incoming.channel,
        chat=turn.incoming.chat,
        question=question,
        outcome=result.outcome,
        entries=[match.entry.id for match in result.offered],
        confidence=result.matches[0].confidence if result.matches else None,
        jurisdiction=turn.dialogue.jurisdiction,
        at=turn.now,
    )
    turn.state["asked"] = asked
    turn.state["question"] = question[:KEPT_QUESTION]
    reply = _reply(turn, result, question, asked, day)
    named = understanding.past_day(question, turn.today) if day is None else None
    if named and result.outcome != "none":
        again = Choice(words.LABEL_THEN, {"do": "ask", "q": question[:KEPT_QUESTION], "day": named.isoformat()})
        reply = Reply(reply.blocks, (*reply.choices[: MAX_CHOICES - 1], again))
    return reply


def _reply(turn: Turn, result: Result, question: str, asked: int, day: dt.date | None) -> Reply:
    if result.outcome == "answer":
        best = result.matches[0]
        if found := turn.library.answers.get(best.entry.id):
            return published.answer_reply(turn.library, found, best.scope, asked)
        reply = answers.answer(turn.library, result, question, asked, day=day, jurisdiction=turn.dialogue.jurisdiction)
        return _with_answer(turn, reply, result, asked)
    if result.outcome == "clarify":
        return answers.clarify(turn.library, result, asked)
    return answers.nothing(turn.library, result, asked)


def _with_answer(turn: Turn, reply: Reply, result: Result, asked: int) -> Reply:
    """The law's own words, and a button to what a department answered to this very question (R51)."""
    second = next((match.entry.id for match in result.matches[1:2] if match.entry.id in turn.library.answers), None)
    if second is None:
        return reply
    choice = Choice(words.LABEL_DEPARTMENT, {"do": "show", "entry": second, "asked": asked})
    kept = reply.choices[: MAX_CHOICES - 1]
    return Reply(reply.blocks, (*kept[:-1], choice, *kept[-1:]), reply.files)


def meaning(turn: Turn, text: str) -> Reply | None:
    """The glossary's word on what a text asks the meaning of, if it does and there is one."""
    asked = understanding.term_asked(text)
    if not asked:
        return None
    terms = turn.library.terms.values()
    exact = next((t for t in terms if asked == t.term or asked in t.also), None)
    close = exact or next(
        (t for t in terms if len(t.term) >= 3 and (t.term in asked or asked in t.term) and len(asked) >= 3), None
    )
    return answers.term(turn.library, close.id) if close else None


async def _ask(turn: Turn, act: Act) -> Reply:
    return await ask(turn, act["q"], dt.date.fromisoformat(act["day"]) if act.get("day") else None)


def _show(turn: Turn, act: Act) -> Reply:
    entry = turn.knowledge.matcher.entry(act["entry"])
    if entry is None:
        return answers.basis(turn.library, act["entry"])
    place = turn.dialogue.jurisdiction
    if found := turn.library.answers.get(entry.id):
        return published.answer_reply(turn.library, found, scope_of(entry, place), act.get("asked"))
    match = Match(entry, 1.0, scope_of(entry, place))
    return answers.entry_reply(
        turn.library, match, turn.state.get("question", ""), act.get("asked"), jurisdiction=place
    )


async def _useful(turn: Turn, act: Act) -> Reply:
    await questions.note_feedback(turn.session, act["asked"], turn.incoming.channel, turn.incoming.chat, act["yes"])
    if act["yes"]:
        return Reply.of(("lead", words.USEFUL), choices=[MENU])
    person = Choice(words.LABEL_PERSON, {"do": "person", "asked": act["asked"]})
    return Reply.of(("lead", words.USELESS), ("text", words.USELESS_NEXT), choices=[person, MENU])


def _neither(turn: Turn, act: Act) -> Reply:
    choices = [Choice(words.LABEL_PERSON, {"do": "person", "asked": act["asked"]}), MENU]
    return Reply.of(("lead", words.NONE), ("text", words.NONE_WHY), ("note", words.NONE_NEXT), choices=choices)


def _terms(turn: Turn, act: Act) -> Reply:
    found = answers.terms_in(turn.library, turn.library.quote(act["entry"]))
    return browse.terms_of(turn.library, found, act["entry"]) if found else browse.glossary(turn.library)


ACTS: Acts = {
    "ask": _ask,
    "show": _show,
    "basis": lambda turn, act: answers.basis(turn.library, act["entry"], act.get("page", 0)),
    "related": lambda turn, act: answers.related(turn.library, act["entry"]),
    "terms": _terms,
    "term": lambda turn, act: answers.term(turn.library, act["term"]),
    "useful": _useful,
    "neither": _neither,
}
