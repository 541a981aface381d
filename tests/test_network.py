"""The network against central differences, scikit-learn and the errors that its docstrings promise."""

from itertools import pairwise

import numpy as np
import pytest
from sklearn.neural_network import MLPClassifier

from activations import catalogue
from activations.network import GRADIENTS, Network, digits, initial_layers

SMOOTH = ["sigmoid", "tanh", "gelu", "silu", "mish", "softplus", "arctan"]
KINKED = ["relu", "leaky_relu", "elu", "selu", "hardswish"]
SIZES = (5, 7, 4, 3)


def examples(count=11, inputs=SIZES[0], classes=SIZES[-1], seed=0):
    rng = np.random.default_rng(seed)
    return rng.standard_normal((count, inputs)), np.eye(classes)[rng.integers(classes, size=count)]


def central_difference(cost, values, h=1e-6):
    slopes = np.empty_like(values)
    for index in np.ndindex(values.shape):
        kept = values[index]
        values[index] = kept + h
        above = cost()
        values[index] = kept - h
        slopes[index] = (above - cost()) / (2 * h)
        values[index] = kept
    return slopes


@pytest.mark.parametrize("name", SMOOTH + KINKED)
def test_gradients_are_central_differences(name):
    X, Y = examples()
    network = Network(SIZES, catalogue[name], gain=1.5, seed=3)
    for layer, gradient in zip(network.layers, network.gradients(X, Y), strict=True):
        for values, slope in zip(layer, gradient, strict=True):
            assert slope == pytest.approx(central_difference(lambda: network.loss(X, Y), values), abs=1e-8)


def test_parameters_reach_the_activation_and_its_derivative():
    X, Y = examples()
    network = Network(SIZES, catalogue["elu"], seed=3, alpha=2.5)
    weights = network.layers[0].weights
    slope = central_difference(lambda: network.loss(X, Y), weights)
    assert network.gradients(X, Y)[0].weights == pytest.approx(slope, abs=1e-8)
    assert network.loss(X, Y) != Network(SIZES, catalogue["elu"], seed=3).loss(X, Y)


@pytest.mark.parametrize(("ours", "theirs"), [("sigmoid", "logistic"), ("tanh", "tanh"), ("relu", "relu")])
def test_a_step_is_that_of_scikit_learn(ours, theirs):
    X, Y = examples(count=20, classes=3)
    network = Network(SIZES, catalogue[ours], seed=1)
    settings = dict(solver="sgd", alpha=0, momentum=0, batch_size=len(X), learning_rate_init=0.5)
    other = MLPClassifier(SIZES[1:-1], activation=theirs, **settings)
    other.partial_fit(X, Y.argmax(axis=1), classes=range(SIZES[-1]))
    other.coefs_ = [layer.weights.copy() for layer in network.layers]
    other.intercepts_ = [layer.biases.copy() for layer in network.layers]
    other.partial_fit(X, Y.argmax(axis=1))
    assert other.loss_ == pytest.approx(network.loss(X, Y), rel=1e-12)
    network.step(X, Y, rate=0.5)
    for layer, weights, biases in zip(network.layers, other.coefs_, other.intercepts_, strict=True):
        assert layer.weights == pytest.approx(weights, rel=1e-12, abs=1e-14)
        assert layer.biases == pytest.approx(biases, rel=1e-12, abs=1e-14)


def test_the_error_of_the_output_is_p_minus_y():
    X, Y = examples()
    activations, deltas = Network(SIZES, catalogue["tanh"]).backward(X, Y)
    assert deltas[-1] * len(X) == pytest.approx(activations[-1] - Y)


def test_shapes():
    X, Y = examples()
    network = Network(SIZES, catalogue["relu"])
    zs, activations = network.forward(X)
    assert [z.shape for z in zs] == [(11, n) for n in SIZES[1:]]
    assert [a.shape for a in activations] == [(11, n) for n in SIZES]
    assert [delta.shape for delta in network.backward(X, Y)[1]] == [z.shape for z in zs]
    for layers in (network.layers, network.gradients(X, Y)):
        assert [layer.weights.shape for layer in layers] == list(pairwise(SIZES))
        assert [layer.biases.shape for layer in layers] == [(n,) for n in SIZES[1:]]
    assert network.gradient_norms(X, Y).shape == (3,)
    assert activations[-1].sum(axis=1) == pytest.approx(np.ones(11))


def test_gradient_norms_are_those_of_the_gradients():
    X, Y = examples()
    network = Network(SIZES, catalogue["tanh"])
    first = network.gradients(X, Y)[0]
    assert network.gradient_norms(X, Y)[0] == pytest.approx(np.sqrt(np.sum(first.weights**2)))
    assert network.gradient_norms(X, Y, of="biases")[0] == pytest.approx(np.sqrt(np.sum(first.biases**2)))


def test_the_norm_of_an_error_is_that_of_an_example_on_its_own():
    X, Y = examples()
    network = Network(SIZES, catalogue["tanh"])
    alone = [network.gradient_norms(X[[i]], Y[[i]], of="biases") for i in range(len(X))]  # one example: ∂C/∂b is δ
    assert network.gradient_norms(X, Y, of="errors") == pytest.approx(np.median(alone, axis=0), rel=1e-12)


def test_errors_that_cancel_in_the_biases_are_still_errors():
    X, Y = np.tile(examples(count=1)[0], (2, 1)), np.eye(SIZES[-1])[:2]
    network = Network(SIZES, catalogue["identity"])
    zs, _ = network.forward(X)
    network.layers[-1].biases[:] = [50, 50, 0] - zs[-1][0]  # both examples get p = (½, ½, 0)
    assert network.gradient_norms(X, Y, of="biases") == pytest.approx(np.zeros(3), abs=1e-12)
    assert network.gradient_norms(X, Y, of="errors")[-1] == pytest.approx(0.5**0.5)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_one_dtype_from_end_to_end(dtype):
    X, Y = examples()
    network = Network(SIZES, catalogue["gelu"], dtype=dtype)
    history = network.train(X, Y, epochs=2)
    zs, activations = network.forward(X)
    arrays = [history.loss, history.gradient_norms, *zs, *activations, *network.backward(X, Y)[1]]
    arrays += [network.gradient_norms(X, Y, of=of) for of in GRADIENTS]
    arrays += [values for layer in network.layers + network.gradients(X, Y) for values in layer]
    assert {array.dtype for array in arrays} == {np.dtype(dtype)}


@pytest.mark.parametrize(
    ("init", "variance"), [("lecun", 1 / 300), ("glorot", 2 / 500), ("he", 2 / 300), (0.3, 0.09)]
)
def test_variance_of_the_initial_weights(init, variance):
    (layer,) = initial_layers([300, 200], init, gain=1.5)
    assert layer.weights.var() == pytest.approx(1.5**2 * variance, rel=0.03)
    assert layer.weights.mean() == pytest.approx(0, abs=0.03 * variance**0.5)
    assert not layer.biases.any()


def test_the_seed_decides_everything():
    X, Y = examples(count=40)

    def run(seed, order):
        return Network(SIZES, catalogue["tanh"], seed=seed).train(X, Y, epochs=3, batch=8, seed=order)

    assert all(np.array_equal(*pair) for pair in zip(run(1, 2), run(1, 2), strict=True))
    assert not np.array_equal(run(1, 2).loss, run(3, 2).loss)
    assert not np.array_equal(run(1, 2).loss, run(1, 3).loss)


def test_history_begins_before_the_first_step():
    X, Y = examples(count=40)
    network = Network(SIZES, catalogue["tanh"])
    loss, accuracy = network.loss(X, Y), network.accuracy(X, Y)
    norms = network.gradient_norms(X, Y, of="biases")
    history = network.train(X, Y, epochs=4, of="biases")
    assert history.loss.shape == history.accuracy.shape == (5,)
    assert history.gradient_norms.shape == (5, 3)
    assert (history.loss[0], history.accuracy[0]) == (loss, accuracy)
    assert history.gradient_norms[0] == pytest.approx(norms, rel=1e-15)
    assert history.loss[-1] == network.loss(X, Y)


def test_training_leaves_the_examples_alone():
    X, Y = examples()
    kept = X.copy(), Y.copy()
    Network(SIZES, catalogue["relu"]).train(X, Y, epochs=2)
    assert np.array_equal(X, kept[0]) and np.array_equal(Y, kept[1])


def test_digits():
    (X, Y), (X_test, Y_test) = digits()
    assert X.shape == (1437, 64) and Y.shape == (1437, 10)
    assert X_test.shape == (360, 64) and Y_test.shape == (360, 10)
    assert X.mean() == pytest.approx(0, abs=1e-12) and X.std() == pytest.approx(1)
    assert set(np.unique(Y)) == {0, 1} and (Y.sum(axis=1) == 1).all()
    assert np.array_equal(X, digits()[0].X)
    assert not np.array_equal(X, digits(seed=1)[0].X)
    assert len(digits(test=0)[1].X) == 0


@pytest.mark.parametrize(
    ("name", "init"), [("tanh", "lecun"), ("relu", "he"), ("selu", "lecun"), ("gelu", "he")]
)
def test_it_learns_the_digits(name, init):
    train, test = digits()
    network = Network([64, 30, 30, 10], catalogue[name], init=init)
    history = network.train(*train, epochs=8)
    assert network.accuracy(*test) > 0.9
    assert history.loss[-1] < history.loss[0] / 10


def test_sigmoid_loses_the_gradient_on_the_way_back_and_relu_keeps_it():
    train, _ = digits()
    sizes = [64, *[30] * 10, 10]
    sigmoid = Network(sizes, catalogue["sigmoid"], init="glorot").gradient_norms(*train)
    relu = Network(sizes, catalogue["relu"], init="he").gradient_norms(*train)
    assert sigmoid[0] < 1e-4 * sigmoid[-1]
    assert 0.1 < relu[0] / relu[-1] < 10


def net():
    return Network(SIZES, catalogue["tanh"])


@pytest.mark.parametrize(
    ("error", "says", "do"),
    [
        (ValueError, "two or more whole numbers", lambda: initial_layers([5])),
        (ValueError, r"whole numbers above 0.*\[5, 0, 3\]", lambda: initial_layers([5, 0, 3])),
        (ValueError, r"whole numbers.*\[5, 2\.5\]", lambda: initial_layers([5, 2.5])),
        (ValueError, "'glorrot'; did you mean 'glorot', or", lambda: initial_layers([5, 3], "glorrot")),
        (ValueError, "'lecun' or 'glorot' or 'he'", lambda: initial_layers([5, 3], "zzz")),
        (TypeError, r"catalogue\['relu'\] has; got 'relu'", lambda: Network(SIZES, "relu")),
        (TypeError, "alpa", lambda: Network(SIZES, catalogue["elu"], alpa=1.0)),
        (ValueError, r"X must.*\(examples, 5\).*\(11, 4\)", lambda: net().loss(*examples(inputs=4))),
        (ValueError, r"X must.*\(examples, 5\).*\(5,\)", lambda: net().forward(np.zeros(5))),
        (ValueError, r"one example or more; got \(0, 5\)", lambda: net().forward(np.zeros((0, 5)))),
        (ValueError, r"Y must.*\(11, 3\); got \(11, 4\)", lambda: net().loss(*examples(classes=4))),
        (ValueError, r"np\.eye", lambda: net().loss(examples()[0], np.zeros(11, int))),
        (ValueError, "each row of Y must sum to 1", lambda: net().loss(examples()[0], np.ones((11, 3)))),
        (ValueError, "'weights', 'biases' or 'errors'; got 'z'", lambda: net().gradient_norms(*examples(), of="z")),
        (ValueError, "batch at least 1; got 10 and 0", lambda: net().train(*examples(), batch=0)),
        (ValueError, "1797 images to train on; got 1797", lambda: digits(test=1797)),
    ],
)
def test_errors_name_what_is_wrong(error, says, do):
    with pytest.raises(error, match=says):
        do()


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_a_training_that_blows_up_says_when():
    with pytest.raises(FloatingPointError, match=r"after epoch \d+; try a rate below 1e\+200"):
        Network(SIZES, catalogue["relu"]).train(*examples(), rate=1e200)
