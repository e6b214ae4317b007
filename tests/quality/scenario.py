"""Situations that are hard on a comparison, as changes to how the three instances behave."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Scenario:
    about: str
    shares_cache: bool = False  # of primary and reference, for a moment and a target that is read
    falls: tuple = ()  # (from, to): the share of the requests while which the reference is down
    is_cold: bool = False  # the shadow is slow at first
    has_maps: bool = False  # every document has a map with random names
    is_respelled: bool = False  # every document of the shadow is from the new serialiser
    is_clean: bool = False  # no regressions at all


SCENARIOS = {
    'plain': Scenario('noise and regressions, nothing else'),
    'clean': Scenario('noise only: whatever is reported is wrong', is_clean=True),
    'shared-cache': Scenario('primary and reference answer out of one cache, the shadow does not',
                             shares_cache=True),
    'reference-falls': Scenario('the reference answers 503 for a third of the time',
                                falls=(0.3, 0.6)),
    'cold-shadow': Scenario('the shadow takes 200 ms at first and warms up', is_cold=True),
    'random-maps': Scenario('a map with random names in every document', has_maps=True),
    'new-serialiser': Scenario('the whole shadow writes the same documents in another way',
                               is_respelled=True),
}
