"""SymPy within bounds, counted in calls."""

import sys

import pytest

from activations.derivation.budget import within


def spend(calls):
    for _ in range(calls):
        _nothing()
    return calls


def _nothing():
    pass


def spend_twice(inner, each):
    return [within(inner, spend, each), within(inner, spend, each)]


def test_what_fits_is_returned_and_what_does_not_is_given_up():
    assert within(100, spend, 99) == 99  # and the call of spend itself
    assert within(100, spend, 100) is None
    assert within(100, spend, 10**6, otherwise="spent") == "spent"


def test_an_inner_bound_holds_and_counts_in_the_outer_one():
    assert within(1000, spend_twice, 50, 40) == [40, 40]
    assert within(1000, spend_twice, 30, 40) == [None, None]
    assert within(70, spend_twice, 5000, 40) == [40, None]  # the second has what the first has left
    assert within(30, spend_twice, 5000, 40) is None


@pytest.mark.parametrize("error", [ValueError, TypeError, ZeroDivisionError, NotImplementedError, RecursionError])
def test_a_method_that_gives_up_has_no_result(error):
    def give_up():
        raise error

    assert within(100, give_up) is None
    assert within(100, give_up, otherwise=0) == 0


def test_an_error_of_another_kind_comes_through_and_leaves_no_profiler():
    def fail():
        raise AssertionError("a claim")

    with pytest.raises(AssertionError, match="a claim"):
        within(100, fail)
    assert sys.getprofile() is None
