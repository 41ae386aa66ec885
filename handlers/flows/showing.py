"""What a person sees of a flow: the step in hand with its buttons, what is wrong with an answer, the review."""

from __future__ import annotations

from typing import Any

from handlers import words
from handlers.answers import short
from handlers.flows import file_words, handed
from handlers.flows.reading import ALONE
from handlers.flows.steps import Option, Reading, Step
from handlers.flows.walk import REVIEW, Walk
from handlers.messages import MAX_CHOICES, MAX_LABEL, Act, Block, BlockKind, Choice, Reply

MAX_FAILURES = 2
OPTIONS_A_PAGE = 4
_WAYS_OUT = ("flow_back", "flow_cancel", "flow_later")
_MENU = Choice(words.LABEL_MENU, {"do": "menu"})


def asked(walk: Walk) -> Reply:
    """The step in hand, or the review."""
    run, flow, step = walk.run, walk.flow, walk.step()
    if run.at == REVIEW or step is None:
        return reviewed(walk)
    blocks: list[tuple[BlockKind, str]] = [("lead", _prompt(walk, step))]
    blocks += [(block.kind, block.text) for block in flow.under(walk.turn, run, step)]
    if step.kind == "choice" and len(step.choices) > MAX_CHOICES:
        blocks.append(("list", "\n".join(f"{n}. {_whole(o)}" for n, o in enumerate(step.choices, 1))))
    if step.cites:
        blocks.append(("citation", flow.source_words(walk.turn, run, step.cites)))
    if step.kind == "several":
        picked = words.FLOW_PICKED.format(names="、".join(map(step.label_of, run.picked))) if run.picked else ""
        blocks.append(("note", picked or words.FLOW_SEVERAL))
    elif run.files.get(step.name):
        blocks.append(("note", file_words.HAVE.format(count=handed.counted(run.files[step.name]))))
    elif step.example:
        blocks.append(("note", words.FLOW_EXAMPLE.format(example=step.example)))
    if run.answers.get(step.name) is not None and step.kind != "file":
        before = flow.value_words(walk.turn, run, step, run.answers[step.name])
        blocks.append(("note", words.FLOW_BEFORE.format(value=before)))
    choices, left_out = _choices(walk, step)
    if left_out:
        blocks.append(("note", words.FLOW_TYPED.format(words="、".join(left_out))))
    return Reply.of(*blocks, choices=choices)


def problem(walk: Walk, step: Step, reading: Reading) -> Reply:
    """What is wrong with an answer, the step once more, and after two failures a person (R50)."""
    run, again = walk.run, asked(walk)
    note, extra = "", list[Choice]()
    if run.failed >= MAX_FAILURES:
        note = words.FLOW_PERSON if step.may_not_know else words.FLOW_PERSON_HERE
        extra = [Choice(words.LABEL_PERSON, {"do": "person", "flow": run.flow, "step": step.name})]
    offers = [Choice(str(label), _answering(walk, "flow_set", step, value=value)) for label, value in run.offers]
    rest = [c for c in again.choices if c.label not in {o.label for o in offers}]
    if offers:  # what settles it stands first; the way back always stays
        rest = [c for c in rest if c.act["do"] in (*_WAYS_OUT, "flow_skip")]
    kept = [c for c in rest if c.act["do"] not in _WAYS_OUT]
    ways = [c for c in rest if c.act["do"] in _WAYS_OUT]
    choices = [*offers, *kept, *ways][: MAX_CHOICES - len(extra)] + extra
    return Reply.of(
        ("lead", reading.problem),
        ("list", _offered_lines(walk, step)),
        ("text", again.blocks[0].text),
        *((block.kind, block.text) for block in again.blocks[1:] if block.kind != "citation"),
        ("note", note),
        choices=choices,
    )


def reviewed(walk: Walk) -> Reply:
    """Everything that was said, to be looked over before it is submitted."""
    run, flow, facts, steps = walk.run, walk.flow, walk.run.facts, walk.items()
    lines = []
    for n, step in enumerate(steps, 1):
        said = flow.value_words(walk.turn, run, step, facts.get(step.name))
        origin = "" if step.name in run.answers else _origin(run.known[step.name][1])
        lines.append(f"{n}. {step.title}：{said}{origin}")
    edits: list[Choice] = []  # where everything was known, there is nothing to correct or to go back to
    if steps and flow.corrects:
        edits = [
            Choice(short(words.FLOW_CORRECT.format(title=step.title)), _moving(walk, "flow_edit", n=n))
            for n, step in enumerate(steps[: MAX_CHOICES - 2], 1)
        ]
    elif steps:
        edits = [
            Choice(words.LABEL_EDIT, _moving(walk, "flow_items")),
            Choice(words.LABEL_BACK_STEP, _moving(walk, "flow_back")),
        ]
    ways = [
        Choice(flow.submit_label, _moving(walk, "flow_submit")),
        *edits,
        Choice(words.LABEL_CANCEL, _moving(walk, "flow_cancel")),
        Choice(words.LABEL_LATER, _moving(walk, "flow_later")),
    ]
    return Reply.of(
        ("lead", words.FLOW_REVIEW.format(submit=flow.submit_label)),
        ("list", "\n".join(lines)),
        *((block.kind, block.text) for block in flow.notes(walk.turn, run)),
        ("note", "" if flow.corrects or not steps else words.FLOW_REVIEW_HOW),
        choices=ways[:MAX_CHOICES],
    )


def items(walk: Walk) -> Reply:
    """The answers by number, to pick one that is to be corrected."""
    steps = walk.items()
    lines = "\n".join(f"{n}. {step.title}" for n, step in enumerate(steps, 1))
    choices = [
        Choice(f"{n}.{short(step.title, MAX_LABEL - 2 - (n > 9))}", _moving(walk, "flow_edit", n=n))
        for n, step in enumerate(steps[: MAX_CHOICES - 1], 1)
    ]
    choices.append(Choice(words.LABEL_RESUME, {"do": "flow_resume"}))
    more = words.FLOW_REVIEW_HOW if len(steps) >= MAX_CHOICES else ""
    return Reply.of(("lead", words.FLOW_EDIT), ("list", lines), ("note", more), choices=choices)


def kept(walk: Walk, refusal: Reply) -> Reply:
    """Why the answers cannot be carried out; they are kept, to be corrected and submitted again."""
    ways = [
        Choice(words.LABEL_EDIT, _moving(walk, "flow_items")),
        Choice(words.LABEL_LOOK_OVER, {"do": "flow_resume"}),
        Choice(words.LABEL_CANCEL, _moving(walk, "flow_cancel")),
    ]
    said = [(block.kind, block.text) for block in refusal.blocks]
    return Reply.of(*said, ("note", words.FLOW_KEPT), choices=[*ways, *refusal.choices][:MAX_CHOICES])


def stale(walk: Walk | None) -> Reply:
    """A button of a step that is over: what is the case now."""
    if walk is None:
        return Reply.of(("lead", words.STALE_BUTTON), choices=[_MENU])
    return after(words.FLOW_STALE, asked(walk))


def nothing() -> Reply:
    """Said when a flow's word was typed and none is in hand."""
    return Reply.of(("lead", words.FLOW_NONE), choices=[_MENU])


def after(lead: str, reply: Reply) -> Reply:
    """A reply with another conclusion before it; its own becomes the text below."""
    first, *rest = reply.blocks
    return Reply((Block("lead", lead), Block("text", first.text), *rest), reply.choices, reply.files, reply.menu)


def _moving(walk: Walk, act: str, **more: Any) -> Act:
    return {"do": act, "run": walk.run.id, **more}


def _answering(walk: Walk, act: str, step: Step, **more: Any) -> Act:
    return _moving(walk, act, step=step.name, **more)


def _prompt(walk: Walk, step: Step) -> str:
    names = [s.name for s in walk.counted()]
    n = names.index(step.name) + 1 if step.name in names else 1
    total = len(names) + len(walk.possible())
    return step.prompt if total == 1 else words.FLOW_STEP.format(n=n, total=total, prompt=step.prompt)


def _offered_lines(walk: Walk, step: Step) -> str:
    """The whole names of what is offered, where a button is too small for them."""
    if step.kind not in ("industry", "matter", "text"):
        return ""
    named = [
        (label, walk.flow.value_words(walk.turn, walk.run, step, value))
        for label, value in walk.run.offers
        if value != "none"
    ]
    if step.kind == "text" and all(label == name for label, name in named):
        return ""
    return "\n".join(f"{n}. {name}" for n, (_, name) in enumerate(named, 1))


def _choices(walk: Walk, step: Step) -> tuple[list[Choice], list[str]]:
    """The buttons of a step, and the words of the ways that found no room."""
    run = walk.run
    options, turning = _options(walk, step)
    if step.kind == "several":
        ticks = [("✓" if o.value in run.picked else "") + o.label for o in options]
        act = "flow_tick"
    else:
        ticks, act = [o.label for o in options], "flow_set"
    choices = [
        Choice(label, _answering(walk, act, step, value=o.value)) for label, o in zip(ticks, options, strict=True)
    ]
    choices += turning
    files = run.files.get(step.name)
    if files:
        choices += [
            Choice(file_words.LABEL_DONE, _answering(walk, "flow_ticked", step)),
            Choice(file_words.LABEL_ANEW, _answering(walk, "flow_anew", step)),
        ]
    if run.picked:
        choices.append(Choice(words.LABEL_DONE, _answering(walk, "flow_ticked", step)))
    if step.may_skip and not files:
        choices.append(Choice(words.LABEL_SKIP, _answering(walk, "flow_skip", step)))
    choices += walk.flow.extras(walk.turn, run, step)
    ways = [(words.LABEL_CANCEL, "flow_cancel"), (words.LABEL_LATER, "flow_later")]
    if run.at != (walk.asked() or [step])[0].name:
        ways.insert(0, (words.LABEL_BACK_STEP, "flow_back"))
    room = max(MAX_CHOICES - len(choices), 0)
    choices += [Choice(label, _moving(walk, way)) for label, way in ways[:room]]
    return choices, [label for label, _ in ways[room:]]


def _options(walk: Walk, step: Step) -> tuple[list[Option], list[Choice]]:
    """The options on the page in hand, and the buttons that turn it, where there are more than fit."""
    options = [o for o in step.choices if not walk.run.picked or o.value not in ALONE]
    if step.kind != "choice" or len(options) <= MAX_CHOICES:
        return options, []
    pages = -(-len(options) // OPTIONS_A_PAGE)
    page = walk.run.page % pages
    turning = [
        Choice(label, _moving(walk, "flow_page", page=page + by))
        for label, by in ((words.LABEL_PREVIOUS, -1), (words.LABEL_NEXT, 1))
        if 0 <= page + by < pages
    ]
    return options[page * OPTIONS_A_PAGE : (page + 1) * OPTIONS_A_PAGE], turning


def _origin(status: str) -> str:
    return f"（{words.FLOW_DECLARED if status == 'declared' else words.STATUS[status]}）"


def _whole(option: Option) -> str:
    """An option by its whole name, where the button has a short one."""
    return max((option.label, *option.said[:1]), key=len)
