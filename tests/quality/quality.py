"""Plays the shop through the program and scores its report."""

import dataclasses

import driver
import score
import table
from plan import Plan
from scenario import SCENARIOS

DEVELOPMENT_SEED = 1  # others are for seeing whether something was tuned to this one
RATE = 220  # requests a second: 6,000 in half a minute
SHOWN = 3  # false places of one kind of noise, unless all are asked for


@dataclasses.dataclass(frozen=True)
class Run:
    seed: int = DEVELOPMENT_SEED
    requests: int = 6000
    setting: str = 'nothing'
    scenario: str = 'plain'
    rate: float = RATE
    only: object = None  # which endpoints, by their id


def play(run, folder):
    """The Result of one run; `folder` is for its files."""
    played = driver.play(run, folder)
    truth = score.Truth(Plan(run.seed), played['fired'], SCENARIOS[run.scenario])
    return table.Result(run, played, truth, score.rows_of(played['report']))


def plan_lines(seed):
    """What is planted where."""
    plan = Plan(seed)
    for endpoint, noises in plan.noises.items():
        marks = ' (new serialiser)' if endpoint in plan.respelled else ''
        yield f'{endpoint}{marks}'
        for label in plan.labels[endpoint]:
            when = ' '.join(map(str, label.spot.when))
            yield f'  regression  {label.kind:22} {label.spot.place} {when}'.rstrip()
        for spot in noises:
            yield f'  noise       {spot.kind:22} {spot.place} {spot.slot}'.rstrip()
