"""Exercises on ReLU."""

import numpy as np
from sympy import Abs, Function, Max, Min, Piecewise, Rational, erf, exp, pi, sign, sqrt, symbols

from activations.catalogue import catalogue
from activations.exercises.answers import Code, Expression, Mistake, Number, Several
from activations.exercises.exercise import Exercise
from activations.symbols import x

SHORTER = (Max, Min, Abs, Piecewise, sign)  # what has a kink besides relu
relu, varphi, Phi = map(Function, ("relu", "varphi", "Phi"))
m, s, t = symbols("m s t", real=True)
phi = exp(-m**2 / 2) / sqrt(2 * pi)
share = (1 + erf(m / sqrt(2))) / 2

ITEMS = [
    Exercise(
        "maximum-by-relus",
        "max(s, t), written with relu, sums and differences only, as an expression in s and t",
        Expression(t + relu(s - t), names={relu(x): catalogue["relu"].expr}, without=SHORTER, mistakes=(
            Mistake(relu(s - t), "That is how much s is above t. What has to be added?"),
            Mistake(s + relu(s - t), "If s is above t, that is s and the difference once more. Start from t."),
            Mistake(relu(s) + relu(t), "Try it at s = t = 1: that gives 2."),
            Mistake(t - relu(s - t), "The sign: where s is above t, the difference is added."),
            Mistake(s - relu(s - t), "That is the smaller of the two."),
        )),
        ("By how much is s above t, if it is, and 0 if it is not?",
         "Add this to one of the two. To which?"),
    ),
    Exercise(
        "shifted-mean-slope",
        "the derivative of varphi(m) + m Phi(m), as an expression in m or with varphi(m) and Phi(m)",
        Expression(share, names={varphi(m): phi, Phi(m): share}, mistakes=(
            Mistake(phi, "That is the derivative of Φ. Here it comes with the factor m, and cancels."),
            Mistake(share + m * phi, "The derivative of φ is missing: it is −mφ."),
            Mistake(share + 2 * m * phi, "A sign: φ falls on the right of 0, and so φ′ is −mφ."),
            Mistake(1 - share, "That is the share of the silent. Look at the sign of Φ in the product rule."),
        )),
        ("The product rule for m Φ(m) gives two terms.",
         "φ is the derivative of Φ, and φ′(m) = −m φ(m).",
         "Two of the three terms cancel."),
    ),
    Exercise(
        "way-back-steps",
        "after how many steps the dead neuron is alive, and w there, a list of two numbers",
        Several({
            "the steps": Number(3, (
                Mistake(2, "After two steps w is 0.975, and a − 1 is still below 0."),
                Mistake(4, "Count the steps, and not the values: 0.5 is the start."),
                Mistake(1, "After one step w is 0.75, and a − 1 is still below 0."),
            )),
            "w there": Number(Rational(11775, 10000), (
                Mistake(Rational(975, 1000), "That is w after two steps."),
                Mistake(Rational(5, 4), "Each step is smaller than the one before: the error 3 − w shrinks."),
                Mistake(Rational(138975, 100000), "That is w after four steps, if the neuron had stayed silent."),
            )),
        }),
        ("While the neuron is silent, the cost is ½(w − 3)².",
         "A step adds 0.1(3 − w) to w.",
         "It is alive as soon as w is above 1."),
    ),
    Exercise(
        "weights-times-gradients",
        "a Python function layer_sum(weights, gradient), the sum of each weight times its own gradient",
        Code(lambda weights, gradient: np.sum(weights * gradient), (
            (np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([[0.5, -1.0], [2.0, 0.25]])),
            (np.array([[1.0, -2.0, 3.0]]), np.array([[4.0, 5.0, 6.0]])),
            (np.array([[1.0], [-1.0]]), np.array([[2.0], [-3.0]])),
        ), (
            Mistake(lambda weights, gradient: np.sum(np.abs(weights * gradient)),
                    "Signs count: some of the products are negative."),
            Mistake(lambda weights, gradient: np.mean(weights * gradient), "That is the mean. Asked is the sum."),
            Mistake(lambda weights, gradient: np.sum(weights @ gradient.T),
                    "That multiplies each row by every row. Each weight meets its own gradient alone: *, and not @."),
            Mistake(lambda weights, gradient: np.sum(weights * gradient, axis=0),
                    "That is a sum for each column. Add up all of it."),
            Mistake(lambda weights, gradient: np.sum(weights) * np.sum(gradient),
                    "First multiply entry by entry, and then add up."),
        )),
        ("Two arrays of the same shape are multiplied entry by entry with *.",
         "np.sum adds up all entries, if no axis is given."),
    ),
]
