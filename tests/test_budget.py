"""SymPy within bounds, counted in calls."""

import sys

import pytest
import sympy as sp
from mpmath import mp
from sympy.core.parameters import global_parameters

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


def with_few_bits():
    with mp.workprec(9):
        mp.sin(1)


def without_evaluation():
    with sp.evaluate(False):
        spend(60)


@pytest.mark.parametrize("function", [with_few_bits, without_evaluation])
def test_wherever_it_ends_the_settings_of_others_are_as_before(function):
    """The precision of mpmath, left at nine bits, once made other results wrong, a thousand tests later."""
    bits, settings = mp.prec, dict(vars(global_parameters))
    for calls in range(1, 200):
        within(calls, function)
        assert (mp.prec, vars(global_parameters)) == (bits, settings), calls
