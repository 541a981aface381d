"""The network against central differences, scikit-learn and the errors that its docstrings promise."""

from itertools import pairwise

import numpy as np
import pytest
from scipy.special import expit
from sklearn.neural_network import MLPClassifier
from sympy import Symbol, exp

from activations import Activation, catalogue, x
from activations.network import GRADIENTS, SGD, Adam, Network, digits, initial_layers
from activations.network.dropout import AlphaDropout, Dropout
from activations.network.optimisers import Descent

SCALAR = [entry.name for entry in catalogue.scalar]
LEARNED = [(entry.name, name) for entry in catalogue.scalar for name in entry.parameters]
SIZES = (5, 7, 4, 3)
BETA = Symbol("beta")
SWISH = Activation(x / (1 + exp(-BETA * x)), beta=1)


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


def assert_gradients_are_central_differences(network, X, Y):
    for layer, gradient in zip(network.layers, network.gradients(X, Y), strict=True):
        for values, slope in zip(layer, gradient, strict=True):
            assert slope == pytest.approx(central_difference(lambda: network.loss(X, Y), values), abs=1e-8)
    for hidden, gradients in zip(network.hidden, network.learned_gradients(X, Y), strict=True):
        assert list(gradients) == list(hidden.learned)
        for name, values in hidden.learned.items():
            slope = central_difference(lambda: network.loss(X, Y), values)
            assert gradients[name] == pytest.approx(slope, abs=1e-8)


@pytest.mark.parametrize("name", SCALAR)
def test_gradients_are_central_differences(name):
    assert_gradients_are_central_differences(Network(SIZES, catalogue[name], gain=1.5, seed=3), *examples())


@pytest.mark.parametrize(("name", "parameter"), LEARNED)
def test_gradients_in_parameters_are_central_differences(name, parameter):
    X, Y = examples()
    network = Network(SIZES, catalogue[name], gain=1.5, seed=3, learn=parameter)
    assert [list(values) for values in network.learned] == [[parameter]] * 2
    assert_gradients_are_central_differences(network, X, Y)
    if (name, parameter) not in [("threshold", "theta"), ("hardshrink", "lamda")]:  # moving a jump has slope 0
        assert any(gradients[parameter].any() for gradients in network.learned_gradients(X, Y))


@pytest.mark.parametrize("network", [
    Network(SIZES, [catalogue["tanh"], SWISH], gain=1.5, seed=3, learn="beta", beta=2),
    Network(SIZES, catalogue["srelu"], gain=2, seed=1, learn=("t_l", "a_l", "t_r", "a_r")),
    Network(SIZES, catalogue["gelu"], gain=1.5, seed=3, output="sigmoid"),
    Network((5, 3), catalogue["gelu"], seed=3),
], ids=["by layer", "srelu", "sigmoid", "no hidden layer"])  # fmt: skip
def test_gradients_of_other_networks(network):
    X, Y = examples()
    assert_gradients_are_central_differences(network, X, Y)


def test_parameters_reach_the_activation_and_its_derivative():
    X, Y = examples()
    network = Network(SIZES, catalogue["elu"], seed=3, alpha=2.5)
    weights = network.layers[0].weights
    slope = central_difference(lambda: network.loss(X, Y), weights)
    assert network.gradients(X, Y)[0].weights == pytest.approx(slope, abs=1e-8)
    assert network.loss(X, Y) != Network(SIZES, catalogue["elu"], seed=3).loss(X, Y)


def assert_layers_are(network, other, rel):
    for layer, weights, biases in zip(network.layers, other.coefs_, other.intercepts_, strict=True):
        assert layer.weights == pytest.approx(weights, rel=rel, abs=1e-14)
        assert layer.biases == pytest.approx(biases, rel=rel, abs=1e-14)


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
    assert_layers_are(network, other, rel=1e-12)


@pytest.mark.parametrize(("optimiser", "settings", "rel"), [
    (SGD(rate=0.5, momentum=0.9), dict(solver="sgd", momentum=0.9, nesterovs_momentum=False), 1e-9),
    (Adam(rate=0.02, epsilon=1e-14), dict(solver="adam", epsilon=1e-14), 1e-6),
    (Adam(rate=0.02, beta1=0.5, beta2=0.9, epsilon=1e-14),
     dict(solver="adam", epsilon=1e-14, beta_1=0.5, beta_2=0.9), 1e-6),
], ids=["momentum", "adam", "adam with other means"])  # fmt: skip
def test_five_steps_are_those_of_scikit_learn(optimiser, settings, rel):
    X, Y = examples(count=20, classes=3)
    network = Network(SIZES, catalogue["tanh"], seed=1)
    other = MLPClassifier(SIZES[1:-1], activation="tanh", alpha=0, batch_size=len(X),
                          learning_rate_init=optimiser.rate, **settings)
    other.partial_fit(X, Y.argmax(axis=1), classes=range(SIZES[-1]))
    del other._optimizer
    other.coefs_ = [layer.weights.copy() for layer in network.layers]
    other.intercepts_ = [layer.biases.copy() for layer in network.layers]
    for _ in range(5):
        other.partial_fit(X, Y.argmax(axis=1))
    network.train(X, Y, epochs=5, batch=len(X), optimiser=optimiser)
    assert_layers_are(network, other, rel)


def test_the_first_step_of_adam_is_the_rate():
    """m̂/√v̂ is the sign of the gradient then, whatever its size."""
    steps = Adam(rate=0.25, epsilon=1e-30).begin(3, float)
    assert steps(np.array([1e-9, -5.0, 1e9])) == pytest.approx([0.25, -0.25, 0.25])


def moved(gradient, **clip):
    array = np.zeros(len(gradient))
    Descent([array], SGD(rate=1.0), **clip).step([np.array(gradient)])
    return -array


def test_clipping():
    assert moved([3.0, -4.0, 0.5], clip_value=1) == pytest.approx([1, -1, 0.5])
    assert moved([3.0, -4.0], clip_norm=2.5) == pytest.approx([1.5, -2])
    assert moved([3.0, -4.0], clip_norm=5.5) == pytest.approx([3, -4])


def test_the_norm_that_is_clipped_is_that_of_all_layers():
    X, Y = examples()
    network, before = net(), net()
    network.train(X, Y, epochs=1, batch=len(X), rate=1, clip_norm=0.01)
    change = [new - old for pair in zip(network.layers, before.layers, strict=True)
              for new, old in zip(*pair, strict=True)]
    assert np.sqrt(sum(np.sum(part**2) for part in change)) == pytest.approx(0.01)


def test_training_changes_the_learned_parameters_and_finds_the_better_slope():
    X, Y = examples(count=60)
    network = Network(SIZES, catalogue["prelu"], seed=1, learn="alpha", alpha=0.5)
    history = network.train(X, Y, epochs=3)
    assert [values["alpha"] for values in network.learned] != [0.5, 0.5]
    assert history.networks[0].learned == [{"alpha": 0.5}] * 2
    assert history.networks[-1].learned == network.learned
    step = Network(SIZES, catalogue["prelu"], seed=1, learn="alpha", alpha=0.5)
    slopes = step.learned_gradients(X, Y)
    step.step(X, Y, rate=0.1)
    for values, slope in zip(step.learned, slopes, strict=True):
        assert values["alpha"] == pytest.approx(0.5 - 0.1 * slope["alpha"][0])


def test_a_learned_parameter_that_leaves_its_domain_is_named():
    X, Y = examples()
    network = Network(SIZES, catalogue["elu"], learn="alpha", seed=3)
    uphill = max(gradients["alpha"][0] for gradients in network.learned_gradients(X, Y))
    assert uphill > 0
    with pytest.raises(ValueError, match="elu: the parameter alpha is greater than 0"):
        network.step(X, Y, rate=2 / uphill)
        network.loss(X, Y)


def test_dropout_keeps_the_mean():
    a, slope = Dropout(0.25, np.random.default_rng(0))(np.full((400, 500), 3.0), None)
    assert set(np.unique(a)) == {0, 4} and np.array_equal(a, 3 * slope)
    assert a.mean() == pytest.approx(3, rel=0.01)


def test_alpha_dropout_keeps_mean_and_variance():
    a = np.random.default_rng(1).standard_normal((400, 500))
    dropped, slope = AlphaDropout(0.25, np.random.default_rng(0))(a, catalogue["selu"].f)
    assert (slope == 0).mean() == pytest.approx(0.25, abs=0.01)
    assert dropped.mean() == pytest.approx(0, abs=0.02) and dropped.var() == pytest.approx(1, rel=0.02)
    assert len(np.unique(dropped[slope == 0])) == 1


@pytest.mark.parametrize("share", [{"dropout": 0.3}, {"alpha_dropout": 0.3}])
def test_gradients_with_dropout_are_central_differences(share):
    X, Y = examples()
    network = Network(SIZES, catalogue["selu"], seed=3, **share)

    def same_units():
        network.dropout.rng = np.random.default_rng(5)
        return network.dropout

    def cost():
        zs, *_ = network._forward(X, same_units())
        return network.output.cost(zs[-1], Y) / len(Y)

    activations, deltas, _ = network._backward(X, Y, same_units())
    for layer, a, delta in zip(network.layers, activations, deltas, strict=False):
        assert a.T @ delta == pytest.approx(central_difference(cost, layer.weights), abs=1e-8)


def test_dropout_is_off_outside_training():
    X, Y = examples()
    plain, dropping = (Network(SIZES, catalogue["tanh"], seed=2, dropout=share) for share in (0, 0.5))
    assert dropping.loss(X, Y) == plain.loss(X, Y)
    assert np.array_equal(dropping.gradient_norms(X, Y), plain.gradient_norms(X, Y))
    assert dropping.train(X, Y, epochs=1).loss[1] != plain.train(X, Y, epochs=1).loss[1]


def test_a_sigmoid_output_answers_for_each_class():
    X, Y = examples()
    Y[:, 2] = 1 - Y[:, 0]
    network = Network(SIZES, catalogue["tanh"], output="sigmoid")
    zs, activations = network.forward(X)
    p = expit(zs[-1])
    assert activations[-1] == pytest.approx(p) and network.probabilities(X) == pytest.approx(p)
    assert network.loss(X, Y) == pytest.approx(-np.sum(Y * np.log(p) + (1 - Y) * np.log(1 - p)) / len(X))
    assert network.accuracy(X, Y) == pytest.approx(np.mean((p > 0.5) == (Y == 1)))
    network.layers[-1].biases[:] = 1000, -1000, 0
    assert network.loss(X, [[1, 0, 0.5]] * len(X)) < 10


def test_statistics():
    X, _ = examples()
    network = Network(SIZES, [catalogue["relu"], catalogue["tanh"]], seed=1)
    network.layers[0].biases[:2] = -100  # two of seven units say nothing
    network.layers[1].biases[0] = 50  # and one of four always the same
    zs, activations = network.forward(X)
    found = network.statistics(X)
    assert found.mean == pytest.approx([a.mean() for a in activations[1:3]])
    assert found.variance == pytest.approx([a.var() for a in activations[1:3]])
    assert found.saturated == pytest.approx([(zs[0] <= 0).mean(), (1 - np.tanh(zs[1]) ** 2 < 0.01).mean()])
    assert found.dead == pytest.approx([2 / 7, 1 / 4])


def test_the_history_has_the_statistics_of_each_epoch():
    X, Y = examples(count=40)
    history = Network(SIZES, catalogue["tanh"]).train(X, Y, epochs=3)
    assert len(history.networks) == 4
    assert history.statistics.mean.shape == history.statistics.dead.shape == (4, 2)
    assert history.statistics.variance[2] == pytest.approx(history.networks[2].statistics(X).variance)
    assert history.accuracy[2] == history.networks[2].accuracy(X, Y)


def test_progress_sees_every_epoch():
    seen = []

    def bar(epochs):
        for epoch in epochs:
            seen.append(epoch)
            yield epoch

    net().train(*examples(), epochs=3, progress=bar)
    assert seen == [1, 2, 3]


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
        (TypeError, "give the rate to the optimiser",
         lambda: net().train(*examples(), rate=0.1, optimiser=Adam())),
        (ValueError, "rate must be at least 0; got -1", lambda: net().train(*examples(), rate=-1)),
        (ValueError, "momentum must be from 0 to below 1; got 1", lambda: SGD(momentum=1)),
        (ValueError, "beta2 must be from 0 to below 1; got 1.5", lambda: Adam(beta2=1.5)),
        (ValueError, "epsilon must be above 0; got 0", lambda: Adam(epsilon=0)),
        (ValueError, "clip_norm must be above 0, or None; got 0", lambda: net().train(*examples(), clip_norm=0)),
        (ValueError, "dropout must be from 0 to below 1; got 1", lambda: Network(SIZES, catalogue["relu"], dropout=1)),
        (ValueError, "exclude each other",
         lambda: Network(SIZES, catalogue["selu"], dropout=0.1, alpha_dropout=0.1)),
        (ValueError, "alpha dropout.* is -inf; use dropout",
         lambda: Network(SIZES, catalogue["identity"], alpha_dropout=0.1).train(*examples())),
        (ValueError, "'softmax' or 'sigmoid'; got 'tanh'", lambda: Network(SIZES, catalogue["relu"], output="tanh")),
        (ValueError, "from 0 to 1",
         lambda: Network(SIZES, catalogue["relu"], output="sigmoid").loss(examples()[0], np.full((11, 3), 2))),
        (ValueError, "2 hidden layers need 2 activations.*got 1", lambda: Network(SIZES, [catalogue["relu"]])),
        (TypeError, "no activation of the list.*'beta'", lambda: Network(SIZES, [catalogue["relu"]] * 2, beta=1)),
        (TypeError, "relu.*no parameter 'alpha' that it could learn",
         lambda: Network(SIZES, catalogue["relu"], learn="alpha")),
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
