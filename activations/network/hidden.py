"""The activation of a hidden layer, with its parameters: fixed, or learned as the weights are."""

from functools import partial

import numpy as np


class Hidden:
    """`f` and `df` of one layer, at its parameters; `learned` has those that training changes, name → array (1,)."""

    def __init__(self, activation, learned=(), dtype=float, **fixed):
        if not (hasattr(activation, "f") and hasattr(activation, "df")):
            raise TypeError(f"activation must have f and df, as catalogue['relu'] has; got {activation!r}")
        self.activation, self.fixed, self.learned = activation, fixed, {}
        for name in learned:
            if name not in getattr(activation, "parameters", ()):
                raise TypeError(f"{activation!r} has no parameter {name!r} that it could learn")
            start = fixed.pop(name, activation.parameters[name].default)
            self.learned[name] = np.array([float(start)], dtype)
        self._bind()
        self.f(np.zeros((1, 1), dtype))  # a wrong parameter fails here, not in the middle of training

    def _bind(self):
        """The learned arrays are changed in place, and `f` and `df` see it."""
        self.f = partial(self.activation.f, **self.fixed, **self.learned)
        self.df = partial(self.activation.df, **self.fixed, **self.learned)

    def slopes(self, z, arriving):
        """∂C/∂(each learned parameter), from ∂C/∂a: the sum over examples and units of ∂C/∂a · ∂f(z)/∂parameter."""
        parameters = self.fixed | self.learned
        return {name: np.sum(arriving * self.activation.df_in(name, z, **parameters), keepdims=True).reshape(1)
                for name in self.learned}

    def copy(self):
        """The same activation, with the learned parameters as they are now."""
        other = object.__new__(type(self))
        other.activation, other.fixed = self.activation, self.fixed
        other.learned = {name: value.copy() for name, value in self.learned.items()}
        if self.learned:
            other._bind()
        else:
            other.f, other.df = self.f, self.df
        return other


def hidden_layers(count, activation, learn=(), dtype=float, **parameters):
    """A `Hidden` for each hidden layer, of one activation or of a list of them.

    A parameter, fixed or to be learned, goes to every activation of a list that has it; TypeError if none has.
    """
    learn = (learn,) if isinstance(learn, str) else tuple(learn)
    if not isinstance(activation, (list, tuple)):
        return [Hidden(activation, learn, dtype, **parameters) for _ in range(count)]
    if len(activation) != count:
        raise ValueError(f"{count} hidden layers need {count} activations, or one for all; got {len(activation)}")
    known = [set(getattr(entry, "parameters", ())) for entry in activation]
    for name in (*parameters, *learn):
        if not any(name in names for names in known):
            raise TypeError(f"no activation of the list has a parameter {name!r}")
    return [Hidden(entry, [name for name in learn if name in names], dtype,
                   **{name: value for name, value in parameters.items() if name in names})
            for entry, names in zip(activation, known, strict=True)]
