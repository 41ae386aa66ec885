"""A flow as a Mermaid diagram: steps, answers that lead aside, review and submit."""

from __future__ import annotations

from handlers.flows.flow import Flow
from handlers.flows.steps import Step, StepKind

KIND_NAMES: dict[StepKind, str] = {
    "choice": "选一项",
    "several": "选几项",
    "text": "文字",
    "persons": "人数",
    "yuan": "金额",
    "date": "日期",
    "future": "今天起的日期",
    "industry": "行业",
    "matter": "一句话，对照清单",
    "file": "文件",
    "code": "一次性的码",
    "credit": "信用代码",
    "signature": "签名",
    "span": "一段日子",
}


def mermaid(flow: Flow) -> str:
    """The flow as text that Mermaid draws. A step with a condition stands behind a question: met – asked, else passed by."""
    steps = list(flow.steps({}))
    lines = ["flowchart TD", f'  begin(["{_plain(flow.title)}"])']
    tails: list[tuple[str, str]] = [("begin", "")]
    for number, step in enumerate(steps, 1):
        node = f"s{number}"
        if step.when is not None:
            gate = f"w{number}"
            lines.append(f'  {gate}{{"{_plain(_condition(step, steps))}"}}')
            lines += [_edge(tail, gate, label) for tail, label in tails]
            tails = [(gate, "是")]
            lines.append(_box(node, number, step))
            lines += [_edge(tail, node, label) for tail, label in tails]
            tails = [(node, ""), (gate, "否，或者还不清楚")]
        else:
            lines.append(_box(node, number, step))
            lines += [_edge(tail, node, label) for tail, label in tails]
            tails = [(node, "")]
    if flow.reviews:
        lines.append('  review[/"核对，可以修改第N项"/]')
        lines += [_edge(tail, "review", label) for tail, label in tails]
        tails = [("review", flow.submit_label)]
    lines.append('  done(["完成"])')
    lines += [_edge(tail, "done", label) for tail, label in tails]
    return "\n".join(lines)


def _box(node: str, number: int, step: Step) -> str:
    options = "、".join(option.label for option in step.choices)
    detail = f"{KIND_NAMES[step.kind]}：{options}" if step.options else KIND_NAMES[step.kind]
    skip = "（可跳过）" if step.may_skip else ""
    return f'  {node}["{number}. {_plain(step.prompt)}<br/><small>{_plain(detail)}{skip}</small>"]'


def _condition(step: Step, steps: list[Step]) -> str:
    """The condition of a step in the words of the steps it looks at."""
    assert step.when is not None
    words = step.when.words
    for other in sorted(steps, key=lambda s: -len(s.name)):
        words = words.replace(other.name, other.title)
        for option in other.options:
            words = words.replace(f"={option.value}", f"={option.label}").replace(
                f"/{option.value}", f"/{option.label}"
            )
    return words


def _edge(tail: str, head: str, label: str) -> str:
    return f"  {tail} -->|{_plain(label)}| {head}" if label else f"  {tail} --> {head}"


def _plain(text: str) -> str:
    return text.replace('"', "”").replace("|", "／").replace("\n", "<br/>")
