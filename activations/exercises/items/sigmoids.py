"""Exercises on the sigmoids."""

import numpy as np
from sympy import Derivative, Function, Rational, exp, log, tanh

from activations.catalogue import catalogue
from activations.exercises.answers import Chain, Code, Expression, Mistake, Number
from activations.exercises.exercise import Exercise
from activations.symbols import x

sigma = Function("sigma")
SIGMOID = {sigma(x): catalogue["sigmoid"].expr}
s = catalogue["sigmoid"].expr
t = tanh(x)


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
]
