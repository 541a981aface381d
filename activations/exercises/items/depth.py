"""Exercises on gradients through many layers: how they vanish, and how they explode."""

from sympy import Derivative, Matrix, Rational, exp, log, sqrt, symbols, tanh

from activations.exercises.answers import Chain, Expression, Mistake, Number, Several
from activations.exercises.exercise import Exercise
from activations.exercises.items.sigmoids import SIGMOID, sigma

b, s, u, w = symbols("b s u w", real=True)
n = symbols("n", positive=True)
numbers = Matrix(symbols("z1:4", real=True))
centred = numbers - Matrix([1, 1, 1]) * sum(numbers) / 3
squares = centred.dot(centred)

ITEMS = [
    Exercise(
        "tanh-disguise",
        "2z = 2(wa + b), written with s in place of a = 2s − 1, as an expression in w, s and b",
        Expression(4 * w * s + 2 * b - 2 * w, (
            Mistake(4 * w * s + 2 * b, "The −1 of 2s − 1 is multiplied by w as well, and goes into the bias."),
            Mistake(2 * w * s + b - w, "That is z. The sigmoid sees 2z."),
            Mistake(4 * w * s + 2 * b + 2 * w, "A sign: a is 2s − 1, so w is taken away."),
            Mistake(4 * w * s + 2 * b - w, "The −1 is multiplied by w and by 2."),
        )),
        ("Put 2s − 1 for a in wa + b.",
         "Multiply out, and then double all of it.",
         "What multiplies s is the new weight. The rest is the new bias."),
    ),
    Exercise(
        "tanh-disguise-factor",
        "the factor of a layer, as a list of steps that start from 2w times the derivative of sigma(2*u) in u and end "
        "in w and tanh(u)",
        Chain(2 * w * Derivative(sigma(2 * u), u), (w, tanh(u)), SIGMOID, (
            Mistake(2 * w * (sigma(2 * u) * (1 - sigma(2 * u))),
                    "The derivative in u has an inner factor 2, from 2u."),
            Mistake(4 * w * sigma(2 * u) * (1 + sigma(2 * u)), "The slope of σ is σ(1 − σ), with a minus."),
            Mistake(4 * w * (1 - tanh(u)**2), "Both factors σ and 1 − σ bring a ½: the 4 cancels."),
            Mistake(w * (1 - tanh(u)), "1 + tanh u and 1 − tanh u multiply to 1 − tanh² u, with a square."),
        )),
        ("First σ′ = σ(1 − σ), at 2u, and the inner derivative.",
         "2σ(2u) = 1 + tanh u. What is 2(1 − σ(2u))?",
         "Multiply the two: a sum times a difference."),
    ),
    Exercise(
        "chain-in-balance",
        "a negative w, and the b, for which all ten bars have the same height, a list of two numbers",
        Several({
            "w": Number(-4, (
                Mistake(4, "The size is right. Asked is a negative w."),
                Mistake(Rational(-1, 4), "The factor is w times ¼. What makes that −1?"),
                Mistake(-1, "That would do if the slope of the sigmoid were 1. It is at most ¼."),
            ), digits=3),
            "b": Number(2, (
                Mistake(-2, "The sign: wa is −4 · ½, and b has to make up for it."),
                Mistake(0, "Then z is not 0: the activation is ½, and w·½ is left."),
                Mistake(4, "Half of it: the activation is ½, and not 1."),
            ), digits=3),
        }),
        ("All bars are equally high if each factor |w σ′(z)| is 1.",
         "Where is the slope of the sigmoid largest, and what is it there?",
         "z = w·½ + b has to be at that place."),
    ),
    Exercise(
        "memory-half-life",
        "the number of steps after which half of an error is left, as an expression in b or in sigma(b)",
        Expression(log(2) / log(1 + exp(-b)), names={sigma(b): 1 / (1 + exp(-b))}, mistakes=(
            Mistake(log(2) / log(1 + exp(b)), "That is for a gate of σ(−b): σ(b) has exp(−b) in it."),
            Mistake(-log(2) / log(1 + exp(-b)), "The sign: log ½ is negative, and so is log σ."),
            Mistake(exp(b) * log(2), "That is what it tends to for large b. Asked is the exact number."),
            Mistake(log(1 + exp(-b)) / log(2), "Upside down: n stands beside log σ(b)."),
            Mistake(Rational(1, 2) / log(1 + exp(-b)), "On the left stands log ½, and not ½."),
        )),
        ("After n steps σ(b) to the power n is left. Set it equal to ½.",
         "Take the logarithm on both sides: n comes down.",
         "The logarithm of σ(b) is −log(1 + exp(−b))."),
    ),
    Exercise(
        "normalised-column",
        "N(z) of a column of three numbers, a Matrix in z1, z2 and z3",
        Expression(centred / sqrt(squares / 3), (
            Mistake(centred / sqrt(squares / 2), "Divided by n − 1, as for a sample. A normalisation takes the mean "
                                                 "of the squares."),
            Mistake(centred / sqrt(squares), "The mean of the squares is their sum by 3. A column of three would have "
                                             "the length 1."),
            Mistake(centred / (squares / 3), "That is divided by the variance. Take its root, or the size does not "
                                             "drop out."),
            Mistake(centred, "The mean is gone, and the size is still there."),
            Mistake(numbers / sqrt(numbers.dot(numbers) / 3), "The mean has to be taken away first."),
        )),
        ("Take the mean away from each number.",
         "The mean of the squares of what is left is the variance.",
         "column.dot(column) adds up the squares."),
    ),
    Exercise(
        "edge-with-biases",
        "the σ_w at which χ is 1 for σ_b = 0.3, and χ for σ_w = 1, a list of two numbers",
        Several({
            "σ_w": Number(Rational("1.39558"), (
                Mistake(1, "That is the edge without biases. They carry the signal to where tanh is less steep."),
                Mistake(Rational("1.3"), "There χ is still below 1, at the new crossing."),
                Mistake(2, "There χ is far above 1."),
            ), digits=2),
            "χ at σ_w = 1": Number(Rational("0.70026"), (
                Mistake(1, "That is χ at q = 0. The biases keep q from falling to 0: read at the crossing."),
                Mistake(Rational("0.27630"), "That is the q of the crossing. Read χ at this q, in the other panel."),
            ), digits=2),
        }),
        ("The crossing with the diagonal is where q stays as it is.",
         "Change σ_w, find the new crossing, and read χ there again.",
         "In code: settle q by many layers, then χ is σ_w² times the mean square of the slope."),
    ),
    Exercise(
        "knife-edge",
        "q after 30 layers from q = 2, for ReLU, tanh, the sigmoid, GELU and SiLU, a list of five numbers",
        Several({
            "ReLU": Number(2, (
                Mistake(1, "ReLU multiplies every size alike: nothing draws it to 1."),
                Mistake(2**30, "That is 2 to the power 30: with the gain √2, and the ½ of the silent half, a layer "
                               "leaves q as it is."),
            ), digits=2),
            "tanh": Number(1, (Mistake(2, "A tanh amplifies a large signal less: where does it end?"),), digits=2),
            "the sigmoid": Number(1, (Mistake(2, "The sigmoid amplifies a large signal less: where does it end?"),),
                                  digits=2),
            "GELU": Number(Rational("138.447"), (
                Mistake(1, "1 leads to 1. But from 2 the way leads off: GELU amplifies a large signal more."),
                Mistake(Rational("1.09706e-6"), "That is where GELU gets from ½. Asked is the start at 2."),
            ), digits=2),
            "SiLU": Number(Rational("13390.7"), (
                Mistake(1, "1 leads to 1. But from 2 the way leads off: SiLU amplifies a large signal more."),
                Mistake(Rational("6.57023e-5"), "That is where SiLU gets from ½. Asked is the start at 2."),
            ), digits=2),
        }),
        ("One layer makes g² times the mean of f(√q Z)² of q.",
         "The gain g of each function stays what it is; q changes from layer to layer.",
         "With grid and expected, the mean is expected(f(np.sqrt(q) * grid)**2)."),
    ),
    Exercise(
        "clipped-by-norm",
        "how far 30 steps with the rate 0.2, clipped by norm at 1, can lead at most, a number",
        Number(6, (
            Mistake(30, "Each step is the learning rate times the clipped gradient."),
            Mistake(Rational(1, 5), "That is one step. There are 30."),
            Mistake(sqrt(30) / 5, "That is for steps at right angles. At most they all go the same way."),
            Mistake(150, "The learning rate multiplies: it makes the step shorter."),
        )),
        ("A clipped gradient has at most the length 1. How long is the step?",
         "The way is longest if all steps go in one direction."),
    ),
    Exercise(
        "clipped-by-value",
        "how far they can lead if n weights are clipped by value at 1, as an expression in n",
        Expression(6 * sqrt(n), (
            Mistake(6 * n, "The length of a vector is the root of the sum of squares: n ones have the length √n."),
            Mistake(sqrt(n) / 5, "That is one step. There are 30."),
            Mistake(30 * sqrt(n), "The learning rate is missing."),
            Mistake(sqrt(6 * n), "Only n stands under the root: a step is 0.2 times √n long."),
        )),
        ("At most every entry of the gradient is 1. How long is such a vector?",
         "Then as before: the rate, and 30 steps in one direction."),
    ),
]
