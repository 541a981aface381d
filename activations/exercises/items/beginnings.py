"""Exercises on reading the code, and on the first functions: steps and straight lines."""

import numpy as np
from sympy import Derivative, Matrix, Rational, asinh, atanh, diff, exp, log, sign, sqrt, symbols

from activations.exercises.answers import Array, Chain, Code, Expression, Mistake, Number, Several
from activations.exercises.exercise import Exercise
from activations.symbols import x

h = symbols("h", positive=True)
t, y, z = symbols("t y z", real=True)
V = Matrix(symbols("x1:3"))
G = Matrix(2, 2, symbols("g1:5"))
wall = 1 - 2 / sqrt(3)  # tanh z where the wall pulls hardest


def _gate(of):
    """A function of the inputs, a row for each example, that gives 0 or 1."""
    return lambda inputs: of(inputs[:, 0], inputs[:, 1]).astype(float)


ITEMS = [
    Exercise(
        "parabola-slope",
        "what parabola.diff(y).subs(y, 5) gives for parabola = (y − 2)², a number",
        Number(6, (
            Mistake(9, "That is the parabola at 5. Its slope is asked: diff comes before subs."),
            Mistake(10, "That is 2y at 5. The inner y − 2 stays inside: the slope is 2(y − 2)."),
            Mistake(2, "That is the slope of the slope. One diff differentiates once."),
            Mistake(0, "That happens the other way round: first subs, which leaves a constant, and its derivative is "
                       "0. Read the dots from left to right."),
        )),
        ("The dots are read from left to right: first differentiate, then put in 5.",
         "The outer function is a square, the inner one y − 2, with the slope 1."),
    ),
    Exercise(
        "product-rule-chain",
        "the derivative of x exp(−x), as a list of steps that start from Derivative(x*exp(-x), x)",
        Chain(Derivative(x * exp(-x), x), (x,), mistakes=(
            Mistake((1 + x) * exp(-x), "The slope of exp(−x) is −exp(−x): the inner derivative −1 got lost."),
            Mistake(-exp(-x), "The derivative of a product is not the product of the derivatives."),
            Mistake(-x * exp(-x), "That is one half of the product rule. The slope of x, times exp(−x), is missing."),
            Mistake((x - 1) * exp(-x), "Both signs are turned. At 0 the function rises."),
        )),
        ("Product rule: the slope of the first times the second, plus the first times the slope of the second.",
         "exp(−x) is a function of −x: the chain rule brings a factor.",
         "Your first step has two terms. What do they have in common?"),
    ),
    Exercise(
        "layer-shapes",
        "the shapes of W₁, W₂ and z₂ for 64 inputs, 30 and then 10 neurons, and 32 examples, three pairs of numbers",
        Array(np.array([[64, 30], [30, 10], [32, 10]]), (
            Mistake(np.array([[30, 64], [10, 30], [10, 32]]),
                    "All are the other way round. In this book an example is a row, and W has a row for each input."),
            Mistake(np.array([[30, 64], [10, 30], [32, 10]]),
                    "z₂ is right, and both matrices are the other way round: a row for each input."),
            Mistake(np.array([[64, 30], [30, 10], [10, 32]]),
                    "Both matrices are right. In z₂ an example is a row as well."),
            Mistake(np.array([[64, 30], [64, 10], [32, 10]]),
                    "The second layer does not see the inputs. It takes what the first has put out."),
            Mistake(np.array([[32, 64], [64, 30], [32, 10]]),
                    "The number of examples belongs to the data, and not to the layers."),
        )),
        ("In z = aW + b, how many columns must a have, and how many rows W?",
         "The first layer puts out 30 numbers for each example: the second takes 30.",
         "Examples never change their number on the way through: they are the rows."),
    ),
    Exercise(
        "learned-numbers",
        "how many numbers a network with 64 inputs, 30 and then 10 neurons learns",
        Number(64 * 30 + 30 + 30 * 10 + 10, (
            Mistake(64 * 30 + 30 * 10, "The biases are missing, one for each neuron."),
            Mistake(64 * 30 + 30 + 30 * 10, "The ten neurons at the end have a bias each, too."),
            Mistake(64 * 30 + 64 + 30 * 10 + 30, "A bias belongs to a neuron, and not to an input."),
            Mistake(64 + 30 + 10, "Those are the neurons. Learned are the weights between them, and the biases."),
            Mistake(64 * 30 * 10, "The layers come one after the other: their numbers add up."),
        )),
        ("A weight for each pair of an input and a neuron, layer by layer.",
         "And how many biases are there in each layer?",
         "The first layer alone has 64 · 30 weights and 30 biases."),
    ),
    Exercise(
        "arsinh-derivative",
        "the derivative of log(x + √(x² + 1)), as an expression in x",
        Expression(diff(asinh(x), x), (
            Mistake(1 / (x + sqrt(x**2 + 1)), "The chain rule multiplies by the slope of the inner function."),
            Mistake(1 + x / sqrt(x**2 + 1), "That is the slope of the inner function. The logarithm is missing."),
            Mistake((1 + x) / (x + sqrt(x**2 + 1)),
                    "The slope of the root is x/√(x² + 1): the root stays, in the denominator."),
            Mistake(1 / (x**2 + 1), "That is the slope of the arctangent. A root got lost."),
        )),
        ("The derivative of log u is u′/u.",
         "Bring u′ = 1 + x/√(x² + 1) to one fraction, and compare its numerator with u.",
         "Something cancels, and it is all of u."),
    ),
    Exercise(
        "xor-room",
        "the bound of v₂, and the lower and the upper bound of t₂, a list of three numbers",
        Several({
            "the bound of v₂": Number(Rational(-3, 2), (
                Mistake(-2, "There the output at s = 2 is 0. It only has to stay below ½."),
                Mistake(Rational(-1, 2), "2 + v₂ has to be below ½, and not below 3/2."),
                Mistake(Rational(-5, 2), "There 2 + v₂ is −½. What is asked is where it is ½."),
            )),
            "the lower bound of t₂": Number(Rational(3, 4), (
                Mistake(Rational(1, 2), "At s = 1 both neurons count: the second gives 1 − t₂, twice and taken away."),
                Mistake(1, "At t₂ = 1 the output at s = 1 is 1, and there is room below."),
                Mistake(Rational(1, 4), "At s = 1 the output is 2t₂ − 1. Where is that ½?"),
            )),
            "the upper bound of t₂": Number(Rational(5, 4), (
                Mistake(1, "At t₂ = 1 the output at s = 2 is 0, and there is room up to ½."),
                Mistake(Rational(3, 2), "There the output at s = 2 is 1. It has to stay below ½."),
                Mistake(2, "There the second neuron has fallen silent at s = 2."),
            )),
        }),
        ("Only s = 1 and s = 2 can go wrong: at s = 0 both neurons are silent.",
         "The first neuron gives s. Write what the second takes away at each of the two places.",
         "An answer tips where the output is ½: solve these equations."),
    ),
    Exercise(
        "chord-gap",
        "the largest distance of the chord of x² on a stretch of length h, as an expression in h",
        Expression(h**2 / 4, (
            Mistake(h**2 / 8, "That is the bound without max|f″|, which is 2 for x²."),
            Mistake(h / 2, "That is where it is, measured from the end, and not how far apart the two are there."),
            Mistake(h**2 / 2, "In the middle the product of the distances to both ends counts: half times half."),
            Mistake(h**2, "That is how much higher a parabola from the vertex is at the end. Look at the middle."),
        ), letters=("t",)),
        ("Line minus curve is 0 at both ends, and −x² + …: so it is (x − t)(t + h − x).",
         "A product of two numbers with a fixed sum is largest where they are equal.",
         "Put in the middle of the stretch."),
    ),
    Exercise(
        "separable-puzzles",
        "how many of the 16 puzzles on four corners a single step neuron solves",
        Number(14, (
            Mistake(16, "XOR is among the 16, and no line separates it."),
            Mistake(15, "XOR has an opposite, and what separates one would separate the other."),
            Mistake(12, "Always yes and always no count as well: a large bias gives them."),
            Mistake(6, "Without a bias each line runs through the corner (0, 0). Let it move."),
        )),
        ("Collect the answers of all neurons as tuples in a set: equal ones count once.",
         "Weights from −1, 0, 1 will do, if the bias takes values between the whole numbers.",
         "Which two puzzles does the proof of this chapter rule out?"),
    ),
    Exercise(
        "perceptron-loss-slope",
        "the slope of the perceptron loss max(0, −twx) in w on the wrong side, tz < 0, as an expression in t and x",
        Expression(-t * x, (
            Mistake(t * x, "That is what the rule adds to w: it goes against the slope."),
            Mistake(-t * symbols("w", real=True), "That is the slope in x. What learns is w."),
            Mistake(-x, "The target t is a factor too: it says which side is wrong."),
            Mistake(-t * symbols("w", real=True) * x, "That is the loss itself."),
        ), letters=("w",)),
        ("On the wrong side the maximum is its second entry, −twx.",
         "As a function of w this is a straight line. What does it multiply w by?"),
    ),
    Exercise(
        "nine-tenths",
        "the k for which nine tenths of the area of the bump lie between −0.02 and 0.02, a number",
        Number(50 * log(19), (
            Mistake(5 * log(19), "That is the k for the interval from −0.2 to 0.2. This one is a tenth as wide."),
            Mistake(50 * log(9), "There σ(0.02k) is 0.9, which leaves a tenth on each side. On both together a tenth "
                                 "may be left."),
            Mistake(25 * log(19), "A factor 2: the area between −ε and ε is tanh(kε/2)."),
            Mistake(100 * log(19), "A factor 2: the area between −ε and ε is tanh(kε/2), and ε is 0.02."),
        ), digits=4),
        ("The area between −ε and ε is the rise of σ(kx) there.",
         "By symmetry as much is left on the left as on the right, a twentieth each.",
         "So σ(kε) = 0.95. The logit undoes σ."),
    ),
    Exercise(
        "xor-network",
        "a Python function xor_network(inputs) that takes a row of two numbers, 0 or 1, for each example and gives an "
        "array of 0 and 1",
        Code(_gate(lambda p, q: p != q), (
            (np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]),),
            (np.array([[1.0, 1.0], [1.0, 0.0]]),), (np.array([[1.0, 1.0], [0.0, 0.0], [0.0, 1.0]]),),
        ), (
            Mistake(_gate(lambda p, q: (p + q) > 0), "That is OR: the corner (1, 1) has to give 0."),
            Mistake(_gate(lambda p, q: (p + q) < 2), "That is NAND: the corner (0, 0) has to give 0."),
            Mistake(_gate(lambda p, q: (p + q) > 1), "That is AND. XOR is one or the other, and not both."),
            Mistake(_gate(lambda p, q: p == q), "That is the opposite: it says whether both are the same."),
        )),
        ("Two hidden neurons: what do you know of the inputs if one says OR and the other NAND?",
         "The top neuron must say 1 exactly if both hidden ones do.",
         "OR is step(x₁ + x₂ − ½). NAND and AND have other signs and another bias."),
    ),
    Exercise(
        "hardest-pull",
        "the z at which the gradient of the tanh network pulls hardest for y = 3, and the gradient there, a list of "
        "two numbers",
        Several({
            "z": Number(atanh(wall), (
                Mistake(wall, "That is a, the output. Asked is z, whose tanh it is."),
                Mistake(0, "There the slope of tanh is largest. But the error a − 3 is larger still to the left."),
                Mistake(atanh(2 / sqrt(3) - 1), "A sign: to the left of 0 the error is larger."),
            ), digits=3),
            "the gradient": Number((wall - 3) * (1 - wall**2), (
                Mistake((3 - wall) * (1 - wall**2), "Its sign: the output is too small, and the error a − 3 is below "
                                                    "0."),
                Mistake(atanh(wall) - 3, "That is how the identity pulls at this place. The tanh network has the "
                                         "slope of tanh, 1 − a², as a factor too."),
                Mistake(-3, "That is the gradient at z = 0. A little to the left it is larger still."),
            ), digits=3),
        }),
        ("Write the gradient as a polynomial in a = tanh z, and differentiate it in a.",
         "Of the two zeros only one is an output of tanh.",
         "Go back from a to z by the inverse of tanh, and put a into the polynomial."),
    ),
    Exercise(
        "laplace-gradient",
        "the gradient in z of the loss that fits the density ½ exp(−|z − y|), for z ≠ y, as an expression in z and y",
        Expression(sign(z - y), (
            Mistake(sign(y - z), "The sign: if the output is too large, the loss rises with it."),
            Mistake(z - y, "That is the gradient of half the squared error. Here the loss is |z − y|."),
            Mistake(abs(z - y), "That is the loss. Asked is its gradient."),
            Mistake(-sign(z - y) * exp(-abs(z - y)) / 2,
                    "That is the slope of the density. The loss is minus its logarithm."),
        )),
        ("The loss is minus the logarithm of the density.",
         "What is left of the logarithm of an exponential?",
         "A distance has the slope 1 on one side and −1 on the other. SymPy has a function that says which."),
    ),
    Exercise(
        "best-number-for-distances",
        "the number with the smallest sum of distances from 1, 2, 3, 4 and 100",
        Number(3, (
            Mistake(22, "That is the mean, the best number for the squared error."),
            Mistake(Rational(5, 2), "That is the middle of the first four. The 100 counts as one more number above."),
            Mistake(Rational(101, 2), "That is halfway between the smallest and the largest. How many targets lie "
                                      "below it, and how many above?"),
        )),
        ("A step to the right brings you nearer to all targets above and farther from all below.",
         "How far away a target is does not matter, only on which side it lies."),
    ),
    Exercise(
        "quadratic-form-gradient",
        "the gradient of xᵀGx for G = [[g₁, g₂], [g₃, g₄]], a column in x1, x2 and g1 to g4",
        Expression((G + G.T) * V, (
            Mistake(2 * G * V, "Right for a symmetric G. In general x reaches y by two roads, and they differ."),
            Mistake(G * V, "That is one road: x on the left. It stands on the right as well."),
            Mistake(G.T * V, "That is one road: x on the right. It stands on the left as well."),
            Mistake((G - G.T) * V, "Both roads are right, and they are added."),
        )),
        ("Hold the right x fixed and differentiate in the left one; then the other way round.",
         "The left one has the gradient G x. What does the right one have?",
         "Add up what comes by both roads."),
    ),
    Exercise(
        "nothing-out-of-something",
        "the x₂ whose second entry is 1 and for which y = 0, an array",
        Array(np.array([4, 1]), (
            Mistake(np.array([-4, 1]), "A sign: the two products have to cancel, (−1)·x + 4·1 = 0."),
            Mistake(np.array([Rational(1, 4), 1], float), "The entries are exchanged: to (−1, 4) the vector (4, 1) is "
                                                          "at a right angle."),
            Mistake(np.array([0.2, 1]), "That is at a right angle to A x₁. Asked is Aᵀx₁: x₁ stands on the left."),
            Mistake(np.array([0, 1]), "There y is 4: look at what Aᵀx₁ multiplies the 1 by."),
        )),
        ("y = x₁ᵀA x₂ is a dot product of x₂ with another vector.",
         "This vector is Aᵀx₁. What is at a right angle to it?",
         "A vector (p, q) is at a right angle to (q, −p)."),
    ),
]
