"""Who may do what (R1): one table, role by act. What an act may be done to – one's own enterprise, jurisdiction – is checked where it is done."""

from __future__ import annotations

from handlers import greeting, menus, words
from handlers.messages import Reply
from handlers.turn import Turn

ALL = frozenset(menus.ROLES)
CONTACT = frozenset({"contact"})
OFFICER = frozenset({"officer"})
ADMIN = frozenset({"admin"})
LEGAL = frozenset({"legal"})
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
            "flow_page", "flow_resume", "flow_items", "flow_edit", "flow_submit", "flow_anew",
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
    **dict.fromkeys(("case", "course", "course_page", "evidence"), CONTACT | OFFICES),
    **dict.fromkeys(
        (
            "log", "diagnose", "pass_evidence", "return_evidence", "decide_extension", "answer_defence", "visit",
            "close", "transfer", "todo", "due",
        ),
        OFFICER,
    ),
    **dict.fromkeys(
        ("my_cases", "submit_evidence", "ask_extension", "defend", "guidance", "reopen", "ask_officer"), CONTACT
    ),
    **dict.fromkeys(("overdue", "find_case"), OFFICES),
    **dict.fromkeys(("copies", "copy_read", "urge"), frozenset({"liaison", "leader", "supervisor"})),
    "waive": frozenset({"leader"}),
    # the desk
    **dict.fromkeys(
        (
            "to_review", "to_visit", "to_close", "phrases", "phrase", "add_phrase", "drop_phrase", "use_phrase",
            "remind_all", "remind_sure", "claim", "escalate_case", "give_time", "serve", "answer_instruction",
        ),
        OFFICER,
    ),
    **dict.fromkeys(("unowned", "hand_all"), OFFICER | ADMIN),
    "assign_case": ADMIN,
    "cases_of": OFFICES,
    "instructions": frozenset({"officer", "leader", "supervisor"}),
    **dict.fromkeys(("instruct", "key_cases"), frozenset({"leader", "supervisor"})),
    # pledges
    **dict.fromkeys(("pledges", "pledge_page", "pledge_text", "pledge_code"), CONTACT | OFFICES),
    **dict.fromkeys(
        (
            "pledge", "pledge_kinds", "add_promise", "edit_promise", "drop_promise", "redress", "sign_pledge",
        ),
        CONTACT,
    ),
    **dict.fromkeys(("verify_pledge", "break_promise"), OFFICER),
    # papers: a contact sees those that were sent to it
    **dict.fromkeys(("papers", "paper", "paper_file"), CONTACT | OFFICER | LEGAL),
    **dict.fromkeys(("paper_kinds", "make_paper", "paper_submit", "paper_send", "paper_send_sure"), OFFICER),
    **dict.fromkeys(("papers_review", "paper_pass", "paper_pass_sure", "return_paper"), LEGAL),
    # guidance
    **dict.fromkeys(("guide_one", "guides"), CONTACT | OFFICES),
    **dict.fromkeys(("guide", "guide_move", "guide_minutes"), OFFICER),
    **dict.fromkeys(("my_guidance", "guide_answer", "guide_remark"), CONTACT),
    # ratings: whoever was asked; the low ones are the supervisor's
    **dict.fromkeys(("rate", "rate_say", "rate_skip"), ALL),
    **dict.fromkeys(("low_ratings", "low_rating", "handle_rating"), frozenset({"supervisor"})),
    # requests: what becomes of one's own is everybody's to say; the desk is the department's
    **dict.fromkeys(
        ("requests", "request", "request_course", "request_more", "request_solved", "request_unsolved"), ALL
    ),
    **dict.fromkeys(("request_take", "request_back", "request_answer", "answer_propose"), OFFICER),
    "request_move": OFFICER | ADMIN | LEGAL,
    "gaps": OFFICER | LEGAL,
    **dict.fromkeys(
        ("answers", "answer_one", "answer_pass", "answer_pass_sure", "answer_return", "answer_withdraw"), LEGAL
    ),
    # the ledger and the figures
    "ledger": frozenset({"officer", "liaison", "leader", "legal", "supervisor"}),
    **dict.fromkeys(("figures", "figures_period"), frozenset({"officer", "leader", "legal", "supervisor"})),
    # privacy
    **dict.fromkeys(("my_data", "my_pieces", "my_views", "export", "erase", "erase_sure"), ALL),
}  # fmt: skip


def may(role: str, act: str) -> bool:
    """Whether a role may do an act; what stands in no row, nobody may."""
    return role in TABLE.get(act, frozenset())


def refusal(turn: Turn) -> Reply:
    """What is said to somebody who may not: plainly, with what they can do."""
    lead = words.NOT_ALLOWED.format(role=menus.ROLE_NAMES[turn.speaker.role])
    reply = greeting.menu(turn, lead)
    return Reply.of(("lead", lead), ("text", words.NOT_ALLOWED_NEXT), choices=reply.choices)
