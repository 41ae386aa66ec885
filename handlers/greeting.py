"""The first words, the menu of the speaker's role, and help."""

from __future__ import annotations

from handlers import browse, menus, words
from handlers.messages import Act, Choice, Reply
from handlers.turn import Acts, Turn


def welcome(turn: Turn, lead: str) -> Reply:
    """Who we are and what can be done here, with the lasting menu of the role."""
    role = turn.speaker.role
    if role == "guest":
        return Reply.of(
            ("lead", lead),
            ("text", words.WELCOME_WHAT),
            ("list", words.WELCOME_EXAMPLES),
            choices=menus.choices(role),
            menu=menus.lasting(role),
        )
    who = f"{menus.ROLE_NAMES[role]}{turn.speaker.name}"
    if turn.speaker.office:
        who = f"{turn.speaker.office.department}{who}"
    return Reply.of(
        ("lead", lead),
        ("text", words.WELCOME_ROLE.format(who=who)),
        ("note", words.WELCOME_ASK),
        choices=menus.choices(role),
        menu=menus.lasting(role),
    )


def menu(turn: Turn, lead: str = words.MENU) -> Reply:
    """What the speaker can do now; a flow that waits can be gone on with."""
    place = browse.place_names(turn.library).get(turn.dialogue.jurisdiction or "", "")
    now = words.PLACE_NOW.format(place=place) if place else ""
    run = turn.engine.current(turn)
    waiting = [turn.engine.flows[run.flow].title] if run else []
    waiting += [turn.engine.flows[name].title for name in turn.engine.paused(turn)]
    unfinished = "\n".join(words.MENU_UNFINISHED.format(title=title) for title in waiting)
    choices = menus.choices(turn.speaker.role)
    if waiting:
        choices = [Choice(words.LABEL_RESUME, {"do": "flow_resume"}), *choices[:6], choices[-1]]
    return Reply.of(("lead", lead), ("note", now), ("note", unfinished), choices=choices)


def _help(turn: Turn, act: Act) -> Reply:
    labels = [entry.label for entry in menus.entries(turn.speaker.role)[:12]]
    typed = "\n".join("、".join(labels[n : n + 6]) for n in range(0, len(labels), 6))
    return Reply.of(
        ("lead", words.HELP),
        ("list", words.HELP_LINES),
        ("note", f"{words.HELP_TYPED}\n{typed}"),
        ("note", words.HELP_NOTE),
        choices=menus.choices(turn.speaker.role),
    )


ACTS: Acts = {
    "menu": lambda turn, act: menu(turn),
    "help": _help,
}
