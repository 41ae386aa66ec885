"""Somebody to attack: a department with an enterprise and everything that is kept of them, in words that give themselves away.

``things_of`` says for every act that is done to something what of the victim's it may be tried on.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import func, select, update

from handlers.messages import FileRef
from knowledge.pledges.text import Signing
from knowledge.procedure import acts
from knowledge.procedure.case import Case, Defence, Extension, Promise
from storage import (
    answers,
    cases,
    evidence,
    guidance,
    instructions,
    papers,
    people,
    phrases,
    pledges,
    ratings,
    requests,
    self_checks,
)
from storage.cases import CaseInfo, Series
from storage.database import Session
from storage.people import Office
from storage.tables import Asked, CaseFile, Rating
from tests.handlers.test_permissions import checks_size, latest_check
from tests.knowledge.procedure.courses import DUE, FRIDAY, corrected, days, diagnosed, did, logged, submitted
from tests.people import Person, World

SECRET = "机密"
"""Stands in every word of the victim's, and in nobody else's."""
PLACE, DEPARTMENT = "420704", "示例市场监管局"
Act = dict[str, Any]
_LAST_QUESTION = select(func.max(Asked.id))

NAMES_NOTHING = frozenset(
    {
        # asking and browsing: what is published is everybody's
        *("start", "menu", "help", "ask", "show", "basis", "related", "terms", "term", "documents", "clauses", "lists"),
        *("kinds", "items", "glossary", "place", "set_place", "checks", "check", "bind"),
        # one's own dialogue: the flow in hand, the result just made
        *("result_details", "result_follows", "result_changes", "result_edit", "use_phrase"),
        *("flow_set", "flow_tick", "flow_ticked", "flow_skip", "flow_back", "flow_cancel", "flow_later", "flow_page"),
        *("flow_resume", "flow_items", "flow_edit", "flow_submit", "flow_anew"),
        # lists of one's own, and what begins with nothing
        *("records", "received", "my_enterprise", "find", "find_case", "issue_code", "add_enterprise", "my_office"),
        *("leave", "end_leave", "invite", "people", "log", "todo", "due", "my_cases", "overdue", "copies", "to_review"),
        *("to_visit", "to_close", "phrases", "add_phrase", "remind_all", "remind_sure", "unowned", "instructions"),
        *("key_cases", "papers_review", "my_guidance", "rate_skip", "low_ratings", "requests", "gaps", "answers"),
        *("my_data", "my_pieces", "my_views", "export", "erase", "erase_sure"),
    }
)
"""The acts that name nobody's things. A new act stands here or in ``things_of``: a test holds that."""

IN_STAGE = {
    "logged": ("diagnose",),
    "rectifying": (
        "case",
        "ask_officer",
        "course",
        "course_page",
        "evidence",
        "answer_defence",
        "transfer",
        "submit_evidence",
        "defend",
    ),
    "plain": ("ask_extension", "give_time", "urge", "waive", "copy_read", "instruct", "redress", "pledge_kinds"),
    "asking": ("decide_extension",),
    "late": ("escalate_case", "break_promise"),
    "submitted": ("pass_evidence", "return_evidence", "pledges", "papers", "paper_kinds"),
    "passed": ("visit",),
    "corrected": ("close",),
    "closed": ("reopen",),
    "undelivered": ("serve",),
    "unowned": ("assign_case",),
}
"""The case that an act on cases is tried on: one in the stage in which its own people could carry it out."""


@dataclass
class Victim:
    """The people of one department in one place, their enterprise, and the numbers of all that is kept of them."""

    world: World
    people: dict[str, Person]
    offices: dict[str, Office]
    firm: int
    contact: int
    files: dict[str, CaseInfo] = field(default_factory=dict)
    ids: dict[str, int] = field(default_factory=dict)

    @property
    def numbers(self) -> Iterable[str]:
        """The numbers of the cases: they give away a case as names do."""
        return [info.number for info in self.files.values()]

    def person(self, role: str) -> int:
        return self.offices[role].person


def things_of(victim: Victim) -> dict[str, list[Act]]:
    """Every act that is done to something, with the victim's things that it may be tried on."""
    ids, files = victim.ids, {stage: info.id for stage, info in victim.files.items()}
    firm, register = [{"enterprise": victim.firm}], [{"id": victim.firm}]
    in_stage = {act: [{"id": files[stage]}] for stage, names in IN_STAGE.items() for act in names}
    return {
        **in_stage,
        "guidance": [{"id": files["rectifying"], "accepts": accepts} for accepts in (True, False)],
        "claim": [{"id": files["unowned"], "sure": sure} for sure in (True, False)],
        "hand_all": [{"from": victim.offices["left"].id}],
        "answer_instruction": [{"id": files["rectifying"], "instruction": ids["instruction"]}],
        "cases_of": register,
        "pledge": [{"id": files["rectifying"], "kind": "rectification", "amend": True}],
        **{key: [{"id": ids["signed"]}] for key in ("pledge_page", "pledge_text", "pledge_code", "verify_pledge")},
        **{key: [{"id": ids["draft"]}] for key in ("add_promise", "edit_promise", "sign_pledge")},
        "drop_promise": [{"id": ids["draft"]}, {"id": ids["draft"], "promise": "p2"}],
        **{key: [{"id": ids["paper"]}, {"id": ids["paper_sent"]}] for key in ("paper", "paper_file")},
        **{key: [{"id": ids["paper_draft"]}] for key in ("paper_submit",)},
        **{key: [{"id": ids["paper_passed"]}] for key in ("paper_send", "paper_send_sure")},
        **{key: [{"id": ids["paper"]}] for key in ("paper_pass", "paper_pass_sure", "return_paper")},
        "make_paper": [{"id": files["rectifying"], "kind": "guidance_advice"}],
        "guide_one": [{"id": ids[one], "course": course} for one in ("guidance", "held") for course in (False, True)],
        "guides": [{"case": files["rectifying"]}, {"enterprise": victim.firm}],
        "guide": [{"case": files["rectifying"]}, {"id": victim.firm}],
        "guide_move": [{"id": ids["meeting"]}],
        "guide_minutes": [{"id": ids["held"]}],
        "guide_answer": [{"id": ids["guidance"], "accepts": accepts} for accepts in (True, False)],
        "guide_remark": [{"id": ids["minuted"]}],
        "rate": [{"id": ids["rating"]}, {"id": ids["rating"], "score": 1}],
        "rate_say": [{"id": ids["rated"]}],
        **{key: [{"id": ids["rated"]}] for key in ("low_rating", "handle_rating")},
        **{
            key: [{"id": ids["request"]}]
            for key in ("request", "request_course", "request_more", "request_solved", "request_take", "request_move")
        },
        **{key: [{"id": ids["answered"]}] for key in ("request_unsolved", "answer_propose", "request_answer")},
        "request_back": [{"id": ids["taken"]}],
        **{key: [{"id": ids["proposed"]}] for key in ("answer_one", "answer_pass", "answer_return")},
        "answer_pass_sure": [{"id": ids["proposed"]}],
        "answer_withdraw": [{"id": ids["released"]}],
        **{key: [{"id": ids["check"]}] for key in ("record", "result_unshare")},
        **{key: [{"id": ids["check_kept"]}] for key in ("result_send", "result_share")},
        "received_one": [{"id": ids["check"]}],
        **dict.fromkeys(("choose_enterprise", "unbind", "unbind_sure", "hand_over"), firm),
        "enterprise": register,
        "issue_for": [*register, {"id": victim.firm, "drop": True}],
        "end_contact": [
            *register,
            {"id": victim.firm, "contact": victim.contact},
            {"id": victim.firm, "contact": victim.contact, "sure": True},
        ],
        "verify_fact": [*register, {"id": victim.firm, "fact": "persons", "value": 25}],
        **{key: [{"id": victim.offices["officer"].id}] for key in ("office", "licence", "revoke", "revoke_sure")},
        "phrase": [{"id": ids["phrase"]}],
        "drop_phrase": [{"id": ids["phrase"]}, {"id": ids["phrase"], "sure": True}],
        "useful": [{"asked": ids["asked"], "yes": True}],
        "person": [{"asked": ids["asked"]}],
        "neither": [{"asked": ids["asked"]}],
        "ledger": [{"department": DEPARTMENT}],
        "figures": [{"department": DEPARTMENT, "view": view} for view in ("", "departments", "matters", "book")],
        "figures_period": [{"department": DEPARTMENT}],
    }


async def new_victim(world: World) -> Victim:
    """Everything that there is, of one department: cases in every stage, and all that hangs on them."""
    firm = await world.enterprise(f"示例{SECRET}酒楼", address=f"示例{SECRET}路1号")
    seats = {
        "contact": await world.contact(firm, "victim-contact", f"{SECRET}店主"),
        "officer": await world.office("officer", chat="victim-officer", name=f"{SECRET}执法"),
        "guest": world.person("victim-guest"),
    }
    for role, name in (("colleague", "同事"), ("left", "离职")):
        await world.office("officer", chat=f"victim-{role}", name=f"{SECRET}{name}")
    await world.office("officer", chat="victim-beside", name=f"{SECRET}别科", department="示例城管局")
    departments = {"liaison": "示例街道", "leader": "示例区政府", "legal": "示例司法局", "supervisor": "示例督查室"}
    for role, department in {**departments, "admin": "示例区政府办"}.items():
        seats[role] = await world.office(role, chat=f"victim-{role}", name=f"{SECRET}{role}", department=department)
    await seats["guest"].says("你好")
    await checks_size(seats["contact"])
    first = await latest_check(world)
    await checks_size(seats["contact"])
    async with world.database.transaction() as session:
        held = {}
        for role, chat in [
            (role, f"victim-{role}") for role in (*departments, "admin", "officer", "colleague", "left")
        ]:
            speaker = await people.speaker_of(session, "web", chat, world.clock.now().date(), demo=False)
            assert speaker.office is not None
            held[role] = speaker.office
        contact = (await people.contacts_of(session, firm))[0].contact
        victim = Victim(world, seats, held, firm, contact)
        victim.ids |= {"check": first, "check_kept": first + 1}
        await _Maker(victim, session).everything()
    await seats["contact"].says(f"{SECRET}酒楼的招牌没备案会怎样")
    async with world.database.reading() as session:
        victim.ids["asked"] = (await session.execute(_LAST_QUESTION)).scalar_one()
    return victim


class _Maker:
    """Makes the things of the victim, straight in the records."""

    def __init__(self, victim: Victim, session: Session) -> None:
        self.victim, self.session = victim, session
        self.now = victim.world.clock.now()

    async def everything(self) -> None:
        await self.cases()
        await self.pledges()
        await self.papers()
        await self.guidance()
        await self.requests()
        await self.others()

    async def case(self, stage: str, case: Case, role: str = "officer", **columns: Any) -> None:
        case = replace(case, problem=f"{SECRET}后厨没公示", must_correct=f"{SECRET}上墙" if case.must_correct else "")
        info = await cases.open_case(
            self.session,
            series=Series(PLACE, DEPARTMENT, "鄂城市监容"),
            enterprise=self.victim.firm,
            office=self.victim.offices[role].id,
            problem=case.problem,
            items=[],
            case=case,
            person=self.victim.person("officer"),
            now=self.now,
        )
        if columns:
            await self.session.execute(update(CaseFile).where(CaseFile.id == info.id).values(**columns))
        self.victim.files[stage] = info

    async def cases(self) -> None:
        promises = (Promise("p1", f"{SECRET}承诺一", DUE), Promise("p2", f"{SECRET}承诺二", DUE))
        busy = replace(
            diagnosed(),
            promises=promises,
            defences=(Defence(FRIDAY, f"{SECRET}申辩"),),
        )
        asking = replace(diagnosed(), extensions=(Extension(FRIDAY, days(14), f"{SECRET}延期理由"),))
        late = replace(diagnosed(), due=days(-5), promises=(replace(promises[0], due=days(-5)),), is_historical=True)
        await self.case("logged", logged())
        await self.case("rectifying", busy)
        await self.case("plain", diagnosed())
        await self.case("asking", asking)
        await self.case("late", late)
        await self.case("submitted", submitted())
        await self.case("passed", did(submitted(), acts.PassEvidence()))
        await self.case("corrected", corrected())
        await self.case("closed", replace(corrected(), stage="closed", closed=FRIDAY, outcome="exempt_minor"))
        await self.case("undelivered", diagnosed(), undelivered=True)
        await self.case("unowned", diagnosed(), "left")
        await people.revoke(self.session, self.victim.offices["left"].id, self.now)
        for info in self.victim.files.values():
            await evidence.add(
                self.session, case=info.id, kind="after", text=f"{SECRET}材料", person=None, now=self.now
            )
            picture = FileRef(hashlib.sha256(b"picture").hexdigest(), f"{SECRET}.jpg", "image/jpeg", 7)
            await evidence.add(self.session, case=info.id, kind="after", file=picture, person=None, now=self.now)
            for role in ("liaison", "leader", "supervisor"):
                await cases.copy_to(self.session, info.id, self.victim.offices[role].id, f"{SECRET}抄送", self.now)
        giver = self.victim.offices["leader"].id
        self.victim.ids["instruction"] = await instructions.give(
            self.session, self.victim.files["rectifying"].id, giver, f"{SECRET}督办", days(3), self.now
        )

    async def pledges(self) -> None:
        rectifying = self.victim.files["rectifying"]
        made = await pledges.open_draft(
            self.session, rectifying.id, "rectification", rectifying.case.promises, None, self.now
        )
        signer = (await people.contacts_of(self.session, self.victim.firm))[0].person
        signing = Signing(signer, f"{SECRET}店主", "typed", None, "web", self.now)
        signed = await pledges.sign(self.session, made, f"{SECRET}承诺书全文", signing, "ABCDEFGHJKLM")
        asking = self.victim.files["asking"]
        draft = await pledges.open_draft(
            self.session, asking.id, "rectification", rectifying.case.promises, None, self.now
        )
        self.victim.ids |= {"signed": signed.id, "draft": draft.id}

    async def papers(self) -> None:
        case = self.victim.files["rectifying"].id
        for name, kind, state in (
            ("paper_draft", "order", "draft"),
            ("paper", "exemption", "review"),
            ("paper_passed", "extension", "passed"),
            ("paper_sent", "defence", "sent"),
        ):
            made = await papers.add(
                self.session,
                case=case,
                kind=kind,
                record={},
                given={"说明": f"{SECRET}文书"},
                template="0" * 64,
                missing=[f"{SECRET}待填"],
                file=hashlib.sha256(name.encode()).hexdigest(),
                size=10,
                person=self.victim.person("officer"),
                now=self.now,
            )
            if state != "draft":
                await papers.move(self.session, made.id, state, of=("draft",))
            self.victim.ids[name] = made.id

    async def guidance(self) -> None:
        for name, meeting in (
            ("guidance", None),
            ("meeting", self.now + dt.timedelta(days=3)),
            ("held", self.now - dt.timedelta(days=1)),
            ("minuted", self.now - dt.timedelta(days=1)),
        ):
            self.victim.ids[name] = await guidance.record(
                self.session,
                case=self.victim.files["rectifying"].id,
                enterprise=self.victim.firm,
                office=self.victim.offices["officer"].id,
                jurisdiction=PLACE,
                department=DEPARTMENT,
                way="talk" if meeting else "policy",
                form="phone",
                content=f"{SECRET}指导内容",
                meeting=meeting,
                place=f"{SECRET}会议室" if meeting else None,
                person=self.victim.person("officer"),
                now=self.now,
            )
        minutes = (self.victim.ids["minuted"], f"{SECRET}纪要", self.victim.person("officer"), self.now)
        await guidance.keep_minutes(self.session, *minutes)

    async def requests(self) -> None:
        guest = self.victim.people["guest"]
        for name in ("request", "taken", "answered"):
            made = await requests.register(
                self.session,
                series=Series(PLACE, "诉求", "鄂城区诉"),
                department=DEPARTMENT,
                channel=guest.channel,
                chat=guest.chat,
                person=None,
                question=f"{SECRET}问题{name}",
                due=days(2),
                year=2026,
                now=self.now,
            )
            self.victim.ids[name] = made.id
        office, until = self.victim.offices["officer"], self.now + dt.timedelta(minutes=30)
        await requests.take(self.session, self.victim.ids["taken"], office.id, until, office.person, self.now)
        answered = self.victim.ids["answered"]
        await requests.answer(self.session, answered, office.id, f"{SECRET}答复", until, office.person, self.now)
        library = self.victim.world.house.knowledge().library
        cite = next(id for id in library.clauses if id.startswith("echeng"))
        for name in ("released", "proposed"):
            self.victim.ids[name] = await answers.propose(
                self.session,
                request=answered,
                jurisdiction=PLACE,
                department=DEPARTMENT,
                question=f"{SECRET}公开问题{name}",
                text=f"{SECRET}公开答复",
                cites=[cite],
                person=office.person,
                now=self.now,
            )
            if name == "released":
                await answers.release(self.session, self.victim.ids[name], None, self.now)

    async def others(self) -> None:
        office, ids = self.victim.offices["officer"], self.victim.ids
        await self_checks.send(self.session, ids["check"], DEPARTMENT, self.now)
        await self_checks.share(self.session, ids["check"], "victims-share-link", self.now + dt.timedelta(days=30))
        ids["phrase"] = await phrases.add(
            self.session, PLACE, DEPARTMENT, f"{SECRET}用语", f"{SECRET}用语全文", office.person, self.now
        )
        contact = self.victim.people["contact"]
        person = (await people.contacts_of(self.session, self.victim.firm))[0].person
        for ordinal, name in enumerate(("rating", "rated"), 1):
            await ratings.lay(
                self.session,
                about="visit",
                subject=self.victim.files["passed"].id,
                ordinal=ordinal,
                office=office.id,
                jurisdiction=PLACE,
                department=DEPARTMENT,
                way=None,
                to=[(contact.channel, contact.chat, person)],
                now=self.now,
            )
            ids[name] = ordinal
        given = {"score": 1, "sentence": f"{SECRET}差评", "given": self.now}
        await self.session.execute(update(Rating).where(Rating.ordinal == 2).values(**given))
