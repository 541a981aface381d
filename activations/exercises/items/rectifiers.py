"""Exercises on the rectifiers and on depth."""

import numpy as np
from scipy.special import ndtr
from sympy import Abs, Max, Piecewise, Rational, S, exp, log, pi, sqrt, symbols

from activations.catalogue import catalogue
from activations.exercises.answers import Array, Code, Expression, Mistake, Number
from activations.exercises.exercise import Exercise
from activations.symbols import x

alpha, lamda, width, lam = symbols("alpha lamda w lambda", positive=True)
theta, c = symbols("theta c", real=True)
leaky = catalogue["leaky_relu"].expr.subs(catalogue["leaky_relu"].parameters["alpha"].symbol, alpha)

# SELU: its scale, its α, the floor of its left half, and how the mean and the mean square of its output answer a
# shift of the mean of a standard normal input.
scale = float(catalogue["selu"].df(1.0))
floor = float(catalogue["selu"].f(-1000.0))
selu_alpha = -floor / scale
mean_shift = scale * (0.5 + selu_alpha * np.exp(0.5) * ndtr(-1))
square_shift = 2 * scale**2 * (1 / np.sqrt(2 * np.pi)
                               + selu_alpha**2 * (np.exp(2) * ndtr(-2) - np.exp(0.5) * ndtr(-1)))


def _ramp_slope(v, depth, width):
    """The slope of x on the right and of d·(exp(x/w) − 1) on the left, with the left slope at 0."""
    return np.where(v > 0, 1, depth / width * catalogue["celu"].df(np.minimum(v, 0), alpha=width))


def _alpha_dropout(values, kept, q):
    a = 1 / np.sqrt(q * (1 + (1 - q) * floor**2))
    return a * (np.where(kept, values, floor) - (1 - q) * floor)


_values = np.array([-1.5, -0.2, 0.4, 1.3, 2.2])
_kept = np.array([True, False, True, True, False])

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
    Exercise(
        "leaky-inverse",
        "the inverse of leaky ReLU with the slope alpha > 0, as an expression in x and alpha",
        Expression(leaky.subs(alpha, 1 / alpha), (
            Mistake(leaky, "That is the function itself. Its inverse has to lead αx back to x."),
            Mistake(1 / leaky, "That is the reciprocal, 1/f(x). The inverse undoes f: it leads f(x) back to x."),
            Mistake(leaky.subs(alpha, -alpha), "To undo a multiplication by α, divide by it. A minus sign folds the "
                                               "left half over to the positive side."),
            Mistake(Piecewise((x / alpha, x > 0), (x, True)),
                    "The sides are exchanged: for x > 0 there is nothing to undo."),
        )),
        ("Leaky ReLU does not change the sign of x: undo each half by itself.",
         "The right half is undone by leaving it alone.",
         "On the left y = αx. Solve for x, and put both halves into a Piecewise."),
    ),
    Exercise(
        "rrelu-then-relu",
        "the mean over α of the final output, where an RReLU unit with l = 0 and u = 1 receives −1 and a ReLU behind "
        "it the output plus ½, a number",
        Number(Rational(1, 8), (
            Mistake(0, "That is the output at evaluation, with α = ½. The mean of the outputs is another number: only "
                       "what is positive gets through the ReLU."),
            Mistake(Rational(1, 4), "That is the mean over those α for which the ReLU is active. They are half of all, "
                                    "and the others count with 0."),
            Mistake(Rational(1, 2), "That is the largest output, at α = 0."),
            Mistake(Rational(3, 8), "A sign: the unit gives −α, so the ReLU receives ½ − α."),
        )),
        ("The unit gives −α, with α anywhere between 0 and 1. What does the ReLU receive?",
         "It passes ½ − α on where that is positive, and 0 elsewhere.",
         "Integrate over those α alone; the density of α is 1."),
    ),
    Exercise(
        "fixed-price-rule",
        "the best y for each x at λ = 1, where every y ≠ 0 costs ½, as an expression in x",
        Expression(catalogue["hardshrink"].at(lamda=1), (
            Mistake(catalogue["softshrink"].at(lamda=1),
                    "That is soft shrinkage, where each unit costs. A fixed price is the same for every y ≠ 0: who "
                    "pays it takes the best one, y = x."),
            Mistake(Piecewise((x, Abs(x) > Rational(1, 2)), (0, True)),
                    "Not paying costs ½x² and not |x|. When is that ½?"),
            Mistake(Piecewise((x, Abs(x) > 1 / sqrt(2)), (0, True)), "Not paying costs ½x² and not x². When is that "
                                                                     "½?"),
            Mistake(Piecewise((x, x > 1), (0, True)), "Right for x > 0. A large negative x is worth its price as "
                                                      "well."),
            Mistake(x, "That pays always, for the smallest x as well."),
        )),
        ("There are two candidates for each x: y = 0, and the best of all others.",
         "If you pay at all, y = x costs nothing further. If you do not, the cost is ½x².",
         "Pay where that is cheaper. A Piecewise with a condition on Abs(x) says it."),
    ),
    Exercise(
        "positive-answers",
        "the y ≥ 0 for which ½(y − x)² + λy is smallest, as an expression in x and lamda",
        Expression(Max(0, x - lamda), (
            Mistake(Max(0, x), "The price is forgotten: λy pulls the answer down."),
            Mistake(x - lamda, "Right where it is positive. Where it is negative it is not allowed."),
            Mistake(Max(0, x + lamda), "A sign: the price makes a smaller y better."),
            Mistake(Piecewise((x, x > lamda), (0, True)),
                    "That is the answer to a fixed price. Here each unit costs λ, so y is smaller than x."),
            Mistake(Piecewise((x - lamda, x > lamda), (x + lamda, x < -lamda), (0, True)),
                    "Soft shrinkage, with both signs. Now no y < 0 is allowed."),
        )),
        ("For y ≥ 0 the cost is a parabola in y. Where is its lowest point?",
         "Set the derivative y − x + λ to 0.",
         "If that point is negative, what is the best y that is allowed? Max says both at once."),
    ),
    Exercise(
        "tied-threshold-gradient",
        "∂f/∂θ of the threshold whose value is tied to it, f = max(x, θ), as an expression in x and theta",
        Expression(Piecewise((1, x < theta), (0, True)), (
            Mistake(S.Zero, "That holds while the value is a number of its own. Tied to θ, the output moves with it."),
            Mistake(Piecewise((1, x > theta), (0, True)), "That is the derivative with respect to x."),
            Mistake(S.One, "Above θ the output is x, and does not notice where θ is."),
            Mistake(Piecewise((theta, x < theta), (0, True)), "That is the value below θ. Asked is how it moves with "
                                                              "θ."),
        )),
        ("Hold x fixed and move θ a little. Does the output move?",
         "There are two cases: x above θ and x below.",
         "In one of them the output is θ itself."),
    ),
    Exercise(
        "depth-for-a-width",
        "the depth d for which d(exp(x/w) − 1) meets x at 0 with the same slope, as an expression in w",
        Expression(width, (
            Mistake(S.One, "That is ELU with α = 1, and fits the width 1 alone. The slope at 0 is d/w."),
            Mistake(1 / width, "The inner slope is 1/w, and the outer factor has to make up for it."),
            Mistake(width**2, "That would make the second derivative 1. Compare the first ones."),
        )),
        ("The chain rule gives the slope of the left half.",
         "At x = 0 the exponential is 1. What is left of the slope?",
         "Set it equal to 1, the slope of x, and solve for d."),
    ),
    Exercise(
        "celu-near-identity",
        "the smallest whole α for which CELU stays within 0.01 of the identity on [−2, 2], a number",
        Number(200, (
            Mistake(199, "Nearly: with α = 199 the error at −2 is still 0.01003."),
            Mistake(100, "The bound is x²/(2α), which is 2/α at −2, and not 1/α."),
            Mistake(400, "The 2 below the fraction is forgotten: the bound is x²/(2α)."),
            Mistake(50, "The error is x²/(2α) at most, and x = −2 enters with its square."),
        )),
        ("On the right CELU is the identity. Look at the left.",
         "CELU lies above x there, by x²/(2α) at most. Where on [−2, 0] is that largest?",
         "Set the bound at −2 equal to 0.01, and see whether one less is enough."),
    ),
    Exercise(
        "depth-and-width-slope-code",
        "a Python function slope(v, depth, width) of an array: 1 on the right, on the left the slope of "
        "depth·(exp(v/width) − 1), at 0 the left one",
        Code(_ramp_slope, (
            (np.array([-2.0, -0.5, 0.0, 3.0]), 1.0, 1.0), (np.array([-1.0, 0.0, 1.0]), 3.0, 1.0),
            (np.array([-0.1, 0.2]), 0.05, 0.05), (np.array([[-1000.0], [1000.0]]), 0.5, 0.25),
            (np.array([-1000.0, 12.0, 1000.0], np.float16), 0.05, 0.05),
        ), (
            Mistake(lambda v, depth, width: (v > 0) + (v <= 0) * depth / width * np.exp(v / width),
                    "Far to the right 0 meets an exponential that has overflowed, and 0 times infinite is nan. Let the "
                    "exponential see negative numbers only."),
            Mistake(lambda v, depth, width: np.where(v > 0, 1, depth * np.exp(np.minimum(v, 0) / width)),
                    "The inner slope 1/width is missing on the left."),
            Mistake(lambda v, depth, width: np.where(v >= 0, 1, depth / width * np.exp(np.minimum(v, 0) / width)),
                    "Right but at 0 itself, where the left slope was asked for, depth/width."),
            Mistake(lambda v, depth, width: np.where(v > 0, v, depth * (np.exp(np.minimum(v, 0) / width) - 1)),
                    "That is the function itself. Asked is its slope."),
        )),
        ("np.where chooses between the two halves, but computes both everywhere.",
         "What does the exponential do at v = 1000, although its result is thrown away?",
         "np.minimum(v, 0) keeps large numbers away from it."),
    ),
    Exercise(
        "scaled-leaky-mean",
        "E[f(Z)] for standard normal Z, where f is λx on the right and λcx on the left, as an expression in lambda "
        "and c",
        Expression(lam * (1 - c) / sqrt(2 * pi), (
            Mistake(lam * (1 + c) / sqrt(2 * pi), "On the left z is negative, so this half pulls the mean down."),
            Mistake(lam * (1 - c) / 2, "½ is the mean of z² over one half of the line. Asked is the mean of z."),
            Mistake((1 - c) / sqrt(2 * pi), "λ multiplies both halves, and stays."),
            Mistake(lam * (1 - c**2) / sqrt(2 * pi), "The left half is λcz, in which c stands once."),
        )),
        ("Split the integral at 0.",
         "On the right half the mean of z is 1/√(2π), on the left half it is the same with a minus sign.",
         "λ stands in front of both, c only in front of one."),
    ),
    Exercise(
        "lowered-relu-scale",
        "the λ for which λ(max(0, Z) − c) has variance 1 for standard normal Z, a number",
        Number(1 / sqrt(Rational(1, 2) - 1 / (2 * pi)), (
            Mistake(sqrt(2), "That is the gain of ReLU as it is: 1/√E[f²]. Lowered by its mean, what is left of the "
                             "mean square is the variance."),
            Mistake(1 / (Rational(1, 2) - 1 / (2 * pi)), "The variance is multiplied by λ². Take the root."),
            Mistake(sqrt(Rational(1, 2) - 1 / (2 * pi)), "That is the standard deviation. λ makes up for it."),
            Mistake(1 / sqrt(2 * pi), "That is c, the mean of ReLU."),
            Mistake(1 / sqrt(Rational(1, 2) - 1 / sqrt(2 * pi)), "The mean has to be squared before it is taken away."),
        ), digits=4),
        ("c cannot change the variance. What is the variance of max(0, Z)?",
         "The mean square is ½, and the mean 1/√(2π).",
         "The variance is the mean square less the squared mean, and λ² times it must be 1."),
    ),
    Exercise(
        "touchy-thermostat",
        "the τ for which the explorer's bars all stay at 2, a number to three digits",
        Number(1.2072339, (
            Mistake(2, "Then the second bar is higher than the first: the spring still works against the weights."),
            Mistake(1.41, "That is √2. The mean square after a layer does not grow in proportion to τ."),
            Mistake(1, "With τ = 1 the bars go to 1, and 2 does not stay."),
            Mistake(0.785, "With so small a τ the bars fall below 1. They have to be held up at 2."),
        ), digits=3),
        ("Set s₀ = 2 first, and watch the second bar.",
         "τ must be larger than 1: left alone, the thermostat pulls the bars down to 1.",
         "When the second bar is as high as the first, so are all others."),
    ),
    Exercise(
        "alpha-dropout-code",
        "a Python function alpha_dropout(values, kept, q): values where kept is True, the floor of SELU elsewhere, "
        "then A times that plus B",
        Code(_alpha_dropout, ((_values, _kept, 0.8), (_values, _kept, 0.5), (_values, ~_kept, 0.9)), (
            Mistake(lambda values, kept, q: np.where(kept, values, floor),
                    "The correction by A and B is missing: the mean is too low now, and the variance is not 1."),
            Mistake(lambda values, kept, q: np.where(kept, values / q, 0),
                    "That is ordinary dropout. SELU's layers are used to its floor, and not to 0."),
            Mistake(lambda values, kept, q: _alpha_dropout(values, kept, 1 - q),
                    "q is the share that is kept: 1 − q stands for the share that is dropped."),
            Mistake(lambda values, kept, q: _alpha_dropout(values, ~kept, q),
                    "Those were dropped that should stay: kept is True where a number is kept."),
            Mistake(lambda values, kept, q: _alpha_dropout(values, kept, q) + floor * (1 - q) / np.sqrt(
                        q * (1 + (1 - q) * floor**2)),
                    "A is there, and B is missing: the mean has to come back to 0."),
        ), digits=6),
        ("np.where takes the number where kept is True, and the floor elsewhere.",
         "A and B depend on q and on the floor alone; the chapter derives both.",
         "A = (q(1 + (1 − q)d²)) to the power −½ with the floor d, and B takes the mean away."),
    ),
    Exercise(
        "selu-first-column",
        "the first column of the Jacobian at (0, 1) for ω = 1: how the mean and the mean square of the output move "
        "with the mean of the input, an array of two numbers",
        Array(np.array([mean_shift, square_shift]), (
            Mistake(np.array([mean_shift, square_shift / 2]),
                    "The mean square moves with 2E[ff′]: the chain rule brings a factor 2."),
            Mistake(np.array([0, 0]), "That is the column for ω = 0, where the mean of the input has no way in."),
            Mistake(np.array([square_shift, mean_shift]), "The two are exchanged: first the mean, then the mean "
                                                          "square."),
            Mistake(np.array([scale, 2 * scale**2 / np.sqrt(2 * np.pi)]),
                    "The slope is λ on the right half only."),
        ), digits=3),
        ("If the mean m of z moves, E[f(m + u)] moves with E[f′(u)].",
         "E[f²] moves with E[2ff′].",
         "Both integrals fall into two halves. On the left f′ is λα exp(x), on the right λ."),
    ),
]
