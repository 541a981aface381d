"""Exercises on the gentle squashers."""

import numpy as np
from sympy import Rational, atan, cosh, log, nsolve, pi, sinh, tanh

from activations.exercises.answers import Code, Mistake, Number, Several
from activations.exercises.exercise import Exercise
from activations.symbols import x

way_back = sinh(x)**2 / 2 + log(sinh(x))  # an antiderivative of 1/(f f′) for the tanh
softsign_time = 508 + Rational(1, 2) + log(10)
widest = nsolve(cosh(x) - 1 - x, x, 1.6)  # where tanh and softsign have the same slope
short = 1 - 2 / pi * atan(5 * pi)

ITEMS = [
    Exercise(
        "way-back",
        "the time from z = 10 to z = 1 for the softsign and for the tanh, a list of two numbers",
        Several({
            "the time of the softsign": Number(softsign_time, (
                Mistake(-softsign_time, "Time runs forwards: z falls, and so the integral from 1 to 10 is positive."),
                Mistake(softsign_time - log(10), "The term 1/z is missing: its integral is a logarithm."),
                Mistake(441, "That is the integral of 1/f′ alone. The flow has the factor f too."),
                Mistake(9 + log(10), "That is the integral of 1/f alone. The flow has the factor f′ too."),
            ), digits=4),
            "the time of the tanh": Number(way_back.subs(x, 10) - way_back.subs(x, 1), (
                Mistake(log(sinh(10) / sinh(1)), "That is the integral of 1/f alone. The flow has the factor f′ "
                                                 "too, and that is where the time goes."),
                Mistake(sinh(10)**2 - sinh(1)**2 + log(sinh(10) / sinh(1)),
                        "A factor ½: the derivative of sinh² is 2 sinh cosh."),
            ), digits=4),
        }),
        ("Separate: the time is the integral of 1/(f f′) over z.",
         "For the softsign, multiply out (1 + z)³/z and integrate term by term.",
         "For the tanh, cosh³/sinh is cosh·sinh + cosh/sinh. Both terms have the form of a chain rule."),
    ),
    Exercise(
        "scaled-arctan",
        "a and b of the scaled arctangent, and w of the softsign that comes as close to 1 at 10, a list of three "
        "numbers",
        Several({
            "a": Number(2 / pi, (
                Mistake(pi / 2, "That is the limit of the arctangent. It has to be multiplied up or down to 1."),
                Mistake(1 / pi, "The limits are ±π/2, and so 2 has to stand above."),
                Mistake(1, "Then the limits are ±π/2."),
            ), digits=4),
            "b": Number(pi / 2, (
                Mistake(2 / pi, "The slope at 0 is ab, and it has to be 1: b is the inverse of a."),
                Mistake(1, "Then the slope at 0 is a, and it has to be 1."),
            ), digits=4),
            "w": Number((1 / short - 1) / 10, (
                Mistake(1, "That softsign is 1/11 short of 1, more than twice as much."),
                Mistake(pi**2 / 4, "Nearly: that comes from the approximation for large x. 10 is not so large; take "
                                   "the distance itself."),
                Mistake(1 / short / 10, "The softsign is 1/(1 + 10w) short of 1: the 1 below counts."),
            ), digits=3),
        }),
        ("Two conditions, two letters: first a from the limit, then b from the slope.",
         "How far is the arctangent from 1 at 10?",
         "1 − softsign(u) is 1/(1 + u). Set it equal, with u = 10w."),
    ),
    Exercise(
        "log-log-code",
        "a Python function log_log_stable(v), 1 − exp(−exp(v)), that keeps its digits far on the left",
        Code(lambda v: -np.expm1(-np.exp(v)), (
            (np.array([-1.0, 0.0, 1.0]),), (np.array([-40.0, -20.0, -3.0]),), (np.array([1000.0, 5.0]),),
        ), (
            Mistake(lambda v: 1 - np.exp(-np.exp(v)),
                    "That is the definition as it stands: at −40 it is 1 − 1 = 0. What computes eᵘ − 1 without the "
                    "subtraction?"),
            Mistake(lambda v: np.expm1(-np.exp(v)), "The sign: expm1 is eᵘ − 1, and here it is 1 − eᵘ."),
            Mistake(lambda v: np.exp(v), "That is what is left of it far on the left. On the right it ends at 1."),
            Mistake(lambda v: -np.expm1(np.exp(v)), "The inner minus sign is missing."),
        )),
        ("Where are two nearly equal numbers subtracted?",
         "np.expm1(u) is eᵘ − 1 with all its digits. Which u do you need, and which sign?"),
    ),
    Exercise(
        "log-log-slope-code",
        "a Python function slope_stable(v), exp(v)·exp(−exp(v)), that is never nan",
        Code(lambda v: np.exp(v - np.exp(v)), (
            (np.array([-1.0, 0.0, 1.0]),), (np.array([-40.0, 3.0]),), (np.array([1000.0, 720.0]),),
        ), (
            Mistake(lambda v: np.exp(v) * np.exp(-np.exp(v)),
                    "At 1000 that is ∞ · 0, which is nan. Make one exponential of the two."),
            Mistake(lambda v: np.exp(-np.exp(v)), "The inner slope is missing: the chain rule multiplies by exp(v)."),
            Mistake(lambda v: np.exp(v + np.exp(v)), "The sign of the inner exponential is wrong."),
            Mistake(lambda v: np.exp(v - np.exp(-v)), "The inner exponential is exp(v), and not exp(−v)."),
        )),
        ("What does a product of two exponentials become?",
         "Their exponents are added. Which of the two sums wins at 1000?"),
    ),
    Exercise(
        "softsign-and-tanh",
        "the largest distance of softsign and tanh, its place x > 0, the best k to two decimals, and the largest "
        "distance then, a list of four numbers",
        Several({
            "the distance": Number(tanh(widest) - widest / (1 + widest), (
                Mistake(widest / (1 + widest) - tanh(widest), "A distance has no sign: take np.abs before max."),
                Mistake(widest, "That is where it is, and not how far apart they are."),
            ), digits=3),
            "the place": Number(widest, (
                Mistake(-widest, "Asked is the place on the right, x > 0."),
                Mistake(0, "At 0 they touch, and have the same slope."),
            ), digits=3),
            "the best k": Number(Rational("2.4409"), (
                Mistake(1, "Drag it: a faster input helps."),
                Mistake(3, "There the middle is too steep. Make the grid of k finer."),
            ), digits=3),
            "the distance then": Number(Rational("0.13405"), (
                Mistake(tanh(widest) - widest / (1 + widest), "That is the distance at k = 1."),
                Mistake(0, "It never becomes 0: the tails differ however fast the input is."),
            ), digits=3),
        }),
        ("Compute both on a fine grid from 0 to 40, and take the largest distance.",
         "argmax gives the number of the place in the grid.",
         "Make a function of k, and try all k from 1 to 4 in small steps."),
    ),
]
