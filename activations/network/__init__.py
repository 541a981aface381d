"""The NumPy network of the experiments: a list of layers and a four-line loop.

An example is a row. `X` is (examples, sizes[0]) and `Y` (examples, sizes[-1]); the weights of a layer are (n_in, n_out),
its biases (n_out,). `model` has the network, each other file one thing that it may be told: first weights (`layers`),
activations and what they learn (`hidden`), `dropout`, the cost (`outputs`), how to go downhill (`optimisers`), what to
keep (`history`), and the digits (`data`).
"""

from activations.network.data import Examples, digits
from activations.network.history import History, Statistics
from activations.network.layers import VARIANCES, Layer, initial_layers
from activations.network.model import GRADIENTS, Network
from activations.network.optimisers import SGD, Adam

__all__ = [
    "GRADIENTS", "SGD", "VARIANCES", "Adam", "Examples", "History", "Layer", "Network", "Statistics", "digits",
    "initial_layers"]
