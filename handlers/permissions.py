"""Who may do what (R1): one table, role by act. What an act may be done to – one's own enterprise, jurisdiction – is checked where it is done."""

from __future__ import annotations

from handlers import greeting, menus, words
from handlers.messages import Reply
from handlers.turn import Turn

ALL = frozenset(menus.ROLES)
CONTACT = frozenset({"contact"})
OFFICER = frozenset({"officer"})
ADMIN = frozenset({"admin"})
OFFICES = frozenset(menus.OFFICES)
REGISTRARS = OFFICER | ADMIN

TABLE: dict[str, frozenset[str]] = {
    # asking and browsing: everybody
    **dict.fromkeys(
        (
            "start", "menu", "help", "ask", "show", "basis", "related", "terms", "term", "useful", "neither", "person",
            "documents", "clauses", "lists", "kinds", "items", "glossary", "place", "set_place",
        ),
        ALL,
    ),
    # flows: whoever began one may go on with it; its submit checks again
    **dict.fromkeys(
        (
            "flow_set", "flow_tick", "flow_ticked", "flow_skip", "flow_back", "flow_cancel", "flow_later",
            "flow_page", "flow_resume", "flow_items", "flow_edit", "flow_submit",
        ),
        ALL,
    ),
    # self-checks
    **dict.fromkeys(
        ("checks", "check", "result_details", "result_follows", "result_changes", "result_edit"), ALL
    ),
    **dict.fromkeys(("records", "record", "result_send", "result_share", "result_unshare"), CONTACT),
    **dict.fromkeys(("received", "received_one"), OFFICER),
    # people of an enterprise
    "bind": ALL,
    **dict.fromkeys(
        ("my_enterprise", "choose_enterprise", "unbind", "unbind_sure", "hand_over"), CONTACT
    ),
    # enterprises, for the offices
    **dict.fromkeys(("find", "enterprise"), OFFICES),
    **dict.fromkeys(("issue_code", "issue_for", "end_contact", "verify_fact"), OFFICER),
    "add_enterprise": REGISTRARS,
    # offices
    **dict.fromkeys(("my_office", "leave", "end_leave"), OFFICES),
    **dict.fromkeys(("invite", "people", "office", "licence", "revoke", "revoke_sure"), ADMIN),
    # cases
    **dict.fromkeys(("case", "course", "evidence"), CONTACT | OFFICES),
    **dict.fromkeys(
        (
            "log", "diagnose", "pass_evidence", "return_evidence", "decide_extension", "answer_defence", "visit",
            "close", "transfer", "todo", "due",
        ),
        OFFICER,
    ),
    **dict.fromkeys(
        ("my_cases", "submit_evidence", "ask_extension", "defend", "guidance", "reopen"), CONTACT
    ),
    **dict.fromkeys(("overdue", "find_case"), OFFICES),
    **dict.fromkeys(("copies", "copy_read", "urge"), frozenset({"liaison", "leader", "supervisor"})),
    "waive": frozenset({"leader"}),
    # privacy
    **dict.fromkeys(("my_data", "export", "erase", "erase_sure"), ALL),
}  # fmt: skip


def may(role: str, act: str) -> bool:
    """Whether a role may do an act; what stands in no row, nobody may."""
    return role in TABLE.get(act, frozenset())


def refusal(turn: Turn) -> Reply:
    """What is said to somebody who may not: plainly, with what they can do."""
    lead = words.NOT_ALLOWED.format(role=menus.ROLE_NAMES[turn.speaker.role])
    reply = greeting.menu(turn, lead)
    return Reply.of(("lead", lead), ("text", words.NOT_ALLOWED_NEXT), choices=reply.choices)
