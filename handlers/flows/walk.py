"""Where a run stands in its flow: the steps that are reached, asked and answered, and whether an answer still holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from handlers.flows.flow import Flow, Run, reached
from handlers.flows.steps import Step
from handlers.turn import Turn

REVIEW = "review"


@dataclass(frozen=True, slots=True)
class Walk:
    """One run of a flow in one turn. Looks only; the engine moves."""

    turn: Turn
    flow: Flow
    run: Run

    def reached(self) -> list[Step]:
        """The steps whose conditions hold for the answers before them."""
        return reached(self.flow, self.run, self.turn.circumstances)[0]

    def possible(self) -> list[Step]:
        """The steps that may still be asked, because what they depend on was not asked yet."""
        steps = reached(self.flow, self.run, self.turn.circumstances)[1]
        return [step for step in steps if step.name not in self.run.known]

    def asked(self) -> list[Step]:
        """The reached steps that a person is asked: without what is known already, unless it is being corrected."""
        run = self.run
        return [s for s in self.reached() if s.name not in run.known or s.name in run.answers or s.name == run.at]

    def counted(self) -> list[Step]:
        """What 第n/m步 counts: without what the records answered before the run began, unless it is being corrected."""
        return [step for step in self.asked() if step.name == self.run.at or not self._is_ready(step)]

    def items(self) -> list[Step]:
        """The reached steps that have an answer, in order: what 修改第N项 counts."""
        facts = self.run.facts
        return [step for step in self.reached() if step.name in facts]

    def step(self) -> Step | None:
        """The step in hand; none at the review, or when it is no longer reached."""
        return next((step for step in self.reached() if step.name == self.run.at), None)

    def _is_ready(self, step: Step) -> bool:
        return step.name in self.run.ready and still_holds(step, self.run.answers.get(step.name))

    def waiting(self) -> Step | None:
        """The first step that has no answer which still holds."""
        facts = self.run.facts
        return next((step for step in self.reached() if not self._is_answered(step, facts)), None)

    def _is_answered(self, step: Step, facts: Mapping[str, Any]) -> bool:
        if step.name not in facts or not still_holds(step, facts[step.name]):
            return False
        return self.flow.holds(self.run, step, facts[step.name])


def still_holds(step: Step, value: Any) -> bool:
    """Whether a kept answer is still one that the step would take."""
    if value is None:
        return step.may_skip
    if step.kind == "choice":
        return any(option.value == value for option in step.choices)
    if step.kind == "several":
        return value == "unknown" or set(value) <= {option.value for option in step.choices}
    return True
