"""Exercises on experiments, frameworks, and the choice of a function."""

import numpy as np
from sympy import Derivative, Rational, atan, exp, pi, symbols

from activations.catalogue import catalogue
from activations.digits import accuracies
from activations.exercises.answers import Array, Chain, Expression, Mistake, Number
from activations.exercises.exercise import Exercise
from activations.exercises.items.smooth import mean_of, normal, softplus_mean, softplus_square, softplus_variance
from activations.symbols import x

d, y = symbols("d y", positive=True)
own = x * (atan(x) / pi + Rational(1, 2))
softplus = catalogue["softplus"]
moved_square = mean_of((softplus.f(normal) - np.log(2))**2)
elu, gelu = (accuracies(name, "sgd") for name in ("elu", "gelu"))
together = np.corrcoef(elu, gelu)[0, 1]
# How many accuracies lie below each, less how many lie above: its rank, but for a factor and a shift.
ranks = [np.sign(np.subtract.outer(one, one)).sum(axis=1) for one in (elu, gelu)]

ITEMS = [
    Exercise(
        "neurons-around-a-ball",
        "how many neurons with a monotonic activation one hidden layer needs to enclose a ball in d dimensions, as an "
        "expression in d",
        Expression(d + 1, (
            Mistake(d, "With d neurons there is always a way out: a line along which d − 1 pre-activations stay the "
                       "same."),
            Mistake(2 * d, "That encloses it, like a cube. Fewer will do."),
            Mistake(d + 2, "One fewer will do: think of the triangle in the plane."),
            Mistake(2**d, "So many corners has a cube. A simplex has fewer sides."),
        )),
        ("In the plane three are enough, and two are not.",
         "Along how many directions can you walk without changing d − 1 pre-activations?",
         "Which body in space has the fewest sides? Count them, and those of the triangle."),
    ),
    Exercise(
        "two-folds-in-training",
        "the share of the training points that |x₁| + |x₂| < t gets right, with the best t, a number",
        Number(Rational(185, 200), (
            Mistake(Rational(921, 1000), "That is the share of the test points, with the t that was chosen in "
                                         "training."),
            Mistake(Rational(15, 200), "That is the share that it gets wrong."),
            Mistake(Rational(185), "That is the number of points. Asked is the share."),
            Mistake(Rational(958, 1000), "That is what the best circle gets right in the test."),
        ), digits=4),
        ("For one t, the share is np.mean((sums < t) == inner).",
         "Only the sums of the 200 points can be the best t.",
         "Compute the share for each of them, and take the largest."),
    ),
    Exercise(
        "chance-of-a-yes",
        "the probability of at least one yes among 45 independent questions at the level 5 %, a number",
        Number(1 - Rational(95, 100)**45, (
            Mistake(Rational(95, 100)**45, "That is the probability of 45 times no. Asked is its opposite."),
            Mistake(Rational(45 * 5, 100), "Probabilities add up only if no two can happen together, and none is above "
                                           "1. That is the expected number of yeses."),
            Mistake(1 - Rational(5, 100)**45, "That is the probability of at least one no."),
            Mistake(Rational(5, 100), "That is the chance of a yes in a single question."),
        ), digits=4),
        ("Look at the opposite: not a single yes.",
         "One question says no with probability 0.95, and the questions are independent.",
         "Multiply 45 of them, and take the opposite again."),
    ),
    Exercise(
        "seeds-together",
        "the correlation of the accuracies of ELU and GELU under gradient descent, seed by seed, a number",
        Number(together, (
            Mistake(together**2, "That is its square, the share of the scatter that the two have in common."),
            Mistake(np.corrcoef(*ranks)[0, 1], "That is the correlation of the ranks. Take np.corrcoef."),
            Mistake(1, "That is an entry of the diagonal: each column with itself."),
        ), digits=3),
        ("accuracies(\"elu\", \"sgd\") holds a number for each seed, and those of GELU are in the same order.",
         "np.corrcoef of the two gives a matrix.",
         "Its entry outside the diagonal, [0, 1], is what is asked."),
    ),
    Exercise(
        "slope-to-order",
        "a and b, for which the program a·x + b·r(x) is the function x and autograd's slope at 0 is −3, an array of "
        "two numbers",
        Array(np.array([-3, 4]), (
            Mistake(np.array([4, -3]), "The two are exchanged: autograd finds 0 for r at 0, so its slope there is a."),
            Mistake(np.array([-3, 0]), "Its slope is −3 everywhere. The program has to be the function x."),
            Mistake(np.array([-3, -4]), "For x ≠ 0 r is x as well, so the slope is a + b there. It has to be 1."),
            Mistake(np.array([-3, 3]), "Then the program is the function 0: a + b is its slope."),
        )),
        ("Both x and r(x) are the function x. For which a and b is the sum x as well?",
         "At 0 autograd finds the slope 1 for x and 0 for r.",
         "a alone is the slope at 0, and a + b that of the function."),
    ),
    Exercise(
        "softplus-slope-from-output",
        "the slope of softplus, written in its output y, as an expression in y",
        Expression(1 - exp(-y), (
            Mistake(1 / (1 + exp(-y)), "That is σ of the output. The slope is σ of the input."),
            Mistake(exp(-y), "That is 1 − σ(x): the slope at the mirror image."),
            Mistake(exp(y) - 1, "That is exp(x). Put it into σ = exp(x)/(1 + exp(x))."),
            Mistake(y * (1 - y), "So one writes the slope of the sigmoid in its output. Here y is softplus."),
        )),
        ("The slope is σ(x), so x has to be replaced.",
         "From y = log(1 + exp(x)): what is 1 + exp(x), and what is exp(x)?",
         "Put both into exp(x)/(1 + exp(x))."),
    ),
    Exercise(
        "leaky-port",
        "by what factor the product of six slopes of 0.01 is smaller than that of six slopes of 0.3, a number",
        Number(30**6, (
            Mistake(30, "That is one layer. Six multiply."),
            Mistake(180, "The factors multiply and do not add up."),
            Mistake(Rational(1, 30**6), "That is the fraction that is left. Asked is how many times smaller it is."),
            Mistake(Rational(3, 10)**6, "That is the product in training. Divide it by the other one."),
        )),
        ("Compare one layer first: by what factor does its slope differ?",
         "It is 0.3 divided by 0.01.",
         "The six layers multiply."),
    ),
    Exercise(
        "own-curvature",
        "the second derivative of x(arctan(x)/π + ½), as a list of steps that start from Derivative(own, x, x)",
        Chain(Derivative(own, x, x), (x,), mistakes=(
            Mistake(own.diff(x), "That is the first derivative."),
            Mistake(1 / (pi * (1 + x**2)), "The product rule, twice: the slope of the arctangent comes two times, and "
                                           "its own slope once, times x."),
            Mistake(2 / (pi * (1 + x**2)), "One term is missing: x times the second derivative of the arctangent."),
            Mistake(2 / (pi * (1 + x**2)) + 2 * x**2 / (pi * (1 + x**2)**2),
                    "A sign: the slope 1/(1 + x²) falls for x > 0."),
        )),
        ("The second derivative of x·g is 2g′ + x·g″.",
         "g′ is 1/(π(1 + x²)), and g″ = −2x/(π(1 + x²)²).",
         "Bring both fractions over one denominator. x² cancels in the numerator."),
    ),
    Exercise(
        "relu-places",
        "the place of ReLU among the ten functions for each of the seeds 0 to 5, an array of six numbers",
        Array(np.array([7, 9, 9, 9, 7, 8]), (
            Mistake(np.array([6, 8, 8, 8, 6, 7]), "That is how many are better. Whom six surpass is number seven."),
            Mistake(np.array([4, 2, 2, 2, 4, 3]), "Those are the places counted from below."),
            Mistake(np.array([3, 1, 1, 1, 3, 2]), "That is how many are worse. Count those that are better, and add "
                                                  "one."),
        )),
        ("results(name).accuracies[seed] is one accuracy.",
         "For each seed, count the functions whose accuracy is higher than that of ReLU.",
         "The place is this count plus one."),
    ),
    Exercise(
        "moved-softplus-gain",
        "the gain 1/√E[f(Z)²] of softplus − log 2, a number",
        Number(1 / np.sqrt(moved_square), (
            Mistake(1 / np.sqrt(softplus_square), "That is the gain of softplus where it was."),
            Mistake(1 / np.sqrt(softplus_variance), "Nearly: that would be right if the mean were 0. log 2 is not "
                                                    "quite the mean."),
            Mistake(np.sqrt(moved_square), "That is the root mean square. The gain is its inverse."),
            Mistake(softplus_mean - np.log(2), "That is the mean that is left."),
        ), digits=3),
        ("study(log(1 + exp(x)) - log(2), train=False) computes it: .properties has a gain.",
         "By hand: E[f²] is the variance of softplus plus the square of the mean that is left.",
         "The gain is 1 over the root of E[f²]."),
    ),
]
