"""Exercises on smooth gates and on outputs."""

import numpy as np
from sympy import LambertW, Matrix, Rational, diff, exp, symbols

from activations.catalogue import catalogue
from activations.exercises.answers import Array, Code, Expression, Mistake, Number
from activations.exercises.exercise import Exercise
from activations.symbols import x

s = catalogue["sigmoid"].expr
silu = x * s
p1, p2, p3 = p = symbols("p1:4", positive=True)
jacobian = Matrix(3, 3, lambda i, j: p[i] * (int(i == j) - p[j]))


def _naive_softmax(scores):
    weights = np.exp(scores)
    return weights / weights.sum(axis=-1, keepdims=True)


ITEMS = [
    Exercise(
        "silu-derivative",
        "the derivative of SiLU, x/(1 + exp(−x)), as an expression in x",
        Expression(diff(silu, x), (
            Mistake(s, "That is half of the product rule: x times the slope of σ is missing."),
            Mistake(x * s * (1 - s),
                    "That is the other half of the product rule: σ itself, times the slope of x, is missing."),
            Mistake(s * (1 - s), "The derivative of a product is not the product of the derivatives."),
            Mistake(s - x * s * (1 - s), "A sign: the sigmoid rises, its slope is +σ(1 − σ)."),
        )),
        ("A product of x and σ: the product rule has two terms.",
         "The first is σ, from the slope of x.",
         "The second is x times σ(1 − σ)."),
    ),
    Exercise(
        "silu-minimum",
        "the smallest value of SiLU, a number",
        Number(-LambertW(exp(-1)), (
            Mistake(-(1 + LambertW(exp(-1))), "That is where it is, and not how deep."),
            Mistake(Rational(-1, 4), "Nearly. ¼ is the slope of the sigmoid at 0, and has nothing to do with it."),
            Mistake(0, "SiLU is negative for every x < 0."),
        ), digits=4),
        ("At the minimum the slope is 0: 1 + x(1 − σ) = 0.",
         "Solve this for x by nsolve, or write it with exp and LambertW.",
         "Put the place, near −1.28, into the function."),
    ),
    Exercise(
        "softmax-jacobian",
        "the Jacobian ∂p/∂z of three classes, a Matrix in p1, p2 and p3",
        Expression(jacobian, (
            Mistake(Matrix(3, 3, lambda i, j: p[i] * (1 - p[i]) if i == j else 0),
                    "Outside the diagonal stands something too: raising one score lowers the other shares."),
            Mistake(Matrix(3, 3, lambda i, j: p[i] * (1 - p[i]) if i == j else p[i] * p[j]),
                    "The entries outside the diagonal are negative: what one class gains the others lose. Each row"
                    " sums to 0."),
            Mistake(Matrix(3, 3, lambda i, j: p[i] if i == j else -p[i] * p[j]),
                    "On the diagonal a term is missing: p(1 − p). Each row sums to 0."),
            Mistake(-jacobian, "All signs are wrong: a higher score raises its own share."),
        )),
        ("Quotient rule on exp(zᵢ)/S, with S the sum of all exponentials.",
         "∂S/∂zⱼ is exp(zⱼ). Take the cases i = j and i ≠ j apart.",
         "In letters: pᵢ times (1 or 0, less pⱼ)."),
    ),
    Exercise(
        "softmax-code",
        "a Python function softmax(scores) over the last axis, right for large scores as well",
        Code(lambda scores: catalogue["softmax"].f(scores, axis=-1), (
            (np.array([2.0, 1.0, 0.0]),), (np.array([[0.0, 1.0], [3.0, -1.0]]),), (np.array([1000.0, 999.0, -1000.0]),),
            (np.array([-800.0, -801.0]),),
        ), (
            Mistake(_naive_softmax,
                    "Right for small scores. Large ones overflow: only differences count, so take the largest away"
                    " first."),
            Mistake(lambda scores: np.exp(scores) / np.exp(scores).sum(),
                    "The sum runs over all examples. Each row is a distribution of its own: axis=-1."),
            Mistake(lambda scores: np.exp(scores - scores.max()) / np.exp(scores - scores.max()).sum(axis=0),
                    "The sum runs down the columns, over the examples. The classes of one example stand in a row."),
            Mistake(lambda scores: scores / scores.sum(axis=-1, keepdims=True),
                    "The exponential is missing: scores may be negative, shares may not."),
        )),
        ("Exponentiate, and divide by the sum along the last axis, with keepdims=True.",
         "softmax(z + c) = softmax(z) for every number c.",
         "Choose c so that the largest exponent is 0."),
    ),
    Exercise(
        "cross-entropy-gradient",
        "∂C/∂z for the scores whose softmax is (0.7, 0.2, 0.1), with the second class right, an array",
        Array(np.array([0.7, -0.8, 0.1]), (
            Mistake(np.array([-0.7, 0.8, -0.1]),
                    "All signs are exchanged: it is prediction minus truth, and learning goes against it."),
            Mistake(np.array([0.7, 0.2, 0.1]), "The truth has to be taken away: 1 at the right class."),
            Mistake(np.array([0, -5, 0]), "That is ∂C/∂p. The softmax still comes between p and z."),
        )),
        ("With the softmax and the cross-entropy together, nearly everything cancels.",
         "What is left is prediction minus truth.",
         "The truth is (0, 1, 0)."),
    ),
]
