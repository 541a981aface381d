// Ten layers of f, as wide as one likes: the weights are normal with variance g²/n, there is no bias, and the first layer
// receives standard normal numbers. Then what layer l receives is normal with mean 0 and a variance q that follows
//
//   q(1) = 1,   q(l + 1) = g² E[f(√q Z)²],   and the gradient's variance is multiplied by g² E[f′(√q Z)²] on its way back.
//
// The expectations are integrals, by Gauss–Legendre on pieces that end at every kink: nothing is drawn at random.

const LAYERS = 10;

// Nodes and weights on (-1, 1), by Newton's method on the Legendre polynomial.
const legendre = (n) => {
  const nodes = [];
  for (let i = 0; i < n; i++) {
    let x = Math.cos((Math.PI * (i + 0.75)) / (n + 0.5)), slope = 1;
    for (let k = 0; k < 20; k++) {
      let p = 1, before = 0;
      for (let j = 1; j <= n; j++) [p, before] = [((2 * j - 1) * x * p - (j - 1) * before) / j, p];
      slope = (n * (x * p - before)) / (x * x - 1);
      x -= p / slope;
    }
    nodes.push([x, 2 / ((1 - x * x) * slope * slope)]);
  }
  return nodes;
};
const RULE = legendre(10), FAR = 12;

// Where the pieces end, in units of √q: every half, finer towards 0 (where f varies), and at the kinks.
const edges = (spread, kinks) => {
  const cuts = [0];
  for (let u = 0.5; u <= FAR; u += 0.5) cuts.push(u, -u);
  for (let u = 0.25; u * spread > 0.25 && cuts.length < 120; u /= 2) cuts.push(u, -u);
  for (const kink of kinks) if (Math.abs(kink / spread) < FAR) cuts.push(kink / spread);
  return [...new Set(cuts)].sort((a, b) => a - b);
};

// E[f], E[f²] and E[f′²] for a normal number of mean 0 and standard deviation `spread`.
const moments = (tree, letters, spread, kinks) => {
  if (spread === 0) {
    const { value, right } = look(tree, 0, letters);
    return { mean: value, square: value * value, slope: right.d * right.d };
  }
  const cuts = edges(spread, kinks);
  let mean = 0, square = 0, slope = 0;
  for (let i = 1; i < cuts.length; i++) {
    const half = (cuts[i] - cuts[i - 1]) / 2, middle = (cuts[i] + cuts[i - 1]) / 2;
    for (const [node, weight] of RULE) {
      const u = middle + half * node, density = weight * half * normalDensity(u);
      const { v, d } = evaluate(tree, at(spread * u, letters, 1));
      mean += density * v;
      square += density * v * v;
      slope += density * d * d;
    }
  }
  return { mean, square, slope };
};

// The factor on the weights that keeps E[f(Z)²] = 1, or NaN where there is none.
const gainOf = (tree, letters, kinks) => {
  const gain = 1 / Math.sqrt(moments(tree, letters, 1, kinks).square);
  return isFinite(gain) && gain > 0 ? gain : NaN;
};

// For each layer the mean and variance of f(z), and the size of the gradient there if 1 arrives behind the last.
const tenLayers = (tree, letters, gain, kinks) => {
  const layers = [];
  for (let l = 0, spread = 1; l < LAYERS; l++) {
    const { mean, square, slope } = moments(tree, letters, spread, kinks);
    layers.push({ mean, variance: Math.max(0, square - mean * mean), slope: Math.sqrt(slope) });
    spread = gain * Math.sqrt(square);
    if (!isFinite(spread)) break;
  }
  for (let l = layers.length - 1, size = 1; l >= 0; l--) {
    size *= layers[l].slope * (l < LAYERS - 1 ? gain : 1);
    layers[l].gradient = layers.length === LAYERS ? size : NaN;
  }
  return layers;
};
