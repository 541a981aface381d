"""Ask one framework: `python tools/framework_probe.py torch|jax|keras-torch|keras-jax|keras-tensorflow`.

Reads questions from stdin as JSON, a list of [name, parameters, at, type, what], and writes a list of answers. `what`
is "value" or "slope": f or f′ at a number, alone in an array of that type. An answer is a text: the number to six
digits, "none" where the framework has no such function, "error" where it refuses, "undefined" where it gives no
gradient. Where `what` is "exists", the name is one with dots, and the answer is that name or "none". The name "version"
is answered by the version, "type" by the type that an array of that type becomes.

Runs in an environment that has the frameworks, where the course need not be installed: it imports nothing of it.
"""

import json
import os
import sys
import warnings
from functools import partial
from importlib import import_module
from importlib.metadata import version
from operator import attrgetter

DIGITS = 6


class Torch:
    """PyTorch: slopes by autograd."""

    def __init__(self):
        import torch

        self.torch = torch
        F = torch.nn.functional
        own = {
            "step": lambda v: torch.heaviside(v, torch.ones_like(v)), "signum": torch.sign, "absolute": torch.abs,
            "gelu_tanh": partial(F.gelu, approximate="tanh"), "gelu by default": F.gelu, "prelu": self._prelu,
            "prelu layer": torch.nn.PReLU, "leaky_relu": self._leaky,
            "leaky_relu layer": torch.nn.LeakyReLU, "threshold": self._threshold,
            "maximum(x, 0)": lambda v: torch.maximum(v, torch.zeros_like(v)),
            "maximum(0, x)": lambda v: torch.maximum(torch.zeros_like(v), v),
            "where(x > 0, x, 0)": lambda v: torch.where(v > 0, v, torch.zeros_like(v)),
            "clip(x, 0, inf)": lambda v: torch.clamp(v, min=0),
        }  # fmt: skip
        direct = ("sigmoid logsigmoid hardsigmoid tanh hardtanh tanhshrink softsign relu relu6 hardshrink "
                  "softshrink elu celu selu softplus silu hardswish mish gelu")
        self.functions = {name: getattr(F, name) for name in direct.split()} | own

    def version(self):
        return self.torch.__version__.split("+")[0]

    def type(self, dtype):
        import numpy as np

        return str(self.torch.as_tensor(np.zeros(1, dtype)).dtype).removeprefix("torch.")

    def _leaky(self, v, alpha=None):
        bare = self.torch.nn.functional.leaky_relu
        return bare(v) if alpha is None else bare(v, alpha)

    def _prelu(self, v, alpha=0.25):
        return self.torch.nn.functional.prelu(v, self.torch.full((1,), alpha, dtype=v.dtype))

    def _threshold(self, v, theta, value):
        return self.torch.nn.functional.threshold(v, theta, value)

    def array(self, at, dtype):
        return self.torch.tensor([at], dtype=getattr(self.torch, dtype), requires_grad=True)

    def call(self, name, v, parameters):
        if name.endswith(" layer"):
            return self.functions[name]().to(v.dtype)(v)
        return self.functions[name](v, **parameters)

    def value(self, name, parameters, at, dtype):
        return self.call(name, self.array(at, dtype).detach(), parameters).item()

    def slope(self, name, parameters, at, dtype):
        v = self.array(at, dtype)
        (gradient,) = self.torch.autograd.grad(self.call(name, v, parameters).sum(), v)
        return gradient.item()


class Jax:
    """JAX: slopes by grad, in float64 where it is asked for."""

    def __init__(self):
        import jax
        import jax.numpy as jnp

        self.jax, self.jnp = jax, jnp
        self.narrow = {dtype: str(jnp.zeros(1, dtype).dtype) for dtype in ("float64", "float32", "float16")}
        jax.config.update("jax_enable_x64", True)
        nn = jax.nn
        self.functions = {
            "step": lambda v: jnp.heaviside(v, 1.0), "signum": jnp.sign, "absolute": jnp.abs, "sigmoid": nn.sigmoid,
            "logsigmoid": nn.log_sigmoid, "hardsigmoid": nn.hard_sigmoid, "tanh": jnp.tanh, "hardtanh": nn.hard_tanh,
            "softsign": nn.soft_sign, "relu": nn.relu, "relu6": nn.relu6, "elu": nn.elu, "celu": nn.celu,
            "leaky_relu": lambda v, alpha=None: nn.leaky_relu(v) if alpha is None else nn.leaky_relu(v, alpha),
            "selu": nn.selu, "softplus": nn.softplus, "squareplus": nn.squareplus, "silu": nn.silu,
            "hardswish": nn.hard_silu, "mish": nn.mish, "gelu": partial(nn.gelu, approximate=False),
            "gelu_tanh": partial(nn.gelu, approximate=True), "gelu by default": nn.gelu,
            "maximum(x, 0)": lambda v: jnp.maximum(v, 0), "maximum(0, x)": lambda v: jnp.maximum(0, v),
            "where(x > 0, x, 0)": lambda v: jnp.where(v > 0, v, 0), "clip(x, 0, inf)": lambda v: jnp.clip(v, 0),
        }  # fmt: skip

    def version(self):
        return self.jax.__version__

    def type(self, dtype):
        return self.narrow[dtype]

    def array(self, at, dtype):
        return self.jnp.array([at], dtype)

    def value(self, name, parameters, at, dtype):
        return float(self.functions[name](self.array(at, dtype), **parameters)[0])

    def slope(self, name, parameters, at, dtype):
        return float(self.jax.grad(lambda v: self.functions[name](v, **parameters).sum())(self.array(at, dtype))[0])


class Keras:
    """Keras 3 on one backend: slopes by what the backend has."""

    def __init__(self, backend):
        os.environ["KERAS_BACKEND"] = backend
        self.backend, self.narrow = backend, {}
        if backend == "jax":
            import jax
            import keras

            self.narrow = {dtype: str(keras.ops.zeros(1, dtype).dtype) for dtype in ("float64", "float32", "float16")}
            jax.config.update("jax_enable_x64", True)
        import keras

        self.keras = keras
        K, ops = keras.activations, keras.ops
        self.functions = {
            "step": lambda v: ops.heaviside(v, ops.ones_like(v)), "signum": ops.sign, "absolute": ops.absolute,
            "sigmoid": K.sigmoid, "logsigmoid": K.log_sigmoid, "hardsigmoid": K.hard_sigmoid, "tanh": K.tanh,
            "hardtanh": K.hard_tanh, "tanhshrink": K.tanh_shrink, "softsign": K.softsign, "relu": K.relu,
            "relu6": K.relu6, "threshold": lambda v, theta, value: K.threshold(v, theta, value),
            "leaky_relu": lambda v, alpha=None: K.leaky_relu(v) if alpha is None else K.leaky_relu(v, alpha),
            "leaky_relu layer": keras.layers.LeakyReLU, "prelu layer": keras.layers.PReLU, "prelu": self._prelu,
            "hardshrink": lambda v, lamda=0.5: K.hard_shrink(v, lamda),
            "softshrink": lambda v, lamda=0.5: K.soft_shrink(v, lamda), "elu": K.elu, "celu": K.celu, "selu": K.selu,
            "softplus": K.softplus, "squareplus": K.squareplus, "silu": K.silu, "hardswish": K.hard_silu,
            "mish": K.mish, "gelu": partial(K.gelu, approximate=False), "gelu_tanh": partial(K.gelu, approximate=True),
            "gelu by default": K.gelu, "maximum(x, 0)": lambda v: ops.maximum(v, ops.zeros_like(v)),
            "maximum(0, x)": lambda v: ops.maximum(ops.zeros_like(v), v),
            "where(x > 0, x, 0)": lambda v: ops.where(v > 0, v, ops.zeros_like(v)),
            "clip(x, 0, inf)": lambda v: ops.clip(v, 0, float("inf")),
        }  # fmt: skip

    def version(self):
        below = version(self.backend).split("+")[0]
        return f"{self.keras.__version__}, on {below}"

    def type(self, dtype):
        import numpy as np

        return self.narrow.get(dtype) or self.keras.backend.standardize_dtype(
            self.keras.ops.convert_to_tensor(np.zeros(1, dtype)).dtype)

    def _prelu(self, v, alpha=0.25):
        dtype = self.keras.backend.standardize_dtype(v.dtype)
        return self.keras.layers.PReLU(self.keras.initializers.Constant(alpha), dtype=dtype)(v[None])[0]

    def call(self, name, v, parameters):
        if name.endswith(" layer"):
            return self.functions[name](dtype=self.keras.backend.standardize_dtype(v.dtype))(v[None])[0]
        return self.functions[name](v, **parameters)

    def array(self, at, dtype):
        import numpy as np

        return self.keras.ops.convert_to_tensor(np.array([at], dtype))

    def value(self, name, parameters, at, dtype):
        return float(self.call(name, self.array(at, dtype), parameters)[0])

    def slope(self, name, parameters, at, dtype):
        v, run = self.array(at, dtype), partial(self.call, name, parameters=parameters)
        if self.backend == "torch":
            import torch

            v.requires_grad_(True)
            (gradient,) = torch.autograd.grad(run(v).sum(), v)
        elif self.backend == "jax":
            import jax

            gradient = jax.grad(lambda v: run(v).sum())(v)
        else:
            import tensorflow as tf

            with tf.GradientTape() as tape:
                tape.watch(v)
                y = run(v)
            gradient = tape.gradient(y, v)
            if gradient is None:
                raise NotImplementedError
        return float(gradient[0])


FRAMEWORKS = {
    "torch": Torch, "jax": Jax, "keras-torch": partial(Keras, "torch"), "keras-jax": partial(Keras, "jax"),
    "keras-tensorflow": partial(Keras, "tensorflow"),
}  # fmt: skip


def exists(dotted):
    """Does the name lead somewhere: "jax.nn.relu"?"""
    module, _, rest = dotted.partition(".")
    try:
        attrgetter(rest)(import_module(module))
    except AttributeError:
        return False
    return True


def answer(framework, name, parameters, at, dtype, what):
    """One answer, as a text."""
    if name == "version":
        return framework.version()
    if name == "type":
        return framework.type(dtype)
    if what == "exists":
        return name if name and exists(name) else "none"
    if name not in framework.functions:
        return "none"
    given = {"value" if key == "v" else key: number for key, number in parameters.items()}
    try:
        number = getattr(framework, what)(name, given, float(at), dtype)
    except NotImplementedError:
        return "undefined"
    except Exception as error:  # each framework refuses in its own way
        print(f"{name} {what} at {at}: {type(error).__name__}: {str(error)[:200]}", file=sys.stderr)
        return "error"
    return f"{number:.{DIGITS}g}"


def main(which):
    warnings.simplefilter("ignore")  # that float64 becomes float32 is one of the answers
    framework = FRAMEWORKS[which]()
    json.dump([answer(framework, *question) for question in json.load(sys.stdin)], sys.stdout)


if __name__ == "__main__":
    main(sys.argv[1])
