"""Exercises on smooth gates and on outputs."""

import numpy as np
from sympy import E, IndexedBase, LambertW, Matrix, Rational, S, Sum, diff, exp, log, symbols

from activations.catalogue import catalogue
from activations.exercises.answers import Array, Chain, Code, Expression, Mistake, Number
from activations.exercises.exercise import Exercise
from activations.symbols import i, j, n, x, z

s = catalogue["sigmoid"].expr
silu = x * s
p1, p2, p3 = p = symbols("p1:4", positive=True)
jacobian = Matrix(3, 3, lambda i, j: p[i] * (int(i == j) - p[j]))


share, shares = symbols("p_1", positive=True), IndexedBase("p")
lse = log(Sum(exp(z[j]), (j, 1, n)))
mean_score, entropy = Sum(shares[i] * z[i], (i, 1, n)), -Sum(shares[i] * log(shares[i]), (i, 1, n))


def _mean_loss(z, y):
    return -catalogue["log_softmax"].f(z)[np.arange(len(z)), y].mean()


def _loss_gradient(z, y):
    return (catalogue["softmax"].f(z) - np.eye(z.shape[1])[y]) / len(z)


_batches = (
    (np.array([[2.0, 1.0, 0.0]]), np.array([1])),
    (np.array([[0.0, 1.0, -1.0], [3.0, -1.0, 0.5]]), np.array([2, 0])),
    (np.array([[0.0, 800.0], [800.0, 0.0]]), np.array([0, 0])),
    (np.array([[-900.0, -901.0, -902.0]]), np.array([2])),
)


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
    Exercise(
        "two-class-eigenvalue",
        "the eigenvalue of the softmax Jacobian of two classes that is not 0, as an expression in p_1",
        Expression(2 * share * (1 - share), (
            Mistake(share * (1 - share), "That is an entry. Apply the matrix to (1, −1): two entries meet in each "
                                         "row."),
            Mistake(S.Zero, "That is the other one, which belongs to the vector (1, 1)."),
            Mistake(Rational(1, 2), "That is its largest value, at p₁ = ½. For other p₁ it is smaller."),
            Mistake(2 * share**2 * (1 - share), "Every entry is ±p₁p₂, with each share once."),
        )),
        ("Write the matrix with p₂ = 1 − p₁: all four entries have the same size.",
         "Apply it to (1, −1). By what factor is this vector multiplied?",
         "The trace, which is the sum of both eigenvalues, says the same."),
    ),
    Exercise(
        "score-plus-surprise",
        "the mean score plus the entropy, as a list of steps that start from Σ pᵢzᵢ − Σ pᵢ log pᵢ and end in LSE(z)",
        Chain(mean_score + entropy, (lse,), {shares[i]: catalogue["softmax"].expr}, (
            Mistake(mean_score - entropy, "A sign: the entropy is −Σ pᵢ log pᵢ, and it is added."),
            Mistake(mean_score + lse, "z − log p is LSE alone: the score is already in it."),
            Mistake(-lse, "The sign is wrong: log pᵢ = zᵢ − LSE, so zᵢ − log pᵢ is +LSE."),
            Mistake(n * lse, "The shares sum to 1, so a constant times them is the constant, and not n times it."),
        )),
        ("Put both sums into one, with pᵢ in front of a bracket.",
         "In the bracket stands zᵢ − log pᵢ. Insert the softmax: what is it, for every i?",
         "It does not depend on i. What is the mean of a constant?"),
    ),
    Exercise(
        "mean-loss-code",
        "a Python function mean_loss(z, y): the mean cross-entropy of a batch, a row of scores for each example, y the "
        "numbers of the right classes",
        Code(_mean_loss, _batches, (
            Mistake(lambda z, y: -np.log(_naive_softmax(z)[np.arange(len(z)), y]).mean(),
                    "Right for small scores. For large ones the softmax gives nan, 0 or 1 before the logarithm sees "
                    "it: take log_softmax."),
            Mistake(lambda z, y: -_mean_loss(z, y), "The sign: a probability has a negative logarithm, and the loss is "
                                                    "positive."),
            Mistake(lambda z, y: _mean_loss(z, y) * len(z), "That is the sum over the batch. Asked is the mean."),
            Mistake(lambda z, y: -catalogue["log_softmax"].f(z).mean(),
                    "That is the mean over all classes. Each row counts with its right class only: rows and y choose "
                    "it."),
        )),
        ("The loss of a row is minus the logarithm of the share of its right class.",
         "log_softmax computes the logarithms without computing the shares.",
         "logs[rows, y] with rows = np.arange(len(z)) picks one entry of each row."),
    ),
    Exercise(
        "loss-gradient-code",
        "a Python function loss_gradient(z, y): the gradient of the mean loss in the scores, an array of the shape of "
        "z",
        Code(_loss_gradient, _batches, (
            Mistake(lambda z, y: _loss_gradient(z, y) * len(z),
                    "Each row is right by itself. The loss is a mean, so its gradient is divided by the number of "
                    "examples."),
            Mistake(lambda z, y: -_loss_gradient(z, y), "It is prediction minus truth, and not the other way round."),
            Mistake(lambda z, y: catalogue["softmax"].f(z) / len(z), "The truth has to be taken away: 1 at the right "
                                                                     "class of each row."),
            Mistake(lambda z, y: _loss_gradient(z, y) * len(z) / z.size,
                    "The mean runs over the examples, and not over all entries: divide by len(z)."),
        )),
        ("For one example it is p − y, prediction minus truth.",
         "gradient[rows, y] -= 1 takes the truth away in all rows at once.",
         "The loss is a mean over the rows. What does that do to its gradient?"),
    ),
    Exercise(
        "off-diagonal-limit",
        "what the most negative entry outside the diagonal of the Jacobian comes close to, with T = 1, a number",
        Number(Rational(-1, 4), (
            Mistake(Rational(-249, 1000), "That is as far as these sliders go. Longer ones go a little further."),
            Mistake(Rational(-1, 2), "½ is what each of the two shares tends to. The entry is their product."),
            Mistake(Rational(-1, 16), "That is four equal shares. Two of them can be larger."),
            Mistake(-1, "Two shares cannot both be 1: their sum is at most 1."),
        )),
        ("The entry is minus a product of two shares.",
         "For a fixed sum a product is largest when its factors are equal.",
         "The sum of the two can come as close to 1 as you like."),
    ),
    Exercise(
        "softmax-twice",
        "the least loss of ten classes, where the softmax is applied twice, a number",
        Number(log((E + 9) / E), (
            Mistake(log(10), "That is the loss of pure guessing. Some certainty gets through."),
            Mistake(0, "After the second softmax no share can reach 1: what it receives lies between 0 and 1."),
            Mistake(log((E + 3) / E), "That is for four classes. Nine others compete here."),
            Mistake(E / (E + 9), "That is the share of the right class. The loss is minus its logarithm."),
            Mistake(log(E + 9), "The right class has the numerator e: the loss is log(e + 9) − 1."),
        ), digits=4),
        ("The best that can go into the second softmax is 1 for the right class and 0 for the others.",
         "Its share is e over the sum of all exponentials. How many of them are exp(0)?",
         "The loss is minus the logarithm of this share."),
    ),
    Exercise(
        "half-precision-places",
        "the number of places in which σ, and in which the tanh form of GELU differs from the catalogue, if NumPy "
        "rounds to float16 after each operation, an array of two numbers",
        Array(np.array([2, 3]), (
            Mistake(np.array([0, 0]), "Did you compute in float64, or round only at the end? An array of np.float16 "
                                      "and plain Python numbers stay float16."),
            Mistake(np.array([3, 2]), "The two are exchanged: first σ, then GELU."),
            Mistake(np.array([4, 3]), "Four of the six are equal for σ. Asked is in how many it differs."),
            Mistake(np.array([6, 6]), "Are you comparing with float64? The catalogue gives float16 for float16."),
        )),
        ("six = np.array([-2, -1, 0, 2, 3, 5], np.float16) stays float16 in every operation.",
         "Compare with catalogue[\"sigmoid\"].f(six) and catalogue[\"gelu\"].f(six), entry by entry.",
         "np.sum(one != other) counts the places."),
    ),
]
