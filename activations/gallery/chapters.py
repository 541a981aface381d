"""Which chapter teaches which functions; tests/test_chapters.py holds each chapter to it."""

TAUGHT = {
    "02-step": "step signum",
    "03-identity-and-linear": "identity",
    "04-sigmoid": "sigmoid logsigmoid hardsigmoid hardsigmoid_keras2 hardsigmoid_binaryconnect",
    "05-tanh": "tanh hardtanh lecun_tanh tanhshrink",
    "06-gentle-squashers": "softsign arctan symmetrical_sigmoid log_log bent_identity "
                           "gaussian absolute sinusoid cosine sinc",
    "09-relu": "relu relu6",
    "10-leaky-family": "leaky_relu prelu rrelu srelu threshold hardshrink softshrink",
    "11-elu-and-celu": "elu celu",
    "12-selu": "selu",
    "13-softplus": "softplus squareplus",
    "14-swish-and-silu": "silu swish hardswish",
    "15-mish": "mish",
    "16-gelu": "gelu gelu_tanh quick_gelu",
    "17-gated-linear-units": "glu reglu geglu swiglu squared_relu",
    "18-softmax": "softmax softmin log_softmax",
}


def chapter_of(name):
    """The file name, without its ending, of the chapter that teaches a function; None where no chapter does."""
    return next((chapter for chapter, names in TAUGHT.items() if name in names.split()), None)
