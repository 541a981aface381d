"""Answers to the items of the graded sets: right ones that are written in another way, and wrong ones that are usual.

Each is the code of an answer cell. A wrong one has to lose the points of its item, whether by a visible test or by a
hidden one; among them are answers that are right only for x > 0, at whole numbers, or to three digits.
"""

RIGHT = {
    "0-first-steps": {
        "formula": ["wave = x / exp(x**2 / 2)", "wave = -diff(exp(-x**2 / 2), x)", "wave = x * exp(-0.5 * x**2)",
                    "wave = Symbol('x') * exp(-Symbol('x')**2 / 2)"],
        "top": ["top = 1 / sqrt(exp(1))", "top = 0.60653066", "top = np.float64(0.6065306597)"],
        "route": ["steps = [exp(-x**2/2) - x**2 * exp(-x**2/2), (1 - x) * (1 + x) * exp(-x**2/2)]",
                  "steps = [[exp(-x**2/2) - x**2 / exp(x**2/2), 'rules'], ((1 - x**2) / exp(x**2/2), 'out')]"],
        "layer": ["def layer(a, W, b):\n    return np.einsum('...i,ij->...j', a, W) + b",
                  "def layer(a, W, b):\n    return b + np.dot(a, W)"],
        "witness": ["witness = -0.5", "witness = Rational(-1, 3)", "witness = -1e-8"],
    },
    "1-why-an-activation": {
        "collapse": ["def collapse(W1, b1, W2, b2):\n    return [np.einsum('ij,jk->ik', W1, W2), b2 + W2.T @ b1]"],
        "xor": ["W, b, v, c = [[1, -1], [-1, 1]], [-1, -1], [1, 1], -1"],
        "sharpness": ["k = 45.9512", "k = -10 * log(Rational(1, 99))"],
        "perceptron": ["def learn(w, b, a, target, rate):\n    prediction = float(np.dot(a, w) + b >= 0)\n"
                       "    return w - rate * (prediction - target) * a, b - rate * (prediction - target)"],
        "bilinear": ["def slopes(u, A, v):\n    return np.dot(A, v), u[:, None] * v[None, :], A.T @ u"],
    },
    "2-sigmoids": {
        "square": ["slope = 2 * exp(-x) / (1 + exp(-x))**3", "slope = ((1 / (1 + exp(-x)))**2).diff(x)",
                   "slope = 2 * sigma(x)**2 - 2 * sigma(x)**3"],
        "loss": ["def loss(z, y):\n    return np.logaddexp(0, z).astype(np.asarray(z).dtype) - y * z",
                 "def loss(z, y):\n    z = np.asarray(z)\n    up, down = np.logaddexp(0 * z, -z), "
                 "np.logaddexp(0 * z, z)\n    return y * up + (1 - y) * down"],
        "hard": ["distance = 0.13320999"],
        "half": ["steps = [1 - 1 / (1 + exp(x)), Rational(1, 2) + tanh(x / 2) / 2]",
                 "steps = [(exp(x) / (exp(x) + 1), 'times exp'), (tanh(x / 2) / 2 + 0.5, 'known')]"],
        "gap": ["def gap(v):\n    return 2 / (1 + np.exp(2 * v))",
                "def gap(v):\n    from scipy.special import expit\n    return 2 * expit(-2 * v)"],
    },
    "3-gradients-through-depth": {
        "bound": ["factor = 3.796875", "factor = 243 / 64"],
        "chain": ["def deltas(slopes, weights, last):\n    n = len(slopes)\n"
                  "    return [last * np.prod(slopes[i:]) * np.prod(weights[i:]) for i in range(n)]"],
        "gain": ["gain = sqrt(3) / 3", "gain = 0.57735027"],
        "clip": ["def clip(gradients, limit):\n"
                 "    norm = np.linalg.norm(np.concatenate([g.ravel() for g in gradients]))\n"
                 "    return [g * (limit / max(norm, limit)) for g in gradients]"],
        "depth": ["steps_back = 18", "steps_back = 18.0"],
    },
    "4-rectifiers": {
        "halves": ["slope = 1 / (1 - Min(0, x))**2", "slope = Piecewise((1 / (1 - x)**2, x <= 0), (1, True))"],
        "joint": ["alpha = s * beta**-1"],
        "backward": ["def backward(z, alpha, upstream):\n    slope = alpha + (1 - alpha) * (z > 0)\n"
                     "    return slope * upstream, float((np.minimum(z, 0) * upstream).sum())"],
        "shifted": ["def shifted(v):\n    v = np.asarray(v)\n    found = np.maximum(v, 0) + "
                    "np.log1p(np.exp(-np.abs(v)))\n    return (found - v.dtype.type(np.log(2)))"],
        "mean": ["mean = 0.08331547", "mean = exp(-Rational(1, 2)) / sqrt(2 * pi) - (1 - erf(1 / sqrt(2))) / 2"],
    },
    "5-smooth-gates": {
        "double": ["slope = (x / (1 + exp(-x))**2).diff(x)", "slope = sigma(x)**2 * (1 + 2 * x - 2 * x * sigma(x))"],
        "inflection": ["place = sqrt(2) / 2", "place = 0.70710678"],
        "layer": ["def gated(a, W, V):\n    g = a @ W\n    return g / (1 + np.exp(-g)) * (a @ V)"],
        "tail": ["def sharp(v):\n    v = np.asarray(v)\n    return np.where(v == -np.inf, 0.0, "
                 "v * erfc(-np.sqrt(2) * v) / 2)",
                 "def sharp(v):\n    from activations import catalogue\n    return catalogue['gelu'].f(2 * v) / 2"],
        "count": ["width = Rational(8, 3) * d"],
    },
    "6-outputs": {
        "temperature": ["change = (1 / (1 + exp(-d / T))).diff(T)", "change = -d / (4 * T**2 * cosh(d / (2 * T))**2)"],
        "logs": ["def log_shares(z, axis=-1):\n    top = z.max(axis=axis, keepdims=True)\n"
                 "    return z - (top + np.log(np.exp(z - top).sum(axis=axis, keepdims=True)))"],
        "gradient": ["def score_gradient(z, labels):\n    from scipy.special import softmax\n"
                     "    return (softmax(z, axis=1) - np.eye(z.shape[1])[labels]) / len(labels)"],
        "sure": ["temperature = 0.43603849"],
        "two": ["steps = [1 - exp(z2) / (exp(z1) + exp(z2)), Rational(1, 2) + tanh((z1 - z2) / 2) / 2]",
                "steps = [1 / (1 + exp(z2) / exp(z1)), (1 / (1 + exp(z2 - z1)), 'difference')]"],
    },
    "7-in-practice": {
        "paired": ["def paired(ours, theirs):\n    d = [a - b for a, b in zip(ours, theirs)]\n"
                   "    return float(np.median(d)), sum(one > 0 for one in d)"],
        "rate": ["def chosen(validation, test):\n    m = lambda v: np.median([0 if q != q else q for q in v])\n"
                 "    best = sorted(validation, key=lambda q: m(validation[q]))[-1]\n    return best, m(test[best])"],
        "dead": ["def dead_share(outputs):\n    return 1 - np.mean((outputs > 0).any(axis=0))"],
        "flattery": ["flattering = (4 + r) / 5", "flattering = r + 0.8 * (1 - r)"],
        "check": ["def gradient_gap(f, df, points, h=1e-5):\n"
                  "    return float(np.abs((f(points + h) - f(points - h)) / 2 / h - df(points)).max())"],
    },
}

WRONG = {
    "0-first-steps": {
        "formula": ["wave = x * exp(-(x / 2)**2)", "wave = x * exp(x**2 / 2)", "wave = Abs(x) * exp(-x**2 / 2)",
                    "wave = x * exp(-x)**2 / 2", "wave = Piecewise((x * exp(-x**2 / 2), x > 0), (0, True))",
                    "wave = 'x * exp(-x**2 / 2)'", "wave = lambda x: x * np.exp(-x**2 / 2)"],
        "top": ["top = 1", "top = 0.607", "top = exp(-1)", "top = 0.6066"],
        "route": ["steps = [(1 - x**2) * exp(-x**2 / 2)]",
                  "steps = [exp(-x**2/2) + x**2 * exp(-x**2/2), (1 + x**2) * exp(-x**2/2)]",
                  "steps = [Derivative(x * exp(-x**2/2), x), (1 - x**2) * exp(-x**2/2)]",
                  "steps = [(1 - x**2) * exp(-x**2/2), (1 - x**2) * exp(-x**2/2)]",
                  "steps = [exp(-x**2/2) - x * Abs(x) * exp(-x**2/2), (1 - x * Abs(x)) * exp(-x**2/2)]",
                  "steps = [(1 - x**2) * exp(-x**2/2), exp(-x**2/2) - x**2 * exp(-x**2/2)]"],
        "layer": ["def layer(a, W, b):\n    return W @ a + b", "def layer(a, W, b):\n    return a @ W",
                  "def layer(a, W, b):\n    return a @ W - b", "def layer(a, W, b):\n    a @ W + b",
                  "def layer(a, W, b):\n    b += (a @ W)[0]\n    return b[None]",
                  "def layer(a, W, b):\n    return np.array([row @ W + b for row in a])"],
        "witness": ["witness = 2", "witness = 0", "witness = float('nan')", "witness = 0.25", "witness = 4"],
    },
    "1-why-an-activation": {
        "collapse": ["def collapse(W1, b1, W2, b2):\n    return W2 @ W1, b1 @ W2 + b2",
                     "def collapse(W1, b1, W2, b2):\n    return W1 @ W2, b1 + b2",
                     "def collapse(W1, b1, W2, b2):\n    return W1 @ W2, b2",
                     "def collapse(W1, b1, W2, b2):\n    return W1 @ W2, W2 @ b1 + b2"],
        "xor": ["W, b, v, c = np.eye(2), np.array([-0.5, -0.5]), np.array([1, 1]), -0.5",
                "W, b, v, c = np.ones((2, 2)), np.array([-1.5, -1.5]), np.array([1, 1]), -0.5",
                "W, b, v, c = np.ones((2, 1)), np.array([-0.5]), np.array([1]), -0.5",
                "W, b, v, c = np.array([[1, 0], [0, 0]]), np.array([-0.5, -0.5]), np.array([1, 1]), -0.5"],
        "sharpness": ["k = log(99)", "k = 10 * log(100)", "k = 46", "k = 45.95", "k = 100"],
        "perceptron": [
            "def learn(w, b, a, target, rate):\n    e = target - (w @ a + b > 0)\n"
            "    return w + rate * e * a, b + rate * e",
            "def learn(w, b, a, target, rate):\n    e = target - (w @ a + b >= 0)\n"
            "    w += rate * e * a\n    return w, b + rate * e",
            "def learn(w, b, a, target, rate):\n    e = (w @ a + b >= 0) - target\n"
            "    return w + rate * e * a, b + rate * e",
            "def learn(w, b, a, target, rate):\n    e = target - (w @ a + b)\n"
            "    return w + rate * e * a, b + rate * e",
            "def learn(w, b, a, target, rate):\n    e = target - (w @ a + b >= 0)\n    return w + rate * e * a, b"],
        "bilinear": ["def slopes(u, A, v):\n    return A.T @ v, np.outer(u, v), u @ A",
                     "def slopes(u, A, v):\n    return A @ v, np.outer(v, u).T * 2, u @ A",
                     "def slopes(u, A, v):\n    return A @ v, np.outer(u, v), A @ v * 0 + u @ A @ v",
                     "def slopes(u, A, v):\n    return A @ v, u[:, None] * np.ones_like(A), u @ A"],
    },
    "2-sigmoids": {
        "square": ["slope = 2 * sigma(x)", "slope = 2 * sigma(x) * (1 - sigma(x))",
                   "slope = sigma(x)**2 * (1 - sigma(x)**2) * 4 / 3",
                   "slope = Derivative(sigma(x)**2, x)",
                   "slope = 2 * exp(-Abs(x)) / (1 + exp(-Abs(x)))**3",
                   "slope = Rational(1, 4)"],
        "loss": ["def loss(z, y):\n    p = 1 / (1 + np.exp(-z))\n    return -y * np.log(p) - (1 - y) * np.log(1 - p)",
                 "def loss(z, y):\n    p = np.clip(1 / (1 + np.exp(-z)), 1e-7, 1 - 1e-7)\n"
                 "    return -y * np.log(p) - (1 - y) * np.log(1 - p)",
                 "def loss(z, y):\n    return np.mean(np.logaddexp(0, z) - y * z)",
                 "def loss(z, y):\n    return np.logaddexp(0, -z)",
                 "def loss(z, y):\n    return np.maximum(z, 0) - y * z + np.log1p(np.exp(-z))",
                 "def loss(z, y):\n    return np.logaddexp(0, np.where(np.asarray(y) > 0.5, -z, z))",
                 "def loss(z, y):\n    return np.float64(np.logaddexp(0, z) - y * z)"],
        "hard": ["distance = 1 / (1 + exp(4))", "distance = 0.133", "distance = -0.13320999", "distance = 0.0692",
                 "distance = 0.01798621"],
        "half": ["steps = [(1 + tanh(x / 2)) / 2]", "steps = [1 / (1 + exp(-x)), (1 + tanh(x)) / 2]",
                 "steps = [1 / (1 + exp(-x)), exp(x) / (1 + exp(x))]",
                 "steps = [1 / (1 + exp(-x)), (1 + tanh(Abs(x) / 2)) / 2]",
                 "steps = [(1 + tanh(x / 2)) / 2, (1 + tanh(x / 2)) / 2]",
                 "steps = [1 / (2 + exp(-x)), (1 + tanh(x / 2)) / 2]"],
        "gap": ["def gap(v):\n    return 1 - np.tanh(v)", "def gap(v):\n    return 2 * np.exp(-2 * v)",
                "def gap(v):\n    return np.where(v > 0, 2 * np.exp(-2 * v), 1 - np.tanh(v))",
                "def gap(v):\n    return 2 * np.exp(-v) / (np.exp(v) + np.exp(-v))",
                "def gap(v):\n    q = np.exp(-2 * np.abs(v))\n    return 2 * q / (1 + q)"],
    },
    "3-gradients-through-depth": {
        "bound": ["factor = 3**5", "factor = Rational(3**6, 2**6)", "factor = Rational(3**5, 4**6)", "factor = 3.80"],
        "chain": ["def deltas(slopes, weights, last):\n    return slopes * last",
                  "def deltas(slopes, weights, last):\n    n = len(slopes)\n"
                  "    return np.array([last * np.prod(slopes[i + 1:]) * np.prod(weights[i:]) for i in range(n)])",
                  "def deltas(slopes, weights, last):\n    n = len(slopes)\n"
                  "    return np.array([last * np.prod(slopes[i:]) * np.prod(weights[:n - 1 - i]) for i in range(n)])",
                  "def deltas(slopes, weights, last):\n    n = len(slopes)\n    all = [last * np.prod(slopes[i:]) "
                  "* np.prod(weights[i:]) for i in range(n)]\n    return np.array(all[::-1])",
                  "def deltas(slopes, weights, last):\n    total = last * np.prod(slopes) * np.prod(weights)\n"
                  "    back = np.append(1, np.cumprod(slopes[:-1] * weights))\n    return total / back"],
        "gain": ["gain = 1", "gain = Rational(1, 3)", "gain = sqrt(3)", "gain = 0.577"],
        "clip": ["def clip(gradients, limit):\n    return [g * min(1, limit / np.linalg.norm(g)) for g in gradients]",
                 "def clip(gradients, limit):\n    n = np.sqrt(sum((g**2).sum() for g in gradients))\n"
                 "    return [g * limit / n for g in gradients]",
                 "def clip(gradients, limit):\n    n = np.sqrt(sum((g**2).sum() for g in gradients))\n"
                 "    for g in gradients:\n        g *= min(1, limit / n) if n else 1\n    return gradients",
                 "def clip(gradients, limit):\n    return [np.clip(g, -limit, limit) for g in gradients]",
                 "def clip(gradients, limit):\n    n = np.sqrt(sum((g**2).sum() for g in gradients))\n"
                 "    return [g * np.minimum(limit, n) / n for g in gradients]"],
        "depth": ["steps_back = 17", "steps_back = 19", "steps_back = 17.7", "steps_back = 12"],
    },
    "4-rectifiers": {
        "halves": ["slope = 1 / (1 - x)**2", "slope = Piecewise((1, x > 0), (1 / (1 + x)**2, True))",
                   "slope = Piecewise((1, x > 0), (-1 / (1 - x)**2, True))",
                   "slope = Piecewise((x, x > 0), (1 / (1 - x)**2, True))", "slope = 1 + 0 * x",
                   "slope = Piecewise((1, x > 0), (1 / (1 - x)**2, x < 0), (0, True))",
                   "slope = 1 / (1 + Abs(x))**2"],
        "joint": ["alpha = beta / s", "alpha = s * beta", "alpha = 1 / beta", "alpha = s / beta**2"],
        "backward": ["def backward(z, alpha, upstream):\n    return np.where(z > 0, 1, alpha), np.minimum(z, 0).sum()",
                     "def backward(z, alpha, upstream):\n    return np.where(z > 0, 1, alpha) * upstream, "
                     "np.minimum(z, 0) * upstream",
                     "def backward(z, alpha, upstream):\n    return np.where(z > 0, 1, alpha) * upstream, "
                     "np.mean(np.minimum(z, 0) * upstream)",
                     "def backward(z, alpha, upstream):\n    return np.where(z > 0, 1, alpha) * upstream, "
                     "np.sum((z < 0) * upstream)",
                     "def backward(z, alpha, upstream):\n    return np.where(z >= 0, 1, alpha) * upstream, "
                     "np.sum(np.minimum(z, 0) * upstream)"],
        "shifted": ["def shifted(v):\n    return np.log((1 + np.exp(v)) / 2)",
                    "def shifted(v):\n    return np.logaddexp(0, v)",
                    "def shifted(v):\n    return np.logaddexp(0.0, v).astype(float) - np.log(2)",
                    "def shifted(v):\n    return np.where(v > 30, v, np.log1p(np.exp(v))) - np.log(2)",
                    "def shifted(v):\n    return np.nan_to_num(np.logaddexp(0, v)) - np.log(2)"],
        "mean": ["mean = exp(-Rational(1, 2)) / sqrt(2 * pi)", "mean = 1 / sqrt(2 * pi)", "mean = 0.0833", "mean = 0"],
    },
    "5-smooth-gates": {
        "double": ["slope = sigma(x)**2", "slope = 2 * x * sigma(x) * sigma(x) * (1 - sigma(x))",
                   "slope = sigma(x)**2 + 2 * x * sigma(x)", "slope = sigma(x)**2 + x * sigma(x) * (1 - sigma(x))",
                   "slope = sigma(x)**2 + 2 * Abs(x) * sigma(x)**2 * (1 - sigma(x))"],
        "inflection": ["place = sqrt(2)", "place = 2 * sqrt(2)", "place = 0.707", "place = -1 / sqrt(2)",
                       "place = 0.5"],
        "layer": ["def gated(a, W, V):\n    return expit(a @ W) * (a @ V)",
                  "def gated(a, W, V):\n    return (a @ W) * (a @ V) * expit(a @ V)",
                  "def gated(a, W, V):\n    g = a @ W\n    return g * np.exp(g) / (1 + np.exp(g)) * (a @ V)",
                  "def gated(a, W, V):\n    g = (a @ W).astype(float)\n    return g * expit(g) * (a @ V)",
                  "def gated(a, W, V):\n    g = a @ W\n    return np.maximum(g, 0) * (a @ V)"],
        "tail": ["def sharp(v):\n    return v * (1 + erf(np.sqrt(2) * v)) / 2", "def sharp(v):\n    return v * ndtr(v)",
                 "def sharp(v):\n    return v * ndtr(2 * v)",
                 "def sharp(v):\n    return np.nan_to_num(v * ndtr(2 * v), nan=0.0)",
                 "def sharp(v):\n    return np.where(v == -np.inf, 0, v * expit(3.404 * v))",
                 "def sharp(v):\n    return np.where(v > 0, v * (1 + erf(np.sqrt(2) * v)) / 2, -1e-30 * (v < 0))"],
        "count": ["width = 4 * d", "width = 2 * d", "width = 8 * d**2 / 3", "width = 2.667 * d"],
    },
    "6-outputs": {
        "temperature": ["p = 1 / (1 + exp(-d / T))\nchange = d / T**2 * p * (1 - p)",
                        "p = 1 / (1 + exp(-d / T))\nchange = -d / T * p * (1 - p)",
                        "p = 1 / (1 + exp(-d / T))\nchange = -d * p * (1 - p)",
                        "p = 1 / (1 + exp(-d / T))\nchange = -Abs(d) / T**2 * p * (1 - p)",
                        "p = 1 / (1 + exp(-d / T))\nchange = -d / T**2 * p"],
        "logs": ["def log_shares(z, axis=-1):\n    w = np.exp(z - z.max(axis=axis, keepdims=True))\n"
                 "    return np.log(w / w.sum(axis=axis, keepdims=True))",
                 "def log_shares(z, axis=-1):\n    return z - np.log(np.exp(z).sum(axis=axis, keepdims=True))",
                 "def log_shares(z, axis=-1):\n    s = z - z.max(axis=-1, keepdims=True)\n"
                 "    return s - np.log(np.exp(s).sum(axis=-1, keepdims=True))",
                 "def log_shares(z, axis=-1):\n    s = z - z.max()\n    return s - np.log(np.exp(s).sum())",
                 "def log_shares(z, axis=-1):\n    z = np.where(np.isinf(z), 0, z)\n    s = z - z.max(axis, "
                 "keepdims=True)\n    return s - np.log(np.exp(s).sum(axis, keepdims=True))",
                 "def log_shares(z, axis=-1):\n    z = np.asarray(z, float)\n    s = z - z.max(axis, "
                 "keepdims=True)\n    return s - np.log(np.exp(s).sum(axis, keepdims=True))"],
        "gradient": ["def score_gradient(z, labels):\n    p = np.exp(z) / np.exp(z).sum(1, keepdims=True)\n"
                     "    return (p - np.eye(z.shape[1])[labels]) / len(z)",
                     "def score_gradient(z, labels):\n    p = np.exp(z - z.max(1, keepdims=True))\n"
                     "    p /= p.sum(1, keepdims=True)\n    return p - np.eye(z.shape[1])[labels]",
                     "def score_gradient(z, labels):\n    p = np.exp(z - z.max(1, keepdims=True))\n"
                     "    p /= p.sum(1, keepdims=True)\n    return (np.eye(z.shape[1])[labels] - p) / len(z)",
                     "def score_gradient(z, labels):\n    p = np.exp(z - z.max(1, keepdims=True))\n"
                     "    p /= p.sum(1, keepdims=True)\n    return (p - np.eye(z.shape[1])[labels]) / z.size",
                     "def score_gradient(z, labels):\n    z -= z.max(1, keepdims=True)\n    p = np.exp(z)\n"
                     "    p /= p.sum(1, keepdims=True)\n    return (p - np.eye(z.shape[1])[labels]) / len(z)"],
        "sure": ["temperature = 1 / log(9)", "temperature = 0.436", "temperature = -log((sqrt(1 + Rational(4, 9)) - 1) "
                 "/ 2)", "temperature = 0.9"],
        "two": ["steps = [1 / (1 + exp(z2 - z1))]",
                "steps = [1 / (1 + exp(z2) / exp(z1)), 1 / (1 + exp(z1 - z2))]",
                "steps = [1 / (1 + exp(z2) * exp(-z1)), 1 - exp(z2) / (exp(z1) + exp(z2))]",
                "steps = [1 / (1 + exp(z2) / exp(z1)), 1 / (1 + exp(-Abs(z1 - z2)))]",
                "steps = [exp(z1) / (1 + exp(z2)), 1 / (1 + exp(z2 - z1))]"],
    },
    "7-in-practice": {
        "paired": ["def paired(a, b):\n    return np.median(a) - np.median(b), int(np.sum(np.subtract(a, b) > 0))",
                   "def paired(a, b):\n    a, b = np.sort(a), np.sort(b)\n"
                   "    return np.median(a - b), int(np.sum(a > b))",
                   "def paired(a, b):\n    return np.mean(np.subtract(a, b)), int(np.sum(np.subtract(a, b) > 0))",
                   "def paired(a, b):\n    return np.median(np.subtract(a, b)), int(np.sum(np.subtract(a, b) >= 0))",
                   "def paired(a, b):\n    return np.median(np.subtract(b, a)), int(np.sum(np.subtract(b, a) > 0))"],
        "rate": ["def chosen(validation, test):\n    m = lambda v: np.median(np.nan_to_num(v))\n"
                 "    best = max(test, key=lambda q: m(test[q]))\n    return best, m(test[best])",
                 "def chosen(validation, test):\n    m = lambda v: np.nanmedian(v)\n"
                 "    best = max(validation, key=lambda q: m(validation[q]))\n    return best, m(test[best])",
                 "def chosen(validation, test):\n    m = lambda v: np.mean(np.nan_to_num(v))\n"
                 "    best = max(validation, key=lambda q: m(validation[q]))\n    return best, m(test[best])",
                 "def chosen(validation, test):\n    m = lambda v: np.max(np.nan_to_num(v))\n"
                 "    best = max(validation, key=lambda q: m(validation[q]))\n    return best, np.median(test[best])",
                 "def chosen(validation, test):\n    m = lambda v: np.median(np.nan_to_num(v))\n"
                 "    best = max(validation, key=lambda q: m(validation[q]))\n    return best, m(validation[best])",
                 "def chosen(validation, test):\n    m = lambda v: np.median(v)\n"
                 "    best = max(validation, key=lambda q: m(validation[q]))\n    return best, m(test[best])"],
        "dead": ["def dead_share(outputs):\n    return np.mean(outputs == 0)",
                 "def dead_share(outputs):\n    return np.mean(np.all(outputs == 0, axis=1))",
                 "def dead_share(outputs):\n    return np.sum(np.all(outputs == 0, axis=0))",
                 "def dead_share(outputs):\n    return np.mean(np.any(outputs == 0, axis=0))",
                 "def dead_share(outputs):\n    return np.mean(np.all(np.round(outputs, 3) == 0, axis=0))"],
        "flattery": ["flattering = r", "flattering = 1 - (1 - r) / 10", "flattering = (9 + r) / 10",
                     "flattering = 0.9 + 0 * r"],
        "check": ["def gradient_gap(f, df, points, h=1e-5):\n    return np.max(np.abs(df(points) - (f(points + h) - "
                  "f(points)) / h))",
                  "def gradient_gap(f, df, points, h=1e-5):\n    return np.max(df(points) - (f(points + h) - "
                  "f(points - h)) / (2 * h))",
                  "def gradient_gap(f, df, points, h=1e-5):\n    return np.mean(np.abs(df(points) - (f(points + h) - "
                  "f(points - h)) / (2 * h)))",
                  "def gradient_gap(f, df, points, h=1e-5):\n    return np.nanmax(np.abs(df(points) - (f(points + h) - "
                  "f(points - h)) / (2 * h)))",
                  "def gradient_gap(f, df, points, h=1e-5):\n    return np.max(np.abs(df(points) - (f(points + 1e-5) - "
                  "f(points - 1e-5)) / 2e-5))"],
    },
}  # fmt: skip
