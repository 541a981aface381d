"""A derivation: a chain of expressions, each with its reason, that typesets itself and checks itself.

What counts is what holds on whole intervals: a kink, a jump or a removable singularity at a single point is neither
tested nor held against a step.
"""

from activations.derivation.chain import Derivation, Step, derive
from activations.derivation.verdict import DerivationError

__all__ = ["Derivation", "DerivationError", "Step", "derive"]
