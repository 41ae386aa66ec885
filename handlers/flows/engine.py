"""The flow engine, once for all flows: takes answers, goes back, pauses, resumes, corrects and submits. ``showing`` has the words."""

from __future__ import annotations

from collections.abc import Mapping

from handlers import understanding, words
from handlers.flows import file_words, handed, showing
from handlers.flows.flow import Flow, Json, NotYet, Run
from handlers.flows.reading import ALONE, read_answer, settled_several
from handlers.flows.steps import Reading, Step, fine
from handlers.flows.walk import REVIEW, Walk, still_holds
from handlers.messages import MAX_CHOICES, Act, Choice, Reply
from handlers.turn import Turn
from storage import messages

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
        step = self._step(turn, run)
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
        begun.ready = list(begun.answers)
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
            return showing.nothing() if text in ways else None
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
        step = self._step(turn, run)
        return step is not None and step.kind in ("file", "signature")

    async def take_files(self, turn: Turn, files: list[Json], said: str = "") -> Reply | None:
        """Files that came together, with one receipt: for the step that asks for some, else where the flow keeps them.

        ``said`` stands below them: the answer to a step that asks for words. ``None``: the flow in hand takes no files.
        """
        run = self.current(turn)
        step = self._step(turn, run)
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
            return showing.after(receipt, await self._take(turn, run, step, read_answer(turn, step, said)))
        return showing.after(receipt, await self._go_on(turn, run) if run.at == REVIEW else self._asked(turn, run))

    async def missed(self, turn: Turn, text: str) -> Reply:
        """The text was no answer and no question: say what is expected (with an example), and after two a person."""
        run = self.current(turn)
        assert run is not None
        if run.at == REVIEW:
            submit = self.flows[run.flow].submit_label
            return self._asked(turn, run, after=words.FLOW_REVIEW_PRESS.format(submit=submit))
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
            return showing.nothing()
        if what == "flow_cancel":
            return await self._cancel(turn, run)
        if what == "flow_later":
            return await self._later(turn, run)
        if what == "flow_back":
            return self._back(turn, run)
        if what == "flow_items":
            return showing.items(self._walk(turn, run))
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
        steps = {step.name: step for step in self._walk(turn, run).reached()}
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
            n = [s.name for s in self._walk(turn, run).items()].index(step.name) + 1
            return showing.after(words.FLOW_EDITED.format(n=n, value=said), await self._go_on(turn, run, stay=True))
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
            return self._asked(turn, run, after=file_words.ANEW.format(count=handed.counted(gone)))
        return await self._take(turn, run, step, fine(act["value"]))

    async def _ticked(self, turn: Turn, run: Run, step: Step) -> Reply:
        if step.kind == "file":
            if not run.files.get(step.name):
                return self._asked(turn, run, after=file_words.NONE_YET)
            return await self._take(turn, run, step, fine(handed.digests(run, step.name)))
        if not run.picked:
            return self._asked(turn, run, after=words.FLOW_PICK_ONE)
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
            return showing.problem(self._walk(turn, run), step, reading)
        run.answers[step.name] = None if skipped else reading.value
        if skipped:
            run.files.pop(step.name, None)
        return await self._go_on(turn, run)

    async def _go_on(self, turn: Turn, run: Run, *, stay: bool = False) -> Reply:
        """To the first step that is not answered yet, else to the review."""
        waiting = self._walk(turn, run).waiting()
        at = waiting.name if waiting else REVIEW
        if not stay or at != run.at:
            run.failed, run.offers, run.picked, run.page = 0, [], [], 0
        run.at = at
        if at == REVIEW and not self.flows[run.flow].reviews:
            return await self._submit(turn, run)
        self._keep(turn, run)
        return self._asked(turn, run)

    def _back(self, turn: Turn, run: Run) -> Reply:
        steps = self._walk(turn, run).asked()
        names = [step.name for step in steps]
        here = names.index(run.at) if run.at in names else len(names)
        if here == 0:
            return self._asked(turn, run, after=words.FLOW_FIRST)
        run.at, run.failed, run.offers, run.picked = names[here - 1], 0, [], []
        self._keep(turn, run)
        return self._asked(turn, run)

    async def _edit(self, turn: Turn, run: Run, number: int) -> Reply:
        items = self._walk(turn, run).items()
        if not 1 <= number <= len(items):
            return self._asked(turn, run, after=words.FLOW_NO_ITEM.format(n=number, count=len(items)))
        step = items[number - 1]
        if (
            step.name not in run.answers
            and run.known.get(step.name, [None, ""])[1] != "declared"
            and step.name in run.known
        ):
            return self._asked(turn, run, after=words.FLOW_VERIFIED.format(title=step.title))
        run.at, run.failed, run.offers, run.picked = step.name, 0, [], []
        self._keep(turn, run)
        return self._asked(turn, run)

    async def _submit(self, turn: Turn, run: Run) -> Reply:
        """Submit once: the run is over before its effects, all in the message's own transaction.

        Answers that cannot be carried out stay in hand, with what is wrong and the ways to correct them.
        """
        turn.state.pop("flow", None)
        try:
            done = await self.flows[run.flow].submit(turn, run)
        except NotYet as refused:
            run.at = REVIEW
            self._keep(turn, run)
            return showing.kept(self._walk(turn, run), refused.reply)
        turn.state["submitted"] = run.id
        await self.flows[run.flow].left(turn, run)
        return done

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
            return showing.nothing()
        run = Run.from_json(later[name])
        self._pause_current(turn, unless=name)
        turn.state["later"] = {flow: own for flow, own in self.paused(turn).items() if flow != name}
        for step in self.flows[name].steps(run.given):
            if step.name in run.answers and not still_holds(step, run.answers[step.name]):
                del run.answers[step.name]
        return await self._go_on(turn, run)

    @staticmethod
    def _keep(turn: Turn, run: Run) -> None:
        turn.state["flow"] = run.to_json()

    def _walk(self, turn: Turn, run: Run) -> Walk:
        return Walk(turn, self.flows[run.flow], run)

    def _asked(self, turn: Turn, run: Run, after: str = "") -> Reply:
        """The step in hand once more, below what is to be said first."""
        asked = showing.asked(self._walk(turn, run))
        return showing.after(after, asked) if after else asked

    def _step(self, turn: Turn, run: Run | None) -> Step | None:
        return self._walk(turn, run).step() if run else None

    def _stale(self, turn: Turn, run: Run | None) -> Reply:
        return showing.stale(self._walk(turn, run) if run else None)


def _said_of_files(run: Run, step: Step, text: str) -> str:
    """The act that words typed at a step for files mean; empty for other words."""
    if text == file_words.LABEL_ANEW and run.files.get(step.name):
        return "flow_anew"
    if text == file_words.LABEL_DONE or text in file_words.SAID_DONE:
        return "flow_ticked"
    return "flow_skip" if step.may_skip and not run.files.get(step.name) and text in file_words.SAID_NONE else ""
