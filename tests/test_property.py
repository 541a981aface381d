"""What holds of `derive` for every derivation: none that is true is refused, and of the false next to none is accepted.

The derivations are made by rewriting (`rewriting`), which knows whether they are true, without `derive`.
"""

from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rewriting import equation, false_claim, inequality

from activations.derivation import DerivationError, derive

drawn = st.randoms(use_true_random=False)
checking = settings(max_examples=25, deadline=None, derandomize=True, database=None,
                    suppress_health_check=list(HealthCheck))
BATCHES, FALSE_IN_EACH = 3, 100


def judged(claim):
    return derive(claim.left, (claim.right, "because", claim.relation), where=claim.where)


@settings(checking, max_examples=50)
@given(drawn)
def test_no_true_equation_is_refused(random):
    judged(equation(random))


@checking
@given(drawn)
def test_no_true_bound_is_refused(random):
    judged(inequality(random, disguised=False))


@checking
@given(drawn)
def test_no_true_bound_in_disguise_is_refused(random):
    judged(inequality(random, disguised=True))


@checking
@given(drawn)
def test_what_is_false_is_never_called_proved(random):
    claim = false_claim(random)
    try:
        assert not judged(claim).proved, claim
    except DerivationError:
        pass


@pytest.mark.parametrize("batch", range(BATCHES))
def test_the_false_are_refused(batch):
    """At least 99 of 100; what is accepted is printed, and never as proved."""
    accepted = []
    for seed in range(FALSE_IN_EACH * batch, FALSE_IN_EACH * (batch + 1)):
        claim = false_claim(Random(seed))
        try:
            result = judged(claim)
        except DerivationError as error:
            assert error.step == 1
            continue
        assert not result.proved, f"seed {seed}: {claim}"
        accepted.append(f"seed {seed}: {claim}")
    print(*accepted, sep="\n")
    assert len(accepted) <= FALSE_IN_EACH // 100, accepted
