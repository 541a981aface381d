"""SymPy within bounds: some of its methods run for minutes in vain, and a step must end within seconds."""

import sys
from inspect import CO_GENERATOR

import sympy as sp
from mpmath import mp
from sympy.core.parameters import global_parameters


class _Spent(BaseException):
    """Not an Exception: SymPy catches those on its way."""


def within(calls, function, *arguments, otherwise=None):
    """function(*arguments), or `otherwise` where it makes more than so many Python calls or gives up by itself.

    Calls are counted and not seconds, so that every machine comes to the same end. What is spent inside another
    `within` counts there too. The precision of mpmath and the settings of SymPy are left as they were, also where the
    end comes just before the function would have put them back.
    """
    bits, settings = mp.prec, dict(vars(global_parameters))
    before = sys.getprofile()
    around = getattr(before, "allowance", None)
    granted = left = calls if around is None else min(calls, around())

    def allowance(used=0):
        nonlocal left
        left -= used
        return left

    def count(frame, event, _argument):
        nonlocal left
        if event == "call":
            left -= 1
            if left < 0 and not frame.f_code.co_flags & CO_GENERATOR:  # one that is just being closed would only warn
                raise _Spent

    count.allowance = allowance
    sys.setprofile(count)
    try:
        return function(*arguments)
    except (_Spent, RecursionError, MemoryError, NotImplementedError, ArithmeticError, ValueError, TypeError,
            AttributeError, KeyError, IndexError, sp.PoleError, sp.polys.polyerrors.BasePolynomialError):
        return otherwise
    finally:
        sys.setprofile(None)
        mp.prec = bits
        for name, value in settings.items():
            setattr(global_parameters, name, value)
        sys.setprofile(before)
        if around is not None:
            around(granted - left)
