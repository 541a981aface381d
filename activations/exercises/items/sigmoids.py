"""Exercises on the sigmoids."""

import numpy as np
from scipy.special import expit
from sympy import Derivative, Function, Rational, exp, log, nsolve, sqrt, symbols, tanh

from activations.catalogue import catalogue
from activations.exercises.answers import Chain, Code, Expression, Mistake, Number, Several
from activations.exercises.exercise import Exercise
from activations.symbols import x

sigma = Function("sigma")
SIGMOID = {sigma(x): catalogue["sigmoid"].expr}
s = catalogue["sigmoid"].expr
t = tanh(x)
c, u, w, b_in, b_out = symbols("c u w b_in b_out", real=True)
edge = log(2 + sqrt(3))  # where the slope of σ changes fastest
# The hard sigmoid that comes closest to σ is as far off at its corner as at the place inside where the slopes agree.
inside = log(c - 1 + sqrt(c * (c - 2)))
closest = nsolve(s.subs(x, inside) - inside / (2 * c) - Rational(1, 2) - s.subs(x, -c), c, 2.7)


def _largest(hard, distance=lambda gap: np.abs(gap).max()):
    """The distance of σ from hard(v, c), as a function of the corner c."""
    v = np.linspace(-8, 8, 16001)
    return lambda corner: distance(hard(v, corner) - expit(v))


def _central(v, h):
    return (expit(v + h) - expit(v - h)) / (2 * h)


ITEMS = [
    Exercise(
        "sigmoid-derivative",
        "the derivative of σ(x) = 1/(1 + exp(−x)), as an expression in x or in sigma(x)",
        Expression(catalogue["sigmoid"].derivative, names=SIGMOID, mistakes=(
            Mistake(s * (1 + s),
                    "That is σ(1 + σ). Check it at 0, where σ is ½: can the slope of a curve between 0 and 1 be ¾ "
                    "there? A sign got lost on the way."),
            Mistake(-s * (1 - s),
                    "The sign is wrong: the sigmoid rises, so its slope is positive. Two minus signs meet, one "
                    "from the power −1 and one from the slope of −x."),
            Mistake(1 / (1 + exp(-x))**2,
                    "The factor of the inner function is missing: the chain rule multiplies by the slope of 1 + "
                    "exp(−x)."),
            Mistake(s, "That is σ itself. Asked is its slope."),
        )),
        ("Write σ as (1 + exp(−x)) to the power −1, and use the chain rule twice.",
         "The outer function u⁻¹ has the slope −u⁻², the inner one, 1 + exp(−x), has a slope with a minus sign.",
         "What remains is a product of two fractions. One of them is σ; what must be added to it to make 1?"),
    ),
    Exercise(
        "sigmoid-curvature",
        "the second derivative of σ, as an expression in x or in sigma(x)",
        Expression(catalogue["sigmoid"].derivative.diff(x), names=SIGMOID, mistakes=(
            Mistake(s * (1 - s), "That is the first derivative."),
            Mistake(1 - 2 * s,
                    "That is the derivative of σ(1 − σ) with respect to σ. σ itself depends on x: the chain rule "
                    "multiplies by σ′."),
            Mistake(s * (1 - s) * (1 + 2 * s), "A sign: the derivative of 1 − σ is −σ′."),
            Mistake(-s**2 * (1 - s)**2, "The derivative of a product is not the product of the derivatives."),
        )),
        ("You know σ′ = σ(1 − σ). Differentiate this product.",
         "Product rule: σ′ times (1 − σ), plus σ times the derivative of 1 − σ.",
         "Both terms contain σ′. Take it out."),
    ),
    Exercise(
        "sigmoid-steepest",
        "the largest slope of σ, a number",
        Number(Rational(1, 4), (
            Mistake(Rational(1, 2), "½ is the height of σ at 0. Asked is its slope there."),
            Mistake(1, "1 is the largest slope of tanh. The sigmoid rises by 1 in all, and tanh by 2."),
            Mistake(0, "0 is where the slope tends to far out; there it is smallest."),
        )),
        ("The slope is σ(1 − σ). Call σ by a letter, p, that runs from 0 to 1.",
         "A product of two positive numbers that add up to 1: when is it largest?",
         "Both factors must be equal."),
    ),
    Exercise(
        "sigmoid-code",
        "a Python function sigmoid(v) of an array, that neither overflows nor loses its digits, in float64 and float32",
        Code(catalogue["sigmoid"].f, (
            (np.array([-2.0, 0.0, 0.5, 3.0]),), (np.array([[1.0, -1.0]]),), (np.array([-30.0, -700.0, 800.0]),),
            (np.array([-1.5, 2.0], np.float32),), (np.array([-80.0, 100.0], np.float32),),
        ), (
            Mistake(lambda v: 1 / (1 + np.exp(v)), "That is σ(−x): the exponent lost its minus sign."),
            Mistake(lambda v: np.exp(v) / (1 + np.exp(v)),
                    "For large v that is ∞/∞, which is nan. Exponentiate only negative numbers."),
            Mistake(np.tanh, "That is tanh, which runs from −1 to 1."),
        ), keeps_type=True),
        ("Where does exp(−v) overflow, and is the result wrong there? Try −1000.",
         "exp of a negative number never overflows. How can σ(v) be written with exp(−|v|) alone?",
         "Let q = exp(−|v|). For v ≥ 0 one fraction serves, for v < 0 another: np.where chooses."),
    ),
    Exercise(
        "tanh-from-sigmoid",
        "tanh(x) written with sigma(2*x), as a list of steps that start from tanh(x)",
        Chain(tanh(x), (sigma(2 * x),), SIGMOID, (
            Mistake(2 * s.subs(x, 2 * x), "σ runs from 0 to 1, and twice it from 0 to 2. Tanh runs from −1 to 1."),
            Mistake(2 * s - 1, "The sigmoid must be run through twice as fast: compare the slopes at 0."),
            Mistake(s.subs(x, 2 * x) - Rational(1, 2), "Right in its middle, but only half as high."),
        )),
        ("Write tanh with exponentials, and σ(2x) as well.",
         "Divide the numerator and the denominator of tanh by exp(x).",
         "A fraction of the form (1 − q)/(1 + q) is 2/(1 + q) minus a whole number."),
    ),
    Exercise(
        "tanh-derivative",
        "the derivative of tanh(x), as an expression in x",
        Expression(1 - t**2, (
            Mistake(1 - t, "The slope is 1 − tanh², with a square: at large negative x, 1 − tanh would be 2."),
            Mistake(1 + t**2,
                    "That is at least 1 everywhere. But tanh becomes flat far out. For the tangent the sign is "
                    "plus, for tanh it is minus."),
            Mistake(t * (1 - t), "That is the rule of the sigmoid, σ(1 − σ)."),
            Mistake(t**2 - 1, "The sign is wrong: tanh rises, so its slope is positive."),
        )),
        ("Write tanh as a quotient of sinh and cosh, and use the quotient rule.",
         "The numerator of the result is cosh² − sinh².",
         "Divide each of its two terms by cosh²."),
    ),
    Exercise(
        "log-sigmoid-derivative",
        "the derivative of log σ(x), as an expression in x or in sigma(x)",
        Expression(1 - s, names=SIGMOID, mistakes=(
            Mistake(1 / s, "That is the derivative of log u at u = σ. The chain rule multiplies by σ′."),
            Mistake(s, "That is σ(x), and the answer is σ(−x): for large x the logarithm is nearly flat."),
            Mistake(s * (1 - s), "That is the derivative of σ, without the logarithm."),
            Mistake(log(s * (1 - s)), "The derivative of a logarithm is not the logarithm of the derivative."),
        )),
        ("The derivative of log u is 1/u, times the derivative of u.",
         "Here u is σ, and u′ = σ(1 − σ).",
         "A factor cancels."),
    ),
    Exercise(
        "sigmoid-derivation",
        "the derivative of σ, as a list of steps that start from Derivative(sigma(x), x) and end in sigma(x) alone",
        Chain(Derivative(sigma(x), x), (sigma(x),), SIGMOID, (
            Mistake(-exp(-x) / (1 + exp(-x))**2,
                    "The slope of −x is −1, and it meets the minus sign of the power rule."),
            Mistake(1 / (1 + exp(-x))**2, "The chain rule multiplies by the slope of the inner function."),
            Mistake(s * (1 + s), "1 − σ is exp(−x)/(1 + exp(−x)). Check what you added and took away."),
        )),
        ("First the chain rule on 1/(1 + exp(−x)).",
         "Split the fraction into two fractions with the denominator 1 + exp(−x).",
         "One of them is σ. Write the other as 1 minus something."),
    ),
    Exercise(
        "sigmoid-curvature-extremes",
        "where σ″ is largest and where it is smallest, a list of two numbers",
        Several({
            "where it is largest": Number(-edge, (
                Mistake(edge, "There it is smallest: on the right of 0 the curve bends down."),
                Mistake(0, "At 0 the curvature changes its sign: it is 0 there. Solve σ‴ = 0, and not σ″ = 0."),
            ), digits=4),
            "where it is smallest": Number(edge, (
                Mistake(-edge, "There it is largest: on the left of 0 the curve bends up."),
                Mistake(log(5), "That is log 5. In σ′ = ⅙ the letter is σ′, and not σ: solve σ(1 − σ) = ⅙."),
            ), digits=4),
        }),
        ("Where σ″ is largest or smallest, its derivative is 0.",
         "σ‴ = σ′(1 − 6σ′): which factor can be 0?",
         "There are two places, each the mirror image of the other. On which side does the curve bend up?"),
    ),
    Exercise(
        "rare-disease",
        "what is added to every score, and what becomes of a p of 0.9, a list of two numbers",
        Several({
            "what is added": Number(-log(99), (
                Mistake(log(99), "The sign: sick people have become rarer, so the score falls."),
                Mistake(-log(100), "One in a hundred is odds of 1 to 99, and not of 1 to 100."),
                Mistake(Rational(-1, 99), "That is what the odds are multiplied by. In log-odds a factor becomes a "
                                          "summand."),
            ), digits=4),
            "the new p": Number(Rational(1, 12), (
                Mistake(Rational(1, 11), "1 to 11 are the odds. As a probability that is one in twelve."),
                Mistake(Rational(9, 1000), "Odds are multiplied, and not probabilities: 0.9 are odds of 9 to 1."),
                Mistake(Rational(1, 100), "That is how many are sick. The score of 0.9 still says something."),
            ), digits=3),
        }),
        ("Before, sick and healthy were 1 to 1; in the clinic they are 1 to 99.",
         "All odds are divided by the same number. What does the logarithm make of it?",
         "For the second: from 0.9 to odds, divide, and back to a probability."),
    ),
    Exercise(
        "hard-sigmoid-distance",
        "a Python function largest(c), the largest distance of the hard sigmoid with its corners at −c and c from σ",
        Code(_largest(lambda v, corner: np.clip(v / (2 * corner) + 0.5, 0, 1)),
             ((2.5,), (3.0,), (1.0,), (2.75,)), (
            Mistake(_largest(lambda v, corner: np.clip(v / corner + 0.5, 0, 1)),
                    "Your corners are at ±c/2: the line has to rise from 0 at −c to 1 at c."),
            Mistake(_largest(lambda v, corner: np.clip(v / (2 * corner), 0, 1)),
                    "The ½ is missing: at 0 the hard sigmoid is ½."),
            Mistake(_largest(lambda v, corner: v / (2 * corner) + 0.5),
                    "That is the straight line alone: cut it off at 0 and at 1 by np.clip."),
            Mistake(_largest(lambda v, corner: np.clip(v / (2 * corner) + 0.5, 0, 1), lambda gap: np.abs(gap).mean()),
                    "That is the mean distance. Asked is the largest."),
            Mistake(_largest(lambda v, corner: np.clip(v / (2 * corner) + 0.5, 0, 1),
                             lambda gap: np.linspace(-8, 8, 16001)[np.abs(gap).argmax()]),
                    "That is where the distance is largest. Asked is how large it is there."),
        ), digits=3),
        ("The line through (−c, 0) and (c, 1) has the slope 1/(2c). What does it give at 0?",
         "np.clip(values, 0, 1) cuts it off on both sides.",
         "Distances have no sign: np.abs before max. Let the grid reach beyond the corners, and be fine."),
    ),
    Exercise(
        "hard-sigmoid-corner",
        "the c, to two decimals, for which the largest distance of the hard sigmoid from σ is smallest",
        Number(closest, (
            Mistake(Rational(5, 2), "That is the convention 0.2x + ½. There the corner is still farther off than the "
                                    "inside."),
            Mistake(3, "That is the convention x/6 + ½. There the inside is farther off than the corner."),
            Mistake(2, "There the slopes agree at 0, and the corner is far off."),
        ), digits=3),
        ("A small c has its largest distance at the corner, a large one inside.",
         "One falls and the other rises as c grows: where is the larger of the two smallest?",
         "min(candidates, key=largest) returns the best of an array of candidates."),
    ),
    Exercise(
        "central-difference",
        "a Python function slope_near(v, h), by which σ′ is approximated from the values of σ at v + h and v − h",
        Code(_central, ((np.array([-2.0, 0.0, 0.5]), 0.4), (np.array([1.0]), 0.004), (np.array([[-3.0, 6.0]]), 0.04)), (
            Mistake(lambda v, h: (expit(v + h) - expit(v)) / h,
                    "That steps to the right only. To both sides the error is h² in place of h."),
            Mistake(lambda v, h: (expit(v + h) - expit(v - h)) / h,
                    "The two places are 2h apart, and not h."),
            Mistake(lambda v, h: (expit(v + h) - expit(v - h)) / 2 * h,
                    "Python divides and multiplies from left to right: put 2*h into brackets."),
            Mistake(lambda v, h: (expit(v - h) - expit(v + h)) / (2 * h), "The sign: what is ahead comes first."),
            Mistake(lambda v, h: expit(v) * (1 - expit(v)),
                    "That is the slope itself. Asked is what comes near it without algebra."),
        )),
        ("How far apart are the two places?",
         "Rise over run: the rise is the difference of two values of σ."),
    ),
    Exercise(
        "tanh-neuron-by-sigmoid",
        "u tanh(wx + b) + c without tanh, as an expression with sigma in x, u, w, b_in for b and b_out for c",
        Expression(2 * u * sigma(2 * w * x + 2 * b_in) + b_out - u, names=SIGMOID, without=(tanh,), mistakes=(
            Mistake(u * (2 * s.subs(x, 2 * w * x + b_in) - 1) + b_out,
                    "The bias is inside too: 2(wx + b) is 2wx + 2b."),
            Mistake(u * (2 * s.subs(x, w * x + b_in) - 1) + b_out,
                    "The sigmoid has to run twice as fast: its argument is twice that of tanh."),
            Mistake(2 * u * s.subs(x, 2 * w * x + 2 * b_in) + b_out,
                    "u multiplies the −1 as well: something must be taken away from c."),
            Mistake(2 * u * s.subs(x, 2 * w * x + 2 * b_in) + b_out - 1,
                    "u multiplies the −1 as well: what is taken away is u, and not 1."),
            Mistake(u * s.subs(x, 2 * w * x + 2 * b_in) + b_out - u,
                    "The factor 2 in front is missing: tanh rises by 2, and σ by 1."),
        )),
        ("Replace the tanh by 2σ(…) − 1, and keep the bracket.",
         "Multiply u into the bracket: there are two terms.",
         "What does not depend on x goes to the output bias."),
    ),
    Exercise(
        "lecun-exact",
        "the exact a and b for which a tanh(bx) is 1 at 1 and has the valley of f″ there, a list of two numbers",
        Several({
            "a": Number(sqrt(3), (
                Mistake(1 / sqrt(3), "That is tanh b. Then a has to be its inverse, for a tanh b = 1."),
                Mistake(Rational("1.7159"), "That is LeCun's rounded number, which belongs to his b of ⅔."),
                Mistake(1 / tanh(Rational(2, 3)), "That belongs to b = ⅔: there f(1) is 1, but the valley is "
                                                  "beside it."),
            )),
            "b": Number(edge / 2, (
                Mistake(Rational(2, 3), "That is LeCun's b. It is near, but the valley lies at 0.988."),
                Mistake(edge, "Twice too large: tanh is 2σ(2x) − 1, so the 2 divides."),
                Mistake(1 / sqrt(3), "That is tanh b. b itself is its inverse tanh."),
            )),
        }),
        ("Differentiate f″ once more: where is f‴ = 0?",
         "It is a condition for tanh(bx) alone, which contains no a.",
         "Write the inverse of tanh as a logarithm; then a is 1/tanh b."),
    ),
    Exercise(
        "half-cure-gradient",
        "what is left of a gradient after ten layers σ(x) − ½ near 0, where ten layers of tanh would leave all of it",
        Number(Rational(1, 4**10), (
            Mistake(1, "The mean is cured, and the slope is not: it is that of σ, and not of tanh."),
            Mistake(Rational(1, 2**10), "½ was the height. The slope at 0 is smaller."),
            Mistake(Rational(1, 40), "Ten factors are multiplied, and not added."),
            Mistake(4**10, "The other way round: the gradient is multiplied by a slope below 1 in each layer."),
        ), digits=3),
        ("What does subtracting a constant do to a slope?",
         "One layer multiplies by the slope at 0. And ten?"),
    ),
    Exercise(
        "tanhshrink-code",
        "a Python function shrunk(v), x − tanh x to five digits, in float32 as well",
        Code(catalogue["tanhshrink"].f, (
            (np.array([-2.0, 0.5, 3.0]),), (np.array([0.0, 0.01, -0.2]),),
            (np.array([1e-3, -0.05, 0.25, 0.7], np.float32),),
        ), (
            Mistake(lambda v: v - np.tanh(v),
                    "That is the plain difference: near 0 two nearly equal numbers are subtracted, and in float32 all "
                    "digits are lost."),
            Mistake(lambda v: np.where(np.abs(v) < 0.3, v**3 / 3, v - np.tanh(v)),
                    "One term of the series is not enough at 0.2: take all four."),
            Mistake(lambda v: v * v * v * (1 / 3 - v * v * (2 / 15 - v * v * (17 / 315 - v * v * 62 / 2835))),
                    "That is the series everywhere. Beyond 0.3 take the difference: np.where chooses."),
            Mistake(lambda v: np.where(np.abs(v) < 0.3, v * v * v * (1 / 3 + v * v * (2 / 15 + v * v * 17 / 315)),
                                       v - np.tanh(v)),
                    "The signs of the series alternate."),
        ), digits=5, keeps_type=True),
        ("np.where(np.abs(v) < 0.3, series, difference) has both.",
         "With s = v*v the series is v*s*(1/3 − s*(2/15 − …)).",
         "Plain Python numbers leave the type of an array as it is; np.float64 numbers do not."),
    ),
]
