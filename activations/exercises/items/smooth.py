"""Exercises on the smooth functions, from softplus to the gated units."""

import numpy as np
from sympy import Derivative, Function, Integral, Rational, S, erf, exp, log, oo, pi, sign, sqrt, symbols, tanh, zeta

from activations.catalogue import catalogue
from activations.exercises.answers import Array, Chain, Code, Expression, Mistake, Number, Several
from activations.exercises.exercise import Exercise
from activations.exercises.items.sigmoids import SIGMOID, sigma
from activations.symbols import x

softplus = Function("s")
y, b, mu, s, t = symbols("y b mu s t", positive=True)
v, z = symbols("v z", real=True)
gate, mish, gelu = (catalogue[name].expr for name in ("sigmoid", "mish", "gelu"))
density = sigma(t) * (1 - sigma(t))
fog = Integral((x + t) * density, (t, -x, oo))

normal = np.linspace(-14, 14, 2801)
weights = np.exp(-normal**2 / 2) / np.exp(-normal**2 / 2).sum()
line = np.linspace(-12, 12, 24001)
right_half = np.linspace(0, 8, 80001)


def mean_of(values):
    """The mean of values of a smooth function over standard normal inputs."""
    return float(values @ weights)


def _normal_moments(name):
    """E[f²] and E[f′²] of a function of the catalogue for standard normal input."""
    return mean_of(catalogue[name].f(normal)**2), mean_of(catalogue[name].df(normal)**2)


def _hard_swish_distance(corner, of=np.abs):
    """The largest distance of x·clip(x/(2c) + ½, 0, 1), which is hard swish stretched to corners at ±c, from SiLU."""
    hard = corner / 3 * catalogue["hardswish"].f(3 * right_half / corner)
    return of(hard - catalogue["silu"].f(right_half)).max()


def _gelu_distance(scale, of=np.abs):
    return of(catalogue["gelu"].f(scale * line) / scale - catalogue["mish"].f(line)).max()


softplus_mean = mean_of(catalogue["softplus"].f(normal))
softplus_square, _ = _normal_moments("softplus")
softplus_variance = softplus_square - softplus_mean**2
silu_square, silu_slope_square = _normal_moments("silu")
steepest = np.linspace(2.39, 2.41, 20001)
dsilu = catalogue["silu"].df(steepest)
turned_valley = -float((right_half - catalogue["mish"].f(right_half)).max())
lowest_slope = catalogue["gelu"].derivative.subs(x, -sqrt(2))
own_rest = v * z**2 * gate.subs(x, z) * (1 - gate.subs(x, z))

ITEMS = [
    Exercise(
        "squareplus-inverse",
        "the inverse of squareplus: x for a given value y, as an expression in y and b",
        Expression(y - b / (4 * y), (
            Mistake(y + b / (4 * y), "That is the sum of the two values, the root √(x² + b). Their difference is x."),
            Mistake(b / (4 * y), "That is squareplus at −x, half of the way. Now use the difference."),
            Mistake(y - b / y, "The product of the two values is b/4, and not b: each has a factor ½."),
            Mistake((y - b / (4 * y)) / 2, "In the difference of the two values x/2 comes twice: it is x."),
        )),
        ("Multiply squareplus at x by squareplus at −x: a difference of two squares.",
         "The product is b/4. With the value y at x, what is the value at −x?",
         "The value at x less the value at −x is x."),
    ),
    Exercise(
        "softplus-through-noise",
        "the slope of E[relu(x + T)], as a list of steps that start from its Derivative and end in sigma(x)",
        Chain(Derivative(fog, x), (sigma(x),), SIGMOID, (
            Mistake(1 - sigma(x), "That is the area to the left of −x. The integral runs from −x to the right, and the "
                                  "density is even."),
            Mistake(sigma(x) * (1 - sigma(x)),
                    "That is the density at x. The edge adds 0, but the integrand moves with x as well: each of its "
                    "values with the slope σ′(t)."),
            Mistake(log(1 + exp(x)), "That is the expected value itself. Asked is its slope."),
        )),
        ("x stands in two places: at the edge of the integral and under it.",
         "At the edge the integrand is 0. Under the integral, (x + t)σ′(t) has the slope σ′(t).",
         "What is left is the integral of a density from −x on. Its antiderivative is σ."),
    ),
    Exercise(
        "harmless-threshold",
        "from which x on softplus is within half an ulp of x, in float64, float32 and float16, an array of three "
        "numbers",
        Array(np.log(2) * np.array([48, 21, 9]), (
            Mistake(np.array([20, 20, 20]), "20 is a threshold that a framework uses for all types."),
            Mistake(np.log(2) * np.array([47, 20, 8]), "That is where the gap is a whole ulp. Half of it is asked."),
            Mistake(np.log(2) * np.array([53, 24, 11]),
                    "That is half an ulp of a number near 1. At 33 the floats are 32 times farther apart."),
            Mistake(np.log(2) * np.array([9, 21, 48]), "The order: first float64, then float32, then float16."),
        ), digits=3),
        ("The gap between softplus and x is about exp(−x), and it falls while the ulp grows in steps.",
         "np.spacing(x) gives the ulp in the type of x. Compare the gap with half of it.",
         "Take the last place of a fine grid, where the gap is still larger."),
    ),
    Exercise(
        "centred-softplus-gain",
        "the gain 1/√E[f(Z)²] of softplus − m, with m its mean for standard normal Z, a number",
        Number(1 / np.sqrt(softplus_variance), (
            Mistake(1 / np.sqrt(softplus_square), "That is the gain of softplus as it is, with its mean."),
            Mistake(1 / softplus_variance, "The gain multiplies weights and not variances: take the root."),
            Mistake(np.sqrt(softplus_variance), "That is the standard deviation. The gain makes up for it."),
            Mistake(sqrt(2), "√2 makes He's weights. It is the gain of ReLU."),
        ), digits=4),
        ("The mean of softplus − m is 0. What is its mean square, then?",
         "The variance of softplus: the mean square less m².",
         "own_gain**-2 is the mean square of softplus, entry.properties.normal_mean is m."),
    ),
    Exercise(
        "gelu-soft-sign",
        "the odd function s for which ½(x + x s(x)) is GELU, as an expression in x",
        Expression(erf(x / sqrt(2)), (
            Mistake((1 + erf(x / sqrt(2))) / 2, "That is the gate, which runs from 0 to 1. s runs from −1 to 1."),
            Mistake(erf(x), "Φ belongs to a normal number of variance 1: in the error function stands x/√2."),
            Mistake(tanh(x / 2), "That one belongs to SiLU: σ(x) = ½(1 + tanh(x/2))."),
            Mistake(sign(x), "That one belongs to ReLU, and has a jump. GELU has none."),
            Mistake(erf(x / sqrt(2)) / 2, "The ½ is already there, in front of the bracket."),
        )),
        ("Write ½(x + x s) as x times a gate. What is the gate in terms of s?",
         "The gate is ½(1 + s). For GELU it is Φ.",
         "Compare with the formula of Φ in the exercise."),
    ),
    Exercise(
        "dsilu-maximum",
        "the largest value of the slope of SiLU, a number",
        Number(float(dsilu.max()), (
            Mistake(float(steepest[dsilu.argmax()]), "That is where it is, and not how large."),
            Mistake(1, "1 is its limit on the right. On its way it goes beyond that."),
            Mistake(float(dsilu.max()) - 1, "That is by how much it goes beyond 1."),
            Mistake(Rational(1, 2), "That is its value at 0, and it rises from there."),
        ), digits=4),
        ("It lies where the second derivative of SiLU is 0.",
         "nsolve finds this place from a start near 2.",
         "Put the place into the first derivative."),
    ),
    Exercise(
        "hard-swish-distance-code",
        "a Python function largest_distance(corner): the largest distance between SiLU and x·clip(x/(2c) + ½, 0, 1)",
        Code(_hard_swish_distance, ((3.0,), (3.5,), (4.0,), (2.0,)), (
            Mistake(lambda corner: _hard_swish_distance(corner, np.array),
                    "A distance has no sign. In the troughs the difference is negative: take np.abs first."),
            Mistake(lambda corner: _hard_swish_distance(corner / 2),
                    "The gate is too steep: it has to reach 1 at x = c, so x is divided by 2c."),
            Mistake(lambda corner: _hard_swish_distance(3.0), "Your result is that of c = 3 for every corner."),
            Mistake(lambda corner: _hard_swish_distance(corner)**2, "That is its square."),
        ), digits=3),
        ("On a fine grid, compute the hard gate with np.clip.",
         "x times the gate, less SiLU, is the difference. catalogue[\"silu\"].f computes the latter.",
         "The largest distance is the largest size of the difference."),
    ),
    Exercise(
        "bowl-constant",
        "K, where the integral of (|x| − b(x))² over the whole line is K/β³, a number",
        Number(12 * zeta(3) - 4 * pi**2 / 3, (
            Mistake(6 * zeta(3) - 2 * pi**2 / 3, "That is the right half of the line alone."),
            Mistake((12 * zeta(3) - 4 * pi**2 / 3) / 4, "The gap has a factor 2, which is squared as well."),
            Mistake(pi**2 / 3, "That is the integral of the gap, and not of its square."),
            Mistake((12 * zeta(3) - 4 * pi**2 / 3) / 8, "That is the integral of t²σ(−t)² alone: 4 comes from the "
                                                        "square, and 2 from the two halves of the line."),
        ), digits=4),
        ("Put β = 1: then the integral is K itself.",
         "The gap is 2|x|σ(−|x|). Square it, and use that it is even.",
         "scipy.integrate.quad integrates 8t²σ(−t)² from 0 to np.inf."),
    ),
    Exercise(
        "half-softplus",
        "tanh(s(x)/2), with s for softplus, as a list of steps that end in sigma(x − log 2)",
        Chain(tanh(softplus(x) / 2), (sigma(x - log(2)),), SIGMOID | {softplus(x): log(1 + exp(x))}, (
            Mistake(sigma(x), "eˢ is 1 + eˣ, so eˢ + 1 is 2 + eˣ. The 2 must not get lost."),
            Mistake(sigma(x + log(2)), "The direction: 1 + 2e⁻ˣ is 1 + exp(−(x − log 2))."),
            Mistake(exp(x) / 2, "In the fraction the numerator is eˣ and the denominator 2 + eˣ: the two do not "
                                "cancel."),
            Mistake(2 * sigma(x) - 1, "That is tanh(x/2). Here softplus stands inside."),
        )),
        ("Write tanh with exponentials: (eˢ − 1)/(eˢ + 1).",
         "Insert eˢ = 1 + eˣ, and divide the numerator and the denominator by eˣ.",
         "A factor 2 in front of e⁻ˣ is e to the power log 2."),
    ),
    Exercise(
        "mish-taylor",
        "the Taylor polynomial of Mish at 0 up to x², as an expression in x",
        Expression(3 * x / 5 + 8 * x**2 / 25, (
            Mistake(x / 2 + x**2 / 4, "That is SiLU's. The gate of Mish is tanh(softplus(x)), and is 3/5 at 0."),
            Mistake(3 * x / 5 + 16 * x**2 / 25, "The second derivative at 0 is divided by 2! in the series."),
            Mistake(Rational(3, 5) + 8 * x / 25, "That is the polynomial of the gate. Multiply it by x."),
            Mistake(3 * x / 5, "The term with x² is missing: the gate has a slope at 0."),
        )),
        ("Mish is x times its gate g, so g is needed up to x only.",
         "g(x) = g(0) + g′(0)x + …; both numbers stand in the chapter.",
         "series(expression, x, 0, 3) does it; .removeO() takes away what it leaves open."),
    ),
    Exercise(
        "gelu-to-mish-code",
        "a Python function gelu_distance(scale): the largest distance between GELU(βx)/β, with β = scale, and Mish",
        Code(_gelu_distance, ((1.0,), (0.73,), (0.6,), (1.4,)), (
            Mistake(lambda scale: _gelu_distance(scale, np.array),
                    "A distance has no sign: on one side GELU lies above Mish, on the other below. Take np.abs first."),
            Mistake(lambda scale: np.abs(catalogue["gelu"].f(scale * line) - catalogue["mish"].f(line)).max(),
                    "The division by β is missing: without it the line on the right has the slope β."),
            Mistake(lambda scale: _gelu_distance(1.0), "Your result is that of β = 1 for every scale."),
            Mistake(lambda scale: _gelu_distance(1 / scale), "β stands inside as a factor and outside as a divisor, "
                                                             "and not the other way round."),
        ), digits=3),
        ("catalogue[\"gelu\"].f(scale * points) / scale is the rival on a grid of points.",
         "Subtract Mish at the same points.",
         "The largest size of the difference is what is asked."),
    ),
    Exercise(
        "turned-door-valley",
        "the smallest value of x(1 − g(−x)), with g the gate of Mish, a number to three digits",
        Number(turned_valley, (
            Mistake(Rational(-3088, 10000), "That is the valley of Mish. The turned door closes faster, and its valley "
                                            "is less deep."),
            Mistake(Rational(-80, 100), "That is where it is, and not how deep."),
            Mistake(Rational(-885, 10000), "That is the smallest slope."),
        ), digits=3),
        ("The function is x + mish(−x).",
         "For x < 0 put t = −x. By how much is mish(t) below t?",
         "That is how far Mish lies below ReLU on the right, and the chapter has its largest value."),
    ),
    Exercise(
        "gelu-smallest-slope",
        "the most negative slope of GELU, a number",
        Number(lowest_slope, (
            Mistake(1 - lowest_slope, "That is the largest slope. The slopes at x and −x add up to 1."),
            Mistake(-sqrt(2), "That is where it is."),
            Mistake(gelu.subs(x, -sqrt(2)), "That is the height of the curve there. Asked is its slope."),
            Mistake(0, "GELU falls on the far left: there the slope is negative."),
        )),
        ("f′(x) + f′(−x) = 1. When is the one smallest?",
         "Where the other is largest, and the chapter has found that place.",
         "Insert x = −√2 into the slope, or subtract the largest slope from 1."),
    ),
    Exercise(
        "gelu-mean",
        "the mean of GELU(Z) for standard normal Z, a number",
        Number(1 / (2 * sqrt(pi)), (
            Mistake(1 / sqrt(2 * pi), "That is the mean of ReLU. GELU lies below it."),
            Mistake(sqrt(pi), "That is the area under exp(−x²). In φ² a factor stands in front: 1/√(2π), squared."),
            Mistake(1 / (2 * pi), "That is the factor in front of exp(−x²). The area of that bell, √π, multiplies it."),
            Mistake(0, "GELU is not odd: its right half is long and its left half shallow."),
            Mistake(-1 / (2 * sqrt(pi)), "The sign: two minus signs meet, one of xφ = −φ′, one of the integration by "
                                         "parts."),
        )),
        ("x φ(x) is minus the slope of φ. Integrate by parts.",
         "The edges give 0, and what is left is the integral of φ².",
         "φ² is exp(−x²) divided by 2π, and the area under exp(−x²) is √π."),
    ),
    Exercise(
        "quick-gelu-without-bump",
        "the largest β at which the error curve of Quick-GELU has no bump, exactly or to four digits, a number",
        Number(sqrt(8 / pi), (
            Mistake(1 / sqrt(2 * pi), "That is the slope of Φ at 0. The slope of σ(βx) there is β/4."),
            Mistake(Rational(1702, 1000), "That is the β in use. Its gate is a little too steep at 0, hence the bump."),
            Mistake(2 / sqrt(2 * pi), "The slope of σ at 0 is ¼, and not ½."),
        ), digits=4),
        ("What is the slope of σ(βx) at 0, and what is that of Φ?",
         "They are β/4, and φ(0).",
         "φ(0) is 1/√(2π). Solve for β."),
    ),
    Exercise(
        "gelu-best-constants",
        "the best constant c of the tanh form, and the best β of Quick-GELU, a list of two numbers",
        Several({
            "c": Number(0.0443829438, (
                Mistake(0.044715, "That is the published constant, which is near the best one."),
                Mistake(0.0455399, "That one comes from the Taylor series, and is best near 0 only."),
            ), digits=3),
            "β": Number(1.77293397, (
                Mistake(1.702, "That is the published constant. At the best one a bump and a dip are equally large."),
                Mistake(sqrt(8 / pi), "At that one both gates have the same slope at 0. Then there is a dip alone."),
            ), digits=4),
        }),
        ("Three unknowns need three equations: two level places, and two errors that add up to 0.",
         "Level means that the derivative of the error curve is 0, at a and at b.",
         "nsolve(equations, (a, b, constant), start) needs a start near the bump and the dip."),
    ),
    Exercise(
        "strong-rival-place",
        "where xΦ(x − μ) is steepest, as an expression in mu",
        Expression((mu + sqrt(mu**2 + 8)) / 2, (
            Mistake((mu - sqrt(mu**2 + 8)) / 2, "That is the other root: there the slope is smallest."),
            Mistake(mu + sqrt(2), "Only the bell moves with μ. The factor x in front does not, so the place is not "
                                  "just shifted."),
            Mistake(sqrt(2), "That is the place for μ = 0."),
            Mistake(1 + sqrt(3), "That is the place for μ = 2. Leave μ a letter."),
            Mistake((mu + sqrt(mu**2 + 4)) / 2, "Each of the two terms of f′ contributes φ(x − μ) to f″: the quadratic "
                                                "is 2 − x(x − μ)."),
        )),
        ("f′ = Φ(x − μ) + xφ(x − μ). Differentiate once more.",
         "φ(x − μ) can be taken out of f″. What is left is a quadratic in x.",
         "x² − μx − 2 = 0 has two roots."),
    ),
    Exercise(
        "parabola-by-a-line",
        "the least error that a line can make at most against x² on [m − s, m + s], as an expression in s",
        Expression(s**2 / 2, (
            Mistake(s**2, "That is the error of the chord, which is right at both ends. Lower it: then the ends share "
                          "it."),
            Mistake(2 * s**2, "That is the combination of the three errors. Its size is at most four times the "
                              "largest."),
            Mistake(s**2 / 4, "s is half of the interval's length."),
            Mistake(2 * s**2 / 3, "The middle counts twice: the three errors weigh 1, 1 and 2, which is four in all."),
        )),
        ("Left plus right less twice the middle is 0 for a line. What is it for x²?",
         "It is 2s². So it is 2s² for the error as well.",
         "If no error is larger than E, the combination is at most 4E."),
    ),
    Exercise(
        "swiglu-euler-rest",
        "what DF − 2F leaves over for SwiGLU, F = v z σ(z), as an expression in v and z",
        Expression(own_rest, names=SIGMOID, mistakes=(
            Mistake(own_rest + 2 * v * z * gate.subs(x, z), "That is DF. Take twice the unit away."),
            Mistake(own_rest + v * z * gate.subs(x, z), "D has two terms, and each gives the unit once: take it away "
                                                        "twice."),
            Mistake(own_rest / z, "∂F/∂z is multiplied by z once more: z stands there squared."),
            Mistake(S.Zero, "That holds for ReGLU. σ(z) changes when z is doubled."),
        )),
        ("v ∂F/∂v is the unit itself.",
         "∂F/∂z has two terms, from the product z σ(z).",
         "Multiply by z and collect what is a multiple of the unit. One term is none."),
    ),
    Exercise(
        "reglu-hill",
        "m and c, for which (mx + c)·relu(x) has its top at x = 1 with the value 1, an array of two numbers",
        Array(np.array([-1, 2]), (
            Mistake(np.array([2, -1]), "The two are exchanged: first m, then c."),
            Mistake(np.array([1, 0]), "That is squared ReLU. It is 1 at 1 and goes on rising."),
            Mistake(np.array([0, 1]), "That is ReLU. It is 1 at 1 and goes on rising."),
            Mistake(np.array([-1, 1]), "Its slope at 1 is −1. And there it is 0."),
            Mistake(np.array([-2, 4]), "The top is at 1, but it is 2 high."),
        )),
        ("For x > 0 the unit is mx² + cx.",
         "At its top the value is 1 and the slope 0: two equations.",
         "m + c = 1 and 2m + c = 0."),
    ),
    Exercise(
        "swiglu-backward-factor",
        "by how much a SwiGLU layer multiplies the squared length of a gradient, with the gain of its gate, a number",
        Number(1 + silu_slope_square / silu_square, (
            Mistake(silu_slope_square / silu_square, "That is the way through the gates. The way through the values "
                                                     "adds 1."),
            Mistake(2, "That is ReGLU, where both means are ½."),
            Mistake(1 + silu_square / silu_slope_square, "The fraction stands on its head: the gain divides by E[f²]."),
            Mistake(silu_square + silu_slope_square, "The gain is missing: it multiplies both by 1/E[f²]."),
        ), digits=3),
        ("The formula needs two means over the bell curve, of f² and of f′², for f = SiLU.",
         "With a fine grid and the weights of the bell curve, each mean is a product: values @ weight.",
         "catalogue[\"silu\"].f and .df give the values."),
    ),
    Exercise(
        "gated-width",
        "the width n for which log q has the standard deviation ½ after ten layers, a number",
        Number(17 * 349525 * 4, (
            Mistake(17 * 349525 * 2, "The variance is the square of ½: a quarter."),
            Mistake(17 * 10 * 4, "The deviations are doubled by each later layer: the first counts 4⁹ times."),
            Mistake(17 * 4**9 * 4, "That is the first layer alone. All ten add up."),
            Mistake(18 * 349525 * 4, "From E[h⁴]/E[h²]² = 18 the 1 is still to be taken away."),
            Mistake(17 * 1023 * 4, "The deviation is doubled, so the variance is multiplied by 4."),
            Mistake(24_000_000, "Right, but rounded to two digits. Give three."),
        ), digits=3),
        ("h = v·max(0, z): E[h²] = ½ and E[h⁴] = 3 · 3/2. What is the relative variance of h²?",
         "The mean over n terms has 17/n. The last layer adds it once, the one before four times, and so on.",
         "1 + 4 + … + 4⁹ of them must be ¼."),
    ),
]
