"""Exercises on the rectifiers and on depth."""

import numpy as np
from sympy import Piecewise, Rational, exp, log, pi, sqrt, symbols

from activations.catalogue import catalogue
from activations.exercises.answers import Array, Code, Expression, Mistake, Number
from activations.exercises.exercise import Exercise
from activations.symbols import x

alpha = symbols("alpha", positive=True)

ITEMS = [
    Exercise(
        "elu-derivative",
        "the derivative of ELU for x ≠ 0, as an expression in x and alpha",
        Expression(Piecewise((1, x > 0), (alpha * exp(x), True)), (
            Mistake(Piecewise((1, x > 0), (exp(x), True)),
                    "α was forgotten on the left: it multiplies the exponential, and stays."),
            Mistake(Piecewise((1, x > 0), (alpha * (exp(x) - 1), True)),
                    "On the left that is the function itself. The constant −α drops out."),
            Mistake(Piecewise((x, x > 0), (alpha * exp(x), True)),
                    "On the right that is the function itself. The slope of x is 1."),
            Mistake(Piecewise((1, x > 0), (alpha * x * exp(x - 1), True)),
                    "The power rule is not for exponentials: the derivative of eˣ is eˣ."),
        )),
        ("Differentiate each half by itself.",
         "On the left: what is the derivative of eˣ, and of a constant?",
         "Put both into a Piecewise, the right half with the condition x > 0."),
    ),
    Exercise(
        "leaky-relu-gain",
        "the gain 1/√E[f(Z)²] of leaky ReLU with the slope alpha, as an expression in alpha",
        Expression(sqrt(2 / (1 + alpha**2)), (
            Mistake(sqrt(2), "That is the gain of ReLU, where α = 0. The left half passes something too."),
            Mistake(sqrt(2) / (1 + alpha), "The squares of the two halves are added, α² and 1, and not the slopes."),
            Mistake(2 / (1 + alpha**2),
                    "That is 1/E[f²]. The gain multiplies weights and not variances: take the root."),
            Mistake(sqrt((1 + alpha**2) / 2),
                    "That is the root mean square of the output. The gain makes up for it: its inverse."),
        )),
        ("The bell curve is symmetric: each half contributes by itself.",
         "On the right E[Z²; Z > 0] = ½. What does the factor α do to the same on the left?",
         "Add the two halves, take the root, and the inverse."),
    ),
    Exercise(
        "relu-mean",
        "the mean of relu(Z) for standard normal Z, a number",
        Number(1 / sqrt(2 * pi), (
            Mistake(Rational(1, 2), "½ is the mean of relu(Z)², and the share of inputs that get through."),
            Mistake(0, "The negative half is cut off and the positive half is not: the mean cannot be 0."),
            Mistake(sqrt(2 / pi), "That is the mean of |Z|: both halves. ReLU keeps one."),
        )),
        ("It is the integral of x φ(x) from 0 to ∞.",
         "φ′(x) = −x φ(x), so an antiderivative is at hand.",
         "What is left is the value of the bell curve at one place."),
    ),
    Exercise(
        "he-variance",
        "the variance of the weights of a ReLU layer with 50 inputs, by He's rule, a number",
        Number(Rational(1, 25), (
            Mistake(Rational(1, 50),
                    "That is LeCun's 1/n, for an activation of slope about 1. ReLU halves the mean square, and the"
                    " weights make up for it."),
            Mistake(Rational(1, 5), "That is the standard deviation. Asked is the variance."),
            Mistake(Rational(1, 100),
                    "The factor 2 multiplies: ReLU throws half away, and twice as much makes up for it."),
        )),
        ("n inputs add up n terms; ReLU halves the mean square.",
         "The variance must make n times it times ½ equal to 1.",
         "He's rule is 2/n."),
    ),
    Exercise(
        "softplus-code",
        "a Python function softplus(v) of an array that is right from −700 to 700",
        Code(catalogue["softplus"].f, (
            (np.array([-1.0, 0.0, 2.5]),), (np.array([-40.0, -700.0]),), (np.array([700.0, 1000.0]),),
            (np.array([[-3.0], [3.0]]),),
        ), (
            Mistake(lambda v: np.log(1 + np.exp(v)),
                    "Right in the middle. Far to the left 1 + exp(v) is 1 and the result 0; far to the right it "
                    "overflows."),
            Mistake(lambda v: np.log1p(np.exp(v)),
                    "The left is right now, thanks to log1p. On the right exp still overflows."),
            Mistake(lambda v: np.maximum(v, 0), "That is ReLU: softplus is above it, by log 2 at 0."),
            Mistake(lambda v: np.log(1 / (1 + np.exp(v))), "That is minus softplus."),
        )),
        ("Softplus is ReLU plus a small gap. Write the gap with exp(−|v|).",
         "The gap is log(1 + q) with q = exp(−|v|), which never overflows.",
         "For tiny q, log(1 + q) loses all digits: NumPy has a function for this."),
    ),
    Exercise(
        "prelu-gradient",
        "∂f/∂α of PReLU, as an expression in x",
        Expression(Piecewise((x, x < 0), (0, True)), letters=("alpha",), mistakes=(
            Mistake(Piecewise((1, x < 0), (0, True)), "The derivative of αx with respect to α is x, and not 1."),
            Mistake(Piecewise((alpha, x < 0), (1, True)), "That is the derivative with respect to x."),
            Mistake(Piecewise((0, x < 0), (x, True)), "The sides are exchanged: α acts on negative inputs."),
            Mistake(x, "On the right there is no α: its derivative is 0 there."),
        )),
        ("Hold x fixed and let α vary.",
         "For x > 0 the output does not contain α at all.",
         "It can also be written as Min(0, x)."),
    ),
    Exercise(
        "layer-output",
        "z = aW + b for a = [[1, 2], [0, −1]], W = [[1, 0, 2], [−1, 1, 0]] and b = [0, 1, −2], an array",
        Array(np.array([[-1, 3, 0], [1, 0, -2]]), (
            Mistake(np.array([[-1, 2, 2], [1, -1, 0]]), "The bias is missing: it is added to every row."),
            Mistake(np.array([[-1, 1], [3, 0], [0, -2]]), "That is the transpose. In this book an example is a row."),
            Mistake(np.array([[-1, 1, 4], [1, -2, 2]]), "The bias was taken away and not added."),
        )),
        ("Each row of a gives one row of z.",
         "First a @ W, then the bias is added to both rows.",
         "The first entry is 1·1 + 2·(−1) + 0."),
    ),
    Exercise(
        "vanishing-bound",
        "the largest factor by which ten sigmoid layers can multiply a gradient, with nine weights of 2 between them",
        Number(Rational(2**9, 4**10), (
            Mistake(Rational(1, 4**10), "The weights count too, nine of them, 2 each."),
            Mistake(Rational(1, 2**10), "There are ten slopes but only nine weights between them."),
            Mistake(Rational(2**9, 2**10), "½ is the height of the sigmoid at 0. Its slope is ¼ there."),
        ), digits=3),
        ("Each layer contributes the slope of its sigmoid, each step between two layers a weight.",
         "A sigmoid's slope is at most ¼.",
         "Multiply ten quarters and nine twos."),
    ),
    Exercise(
        "softplus-above-relu",
        "how far softplus lies above ReLU at most, a number",
        Number(log(2), (
            Mistake(Rational(1, 2), "½ is the slope of softplus at 0."),
            Mistake(1, "At 0 softplus is log(1 + 1), the natural logarithm."),
            Mistake(log(2) / log(10), "The logarithm is the natural one."),
        )),
        ("Look at the gap for x > 0 and for x < 0; it is symmetric.",
         "The gap is log(1 + exp(−|x|)).",
         "Where is |x| smallest?"),
    ),
]
