"""The flow engine, once for all flows: asks, understands, goes back, pauses, resumes, corrects, reviews and submits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from handlers import understanding, words
from handlers.answers import short
from handlers.flows import file_words, handed
from handlers.flows.flow import Flow, Json, Run, reached
from handlers.flows.reading import ALONE, read_answer, settled_several
from handlers.flows.steps import Option, Reading, Step, fine
from handlers.messages import MAX_CHOICES, MAX_LABEL, Act, Block, BlockKind, Choice, Reply
from handlers.turn import Turn
from storage import messages

REVIEW = "review"
MAX_FAILURES = 2
OPTIONS_A_PAGE = 4
_WORDS = {
    words.LABEL_BACK_STEP: "flow_back",
    "返回上一步": "flow_back",
    "退回": "flow_back",
    words.LABEL_CANCEL: "flow_cancel",
    "不填了": "flow_cancel",
    "退出": "flow_cancel",
    "/cancel": "flow_cancel",
    words.LABEL_LATER: "flow_later",
    "稍后": "flow_later",
    "先放着": "flow_later",
    words.LABEL_EDIT: "flow_items",
}
_AGREED = ("确认", "提交", "确定", "对", "是", "没错", "没问题", "好", "好的", "可以")


class Engine:
    """Runs flows over the state of a dialogue: ``flow`` is the run in hand, ``later`` the paused ones, newest last."""

    def __init__(self, flows: Mapping[str, Flow]) -> None:
        self.flows = flows

    # ---- what is going on

    def current(self, turn: Turn) -> Run | None:
        """The run in hand, if its flow still exists."""
        data = turn.state.get("flow")
        return Run.from_json(data) if data and data["flow"] in self.flows else None

    def paused(self, turn: Turn) -> dict[str, Json]:
        """The paused runs by flow, the newest last."""
        found: dict[str, Json] = turn.state.get("later") or {}
        return {name: run for name, run in found.items() if name in self.flows}

    def means(self, turn: Turn, text: str) -> bool:
        """Whether a text is one of the answers that the step in hand offers by name."""
        run = self.current(turn)
        step = self._step(turn, run) if run else None
        if run is None or step is None:
            return False
        named = [word for option in step.choices for word in (option.label, *option.said)]
        return text in named or text in [str(label) for label, _ in run.offers]

    # ---- from outside

    async def start(self, turn: Turn, name: str, act: Act) -> Reply:
        """Begin a flow; a paused run of it is offered first, a run of another flow is paused."""
        if name in self.paused(turn) and not act.get("anew"):
            again = dict(act) | {"anew": True}
            return Reply.of(
                ("lead", words.FLOW_AGAIN.format(title=self.flows[name].title)),
                choices=[
                    Choice(words.LABEL_GO_ON, {"do": "flow_resume", "flow": name}),
                    Choice(words.LABEL_RESTART, again),
                    Choice(words.LABEL_MENU, {"do": "menu"}),
                ],
            )
        begun = await self.flows[name].begin(turn, act)
        if isinstance(begun, Reply):
            return begun
        self._pause_current(turn, unless=name)
        turn.state["later"] = {flow: run for flow, run in self.paused(turn).items() if flow != name}
        return await self._go_on(turn, begun)

    async def resume_run(self, turn: Turn, run: Run) -> Reply:
        """Take up a finished run once more, to correct it; another one in hand is paused."""
        self._pause_current(turn, unless=run.flow)
        return await self._go_on(turn, run)

    async def hear(self, turn: Turn, text: str) -> Reply | None:
        """A typed text while a flow is in hand. ``None``: not for the flow, or not understood as an answer to it."""
        run = self.current(turn)
        if run is None:
            if text in (words.LABEL_RESUME, words.LABEL_GO_ON):
                return await self._resume(turn)
            ways = ("/cancel", words.LABEL_CANCEL, words.LABEL_BACK_STEP, words.LABEL_LATER)
            return _nothing() if text in ways else None
        if text in (words.LABEL_RESUME, words.LABEL_GO_ON):
            return self._asked(turn, run)
        if text in _WORDS:
            return await self.press(turn, {"do": _WORDS[text]})
        number = understanding.edit_number(text)
        if number is not None:
            return await self._edit(turn, run, number)
        if run.at == REVIEW:
            agreed = text in _AGREED or text == self.flows[run.flow].submit_label
            return await self._submit(turn, run) if agreed else None
        step = self._step(turn, run)
        if step is None:
            return await self._go_on(turn, run)
        for label, value in run.offers:
            if text in (label, str(label).partition(".")[2]):
                return await self._take(turn, run, step, fine(value))
        if (
            step.kind == "choice"
            and len(step.choices) > MAX_CHOICES
            and text in (words.LABEL_NEXT, words.LABEL_PREVIOUS)
        ):
            by = 1 if text == words.LABEL_NEXT else -1
            return await self.press(turn, {"do": "flow_page", "run": run.id, "page": max(run.page + by, 0)})
        for extra in self.flows[run.flow].extras(turn, run, step):
            if text == extra.label and extra.act["do"] == "flow_set":
                return await self._take(turn, run, step, fine(extra.act["value"]))
        n = understanding.number_of(text) if run.offers and step.kind not in ("persons", "yuan") else None
        if n is not None and 1 <= n <= len(run.offers):
            return await self._take(turn, run, step, fine(run.offers[n - 1][1]))
        if text == words.LABEL_SKIP and step.may_skip:
            return await self._take(turn, run, step, Reading(None))
        if text == words.LABEL_DONE and step.kind == "several":
            return await self._ticked(turn, run, step)
        if step.kind == "file" and (act := _said_of_files(run, step, text)):
            return await self.press(turn, {"do": act, "run": run.id, "step": step.name})
        if step.kind == "text" and not step.is_free and understanding.looks_like_question(text):
            return None
        if step.kind == "code" and understanding.looks_like_question(text):
            return None
        if step.secret:
            link = "/start " if turn.incoming.text.lstrip().lower().startswith("/start") else ""
            await messages.mask(turn.session, turn.incoming.channel, turn.incoming.key, f"{link}（{step.title}）")
        reading = read_answer(turn, step, text)
        if reading.is_fine or reading.is_attempt or not reading.is_failure or step.is_free or step.secret:
            return await self._take(turn, run, step, reading)
        return None

    def asks_files(self, turn: Turn) -> bool:
        """Whether the step in hand asks for files."""
        run = self.current(turn)
        step = self._step(turn, run) if run else None
        return step is not None and step.kind in ("file", "signature")

    async def take_files(self, turn: Turn, files: list[Json], said: str = "") -> Reply | None:
        """Files that came together, with one receipt: for the step that asks for some, else where the flow keeps them.

        ``said`` stands below them: the answer to a step that asks for words. ``None``: the flow in hand takes no files.
        """
        run = self.current(turn)
        step = self._step(turn, run) if run else None
        if run is None:
            return None
        if step is not None and step.kind == "signature":
            return await self._take(turn, run, step, fine(files[0]))
        flow = self.flows[run.flow]
        name = step.name if step and step.kind == "file" else flow.files_step
        if not name:
            return None
        about = await flow.about_files(turn, run, files)
        receipt = handed.take(run, name, files) + about
        if name in run.answers:
            run.answers[name] = handed.digests(run, name)
        self._keep(turn, run)
        if said and step and step.kind == "text":
            return _after(receipt, await self._take(turn, run, step, read_answer(turn, step, said)))
        return _after(receipt, await self._go_on(turn, run) if run.at == REVIEW else self._asked(turn, run))

    async def missed(self, turn: Turn, text: str) -> Reply:
        """The text was no answer and no question: say what is expected (with an example), and after two a person."""
        run = self.current(turn)
        assert run is not None
        if run.at == REVIEW:
            submit = self.flows[run.flow].submit_label
            return _after(words.FLOW_REVIEW_PRESS.format(submit=submit), self._asked(turn, run))
        step = self._step(turn, run)
        if step is None:
            return await self._go_on(turn, run)
        return await self._take(turn, run, step, read_answer(turn, step, text))

    def again(self, turn: Turn) -> Reply | None:
        """The step in hand once more, after something else was answered."""
        run = self.current(turn)
        return self._asked(turn, run) if run else None

    async def press(self, turn: Turn, act: Act) -> Reply:
        """A button of a flow, or the typed word for one."""
        what = act["do"]
        if what == "flow_resume":
            return await self._resume(turn, act.get("flow"))
        run = self.current(turn)
        if act.get("run") and (run is None or run.id != act["run"]):
            if act["run"] == turn.state.get("submitted"):
                return Reply.of(("lead", words.FLOW_DONE), choices=[Choice(words.LABEL_MENU, {"do": "menu"})])
            return self._stale(turn, run)
        if run is None:
            return _nothing()
        if what == "flow_cancel":
            return await self._cancel(turn, run)
        if what == "flow_later":
            return await self._later(turn, run)
        if what == "flow_back":
            return self._back(turn, run)
        if what == "flow_items":
            return self._items(turn, run)
        if what == "flow_edit":
            return await self._edit(turn, run, act["n"])
        if what == "flow_submit":
            return await self._submit(turn, run) if run.at == REVIEW else self._stale(turn, run)
        if what == "flow_page":
            run.page = act["page"]
            self._keep(turn, run)
            return self._asked(turn, run)
        return await self._chosen(turn, run, act)

    # ---- moving

    async def _chosen(self, turn: Turn, run: Run, act: Act) -> Reply:
        """An answer by button: to the step in hand, or to an earlier one of this run, which then is corrected."""
        steps = {step.name: step for step in self._reached(turn, run)}
        step = steps.get(act["step"])
        if step is None:
            return self._stale(turn, run)
        if step.name != run.at:
            if act["do"] != "flow_set" or run.answers.get(step.name) == act["value"] or step.kind == "several":
                return self._stale(turn, run)
            reading = await self.flows[run.flow].check(turn, run, step, act["value"])
            if reading.problem:
                return self._stale(turn, run)
            run.answers[step.name] = reading.value
            said = self.flows[run.flow].value_words(turn, run, step, act["value"])
            n = [s.name for s in self._items_of(turn, run)].index(step.name) + 1
            return _after(words.FLOW_EDITED.format(n=n, value=said), await self._go_on(turn, run, stay=True))
        if act["do"] == "flow_skip":
            return await self._take(turn, run, step, Reading(None))
        if act["do"] == "flow_tick":
            value = act["value"]
            if value in ALONE:
                return await self._take(turn, run, step, settled_several(step, [value]))
            run.picked = [v for v in run.picked if v != value] if value in run.picked else [*run.picked, value]
            self._keep(turn, run)
            return self._asked(turn, run)
        if act["do"] == "flow_ticked":
            return await self._ticked(turn, run, step)
        if act["do"] == "flow_anew":
            gone = run.files.pop(step.name, [])
            run.answers.pop(step.name, None)
            self._keep(turn, run)
            return _after(file_words.ANEW.format(count=handed.counted(gone)), self._asked(turn, run))
        return await self._take(turn, run, step, fine(act["value"]))

    async def _ticked(self, turn: Turn, run: Run, step: Step) -> Reply:
        if step.kind == "file":
            if not run.files.get(step.name):
                return _after(file_words.NONE_YET, self._asked(turn, run))
            return await self._take(turn, run, step, fine(handed.digests(run, step.name)))
        if not run.picked:
            return _after(words.FLOW_PICK_ONE, self._asked(turn, run))
        return await self._take(turn, run, step, settled_several(step, run.picked))

    async def _take(self, turn: Turn, run: Run, step: Step, reading: Reading) -> Reply:
        """Keep an answer and go on, or say what is wrong with it."""
        skipped = reading.value is None and not reading.problem
        if reading.is_fine:
            reading = await self.flows[run.flow].check(turn, run, step, reading.value)
        if reading.problem:
            run.offers = [list(offer) for offer in reading.offers]
            run.failed += reading.is_failure
            self._keep(turn, run)
            return self._problem(turn, run, step, reading)
        run.answers[step.name] = None if skipped else reading.value
        if skipped:
            run.files.pop(step.name, None)
        return await self._go_on(turn, run)

    async def _go_on(self, turn: Turn, run: Run, *, stay: bool = False) -> Reply:
        """To the first step that is not answered yet, else to the review."""
        facts, flow = run.facts, self.flows[run.flow]
        steps = self._reached(turn, run)
        waiting = next((s for s in steps if not (_is_answered(s, facts) and flow.holds(run, s, facts[s.name]))), None)
        at = waiting.name if waiting else REVIEW
        if not stay or at != run.at:
            run.failed, run.offers, run.picked, run.page = 0, [], [], 0
        run.at = at
        if at == REVIEW and not self.flows[run.flow].reviews:
            return await self._submit(turn, run)
        self._keep(turn, run)
        return self._asked(turn, run)

    def _back(self, turn: Turn, run: Run) -> Reply:
        steps = self._asked_steps(turn, run)
        names = [step.name for step in steps]
        here = names.index(run.at) if run.at in names else len(names)
        if here == 0:
            return _after(words.FLOW_FIRST, self._asked(turn, run))
        run.at, run.failed, run.offers, run.picked = names[here - 1], 0, [], []
        self._keep(turn, run)
        return self._asked(turn, run)

    async def _edit(self, turn: Turn, run: Run, number: int) -> Reply:
        items = self._items_of(turn, run)
        if not 1 <= number <= len(items):
            return _after(words.FLOW_NO_ITEM.format(n=number, count=len(items)), self._asked(turn, run))
        step = items[number - 1]
        if (
            step.name not in run.answers
            and run.known.get(step.name, [None, ""])[1] != "declared"
            and step.name in run.known
        ):
            return _after(words.FLOW_VERIFIED.format(title=step.title), self._asked(turn, run))
        run.at, run.failed, run.offers, run.picked = step.name, 0, [], []
        self._keep(turn, run)
        return self._asked(turn, run)

    def _items(self, turn: Turn, run: Run) -> Reply:
        items = self._items_of(turn, run)
        lines = "\n".join(f"{n}. {step.title}" for n, step in enumerate(items, 1))
        choices = [
            Choice(f"{n}.{short(step.title, MAX_LABEL - 2 - (n > 9))}", {"do": "flow_edit", "run": run.id, "n": n})
            for n, step in enumerate(items[: MAX_CHOICES - 1], 1)
        ]
        choices.append(Choice(words.LABEL_RESUME, {"do": "flow_resume"}))
        more = words.FLOW_REVIEW_HOW if len(items) >= MAX_CHOICES else ""
        return Reply.of(("lead", words.FLOW_EDIT), ("list", lines), ("note", more), choices=choices)

    async def _submit(self, turn: Turn, run: Run) -> Reply:
        """Submit once: the run is over before its effects, all in the message's own transaction."""
        turn.state.pop("flow", None)
        turn.state["submitted"] = run.id
        await self.flows[run.flow].left(turn, run)
        return await self.flows[run.flow].submit(turn, run)

    async def _cancel(self, turn: Turn, run: Run) -> Reply:
        turn.state.pop("flow", None)
        await self.flows[run.flow].left(turn, run)
        title = self.flows[run.flow].title
        return Reply.of(
            ("lead", words.FLOW_CANCELLED.format(title=title)), choices=[Choice(words.LABEL_MENU, {"do": "menu"})]
        )

    async def _later(self, turn: Turn, run: Run) -> Reply:
        self._pause_current(turn)
        await self.flows[run.flow].left(turn, run)
        title = self.flows[run.flow].title
        return Reply.of(
            ("lead", words.FLOW_LATER.format(title=title)),
            choices=[
                Choice(words.LABEL_RESUME, {"do": "flow_resume", "flow": run.flow}),
                Choice(words.LABEL_MENU, {"do": "menu"}),
            ],
        )

    def _pause_current(self, turn: Turn, unless: str = "") -> None:
        run = turn.state.pop("flow", None)
        if run and run["flow"] != unless:
            self.put_by(turn, Run.from_json(run))

    def put_by(self, turn: Turn, run: Run) -> None:
        """Keep a run for later, as the newest of those that wait."""
        later = {name: own for name, own in (turn.state.get("later") or {}).items() if name != run.flow}
        turn.state["later"] = later | {run.flow: run.to_json()}

    async def _resume(self, turn: Turn, name: str | None = None) -> Reply:
        """Take up a paused run, the newest if none is named; answers that no longer hold are asked again."""
        later = self.paused(turn)
        current = self.current(turn)
        name = name or (None if current else next(reversed(later), None))
        if name is None or name not in later:
            if current:
                return self._asked(turn, current)
            return _nothing()
        run = Run.from_json(later[name])
        self._pause_current(turn, unless=name)
        turn.state["later"] = {flow: own for flow, own in self.paused(turn).items() if flow != name}
        for step in self.flows[name].steps(run.given):
            if step.name in run.answers and not _still_holds(step, run.answers[step.name]):
                del run.answers[step.name]
        return await self._go_on(turn, run)

    # ---- wording

    def _asked(self, turn: Turn, run: Run) -> Reply:
        """The step in hand, or the review."""
        if run.at == REVIEW:
            return self._reviewed(turn, run)
        step = self._step(turn, run)
        if step is None:
            return self._reviewed(turn, run)
        flow = self.flows[run.flow]
        blocks: list[tuple[BlockKind, str]] = [("lead", self._prompt(turn, run, step))]
        blocks += [(block.kind, block.text) for block in flow.under(turn, run, step)]
        if step.kind == "choice" and len(step.choices) > MAX_CHOICES:
            blocks.append(("list", "\n".join(f"{n}. {_whole(o)}" for n, o in enumerate(step.choices, 1))))
        if step.cites:
            blocks.append(("citation", flow.source_words(turn, run, step.cites)))
        if step.kind == "several":
            picked = words.FLOW_PICKED.format(names="、".join(map(step.label_of, run.picked))) if run.picked else ""
            blocks.append(("note", picked or words.FLOW_SEVERAL))
        elif run.files.get(step.name):
            blocks.append(("note", file_words.HAVE.format(count=handed.counted(run.files[step.name]))))
        elif step.example:
            blocks.append(("note", words.FLOW_EXAMPLE.format(example=step.example)))
        if run.answers.get(step.name) is not None and step.kind != "file":
            before = flow.value_words(turn, run, step, run.answers[step.name])
            blocks.append(("note", words.FLOW_BEFORE.format(value=before)))
        choices, left_out = self._choices(turn, run, step)
        if left_out:
            blocks.append(("note", words.FLOW_TYPED.format(words="、".join(left_out))))
        return Reply.of(*blocks, choices=choices)

    def _prompt(self, turn: Turn, run: Run, step: Step) -> str:
        names = [s.name for s in self._asked_steps(turn, run)]
        n = names.index(step.name) + 1 if step.name in names else 1
        possible = [s for s in reached(self.flows[run.flow], run, turn.circumstances)[1] if s.name not in run.known]
        if len(names) + len(possible) == 1:
            return step.prompt
        return words.FLOW_STEP.format(n=n, total=len(names) + len(possible), prompt=step.prompt)

    def _problem(self, turn: Turn, run: Run, step: Step, reading: Reading) -> Reply:
        asked = self._asked(turn, run)
        extra: list[Choice] = []
        note = ""
        if run.failed >= MAX_FAILURES:
            note = words.FLOW_PERSON if step.may_not_know else words.FLOW_PERSON_HERE
            extra = [Choice(words.LABEL_PERSON, {"do": "person", "flow": run.flow, "step": step.name})]
        offers = [
            Choice(str(label), {"do": "flow_set", "run": run.id, "step": step.name, "value": value})
            for label, value in run.offers
        ]
        lines = self._offered_lines(turn, run, step)
        rest = [c for c in asked.choices if c.label not in {o.label for o in offers}]
        if offers:  # what settles it stands first; the way back always stays
            rest = [c for c in rest if c.act["do"] in ("flow_back", "flow_cancel", "flow_later", "flow_skip")]
        room = MAX_CHOICES - len(extra)
        kept = [c for c in rest if c.act["do"] not in ("flow_back", "flow_cancel", "flow_later")]
        ways = [c for c in rest if c not in kept]
        choices = [*offers, *kept, *ways][:room] + extra
        blocks = [b for b in asked.blocks[1:] if b.kind != "citation"]
        prompt = Block("text", asked.blocks[0].text)
        return Reply(
            (
                Block("lead", reading.problem),
                *([Block("list", lines)] if lines else []),
                prompt,
                *blocks,
                *([Block("note", note)] if note else []),
            ),
            tuple(choices),
        )

    def _offered_lines(self, turn: Turn, run: Run, step: Step) -> str:
        """The whole names of what is offered, where a button is too small for them."""
        if step.kind not in ("industry", "matter", "text"):
            return ""
        flow = self.flows[run.flow]
        named = [(label, flow.value_words(turn, run, step, value)) for label, value in run.offers if value != "none"]
        if step.kind == "text" and all(label == name for label, name in named):
            return ""
        return "\n".join(f"{n}. {name}" for n, (_, name) in enumerate(named, 1))

    def _choices(self, turn: Turn, run: Run, step: Step) -> tuple[list[Choice], list[str]]:
        """The buttons of a step, and the words of the ways that found no room."""
        several = step.kind == "several"
        options = [o for o in step.choices if not run.picked or o.value not in ALONE]
        turning: list[Choice] = []
        if step.kind == "choice" and len(options) > MAX_CHOICES:
            pages = -(-len(options) // OPTIONS_A_PAGE)
            page = run.page % pages
            options = options[page * OPTIONS_A_PAGE : (page + 1) * OPTIONS_A_PAGE]
            turning = [
                Choice(label, {"do": "flow_page", "run": run.id, "page": page + by})
                for label, by in ((words.LABEL_PREVIOUS, -1), (words.LABEL_NEXT, 1))
                if 0 <= page + by < pages
            ]
        choices = [
            Choice(
                ("✓" if o.value in run.picked else "") + o.label if several else o.label,
                {"do": "flow_tick" if several else "flow_set", "run": run.id, "step": step.name, "value": o.value},
            )
            for o in options
        ]
        choices += turning
        files = run.files.get(step.name)
        if files:
            choices += [
                Choice(file_words.LABEL_DONE, {"do": "flow_ticked", "run": run.id, "step": step.name}),
                Choice(file_words.LABEL_ANEW, {"do": "flow_anew", "run": run.id, "step": step.name}),
            ]
        if run.picked:
            choices.append(Choice(words.LABEL_DONE, {"do": "flow_ticked", "run": run.id, "step": step.name}))
        if step.may_skip and not files:
            choices.append(Choice(words.LABEL_SKIP, {"do": "flow_skip", "run": run.id, "step": step.name}))
        choices += self.flows[run.flow].extras(turn, run, step)
        ways = [(words.LABEL_CANCEL, "flow_cancel"), (words.LABEL_LATER, "flow_later")]
        if run.at != (self._asked_steps(turn, run) or [step])[0].name:
            ways.insert(0, (words.LABEL_BACK_STEP, "flow_back"))
        room = MAX_CHOICES - len(choices)
        choices += [Choice(label, {"do": act, "run": run.id}) for label, act in ways[: max(room, 0)]]
        return choices, [label for label, _ in ways[max(room, 0) :]]

    def _reviewed(self, turn: Turn, run: Run) -> Reply:
        flow = self.flows[run.flow]
        facts = run.facts
        lines = []
        for n, step in enumerate(self._items_of(turn, run), 1):
            said = flow.value_words(turn, run, step, facts.get(step.name))
            origin = "" if step.name in run.answers else _origin(run.known[step.name][1])
            lines.append(f"{n}. {step.title}：{said}{origin}")
        items = self._items_of(turn, run)
        if flow.corrects:
            edits = [
                Choice(short(words.FLOW_CORRECT.format(title=step.title)), {"do": "flow_edit", "run": run.id, "n": n})
                for n, step in enumerate(items[: MAX_CHOICES - 2], 1)
            ]
        else:
            edits = [
                Choice(words.LABEL_EDIT, {"do": "flow_items", "run": run.id}),
                Choice(words.LABEL_BACK_STEP, {"do": "flow_back", "run": run.id}),
            ]
        ways: list[Choice] = [
            Choice(flow.submit_label, {"do": "flow_submit", "run": run.id}),
            *edits,
            Choice(words.LABEL_CANCEL, {"do": "flow_cancel", "run": run.id}),
            Choice(words.LABEL_LATER, {"do": "flow_later", "run": run.id}),
        ]
        return Reply.of(
            ("lead", words.FLOW_REVIEW.format(submit=flow.submit_label)),
            ("list", "\n".join(lines)),
            *((block.kind, block.text) for block in flow.notes(turn, run)),
            ("note", "" if flow.corrects else words.FLOW_REVIEW_HOW),
            choices=ways[:MAX_CHOICES],
        )

    def _stale(self, turn: Turn, run: Run | None) -> Reply:
        if run is None:
            return Reply.of(("lead", words.STALE_BUTTON), choices=[Choice(words.LABEL_MENU, {"do": "menu"})])
        return _after(words.FLOW_STALE, self._asked(turn, run))

    # ---- steps

    def _reached(self, turn: Turn, run: Run) -> list[Step]:
        return reached(self.flows[run.flow], run, turn.circumstances)[0]

    def _asked_steps(self, turn: Turn, run: Run) -> list[Step]:
        """The reached steps that a person is asked: without what is known already, unless it is being corrected."""
        return [
            step
            for step in self._reached(turn, run)
            if step.name not in run.known or step.name in run.answers or step.name == run.at
        ]

    def _items_of(self, turn: Turn, run: Run) -> list[Step]:
        """The reached steps that have an answer, in order: what 修改第N项 counts."""
        facts = run.facts
        return [step for step in self._reached(turn, run) if step.name in facts]

    def _step(self, turn: Turn, run: Run) -> Step | None:
        return next((step for step in self._reached(turn, run) if step.name == run.at), None)

    @staticmethod
    def _keep(turn: Turn, run: Run) -> None:
        turn.state["flow"] = run.to_json()


def _is_answered(step: Step, facts: Mapping[str, Any]) -> bool:
    return step.name in facts and _still_holds(step, facts[step.name])


def _still_holds(step: Step, value: Any) -> bool:
    """Whether a kept answer is still one that the step would take."""
    if value is None:
        return step.may_skip
    if step.kind == "choice":
        return any(option.value == value for option in step.choices)
    if step.kind == "several":
        return value == "unknown" or set(value) <= {option.value for option in step.choices}
    return True


def _said_of_files(run: Run, step: Step, text: str) -> str:
    """The act that words typed at a step for files mean; empty for other words."""
    if text == file_words.LABEL_ANEW and run.files.get(step.name):
        return "flow_anew"
    if text == file_words.LABEL_DONE or text in file_words.SAID_DONE:
        return "flow_ticked"
    return "flow_skip" if step.may_skip and not run.files.get(step.name) and text in file_words.SAID_NONE else ""


def _origin(status: str) -> str:
    return f"（{words.FLOW_DECLARED if status == 'declared' else words.STATUS[status]}）"


def _whole(option: Option) -> str:
    """An option by its whole name, where the button has a short one."""
    return max((option.label, *option.said[:1]), key=len)


def _nothing() -> Reply:
    return Reply.of(("lead", words.FLOW_NONE), choices=[Choice(words.LABEL_MENU, {"do": "menu"})])


def _after(lead: str, reply: Reply) -> Reply:
    """A reply with another conclusion before it; its own becomes the text below."""
    first, *rest = reply.blocks
    return Reply((Block("lead", lead), Block("text", first.text), *rest), reply.choices, reply.files, reply.menu)
