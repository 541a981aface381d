// A tree -> its value and its slope at a point, by dual numbers: {v: value, d: derivative along x}.
//
//   evaluate(tree, at(0.5, {k: 2}))           ->  {v: ..., d: ...}
//   look(tree, 0, {}, 12)                     ->  value, and the slopes on both sides, at one x
//
// Every rule gives its part of the chain rule, so the slope is exact up to rounding: nothing is a difference quotient.
// A comparison of two equal numbers is decided by where they go next: `side` says which side of x is meant, +1 or -1,
// and 0 is x itself. So a kink has two slopes, each of them exact.

// --- Functions of one number: value and slope ----------------------------------------------------------------------

const TWO_OVER_ROOT_PI = 2 / Math.sqrt(Math.PI), ROOT_HALF = Math.SQRT1_2;
const normalDensity = (u) => Math.exp((-u * u) / 2) / Math.sqrt(2 * Math.PI);
const complementaryErf = (u) => scaled_erfc(u, Math.exp(-u * u));

const ELEMENTARY = {
  exp: (u) => { const e = Math.exp(u); return [e, e]; },
  expm1: (u) => [Math.expm1(u), Math.exp(u)],
  log: (u) => [Math.log(u), 1 / u],
  log2: (u) => [Math.log2(u), 1 / u / Math.LN2],
  log10: (u) => [Math.log10(u), 1 / u / Math.LN10],
  log1p: (u) => [Math.log1p(u), 1 / (1 + u)],
  sqrt: (u) => { const r = Math.sqrt(u); return [r, 1 / (2 * r)]; },
  cbrt: (u) => { const r = Math.cbrt(u); return [r, 1 / (3 * r * r)]; },
  sin: (u) => [Math.sin(u), Math.cos(u)],
  cos: (u) => [Math.cos(u), -Math.sin(u)],
  tan: (u) => { const c = Math.cos(u); return [Math.tan(u), 1 / (c * c)]; },
  asin: (u) => [Math.asin(u), 1 / Math.sqrt((1 - u) * (1 + u))],
  acos: (u) => [Math.acos(u), -1 / Math.sqrt((1 - u) * (1 + u))],
  arctan: (u) => [Math.atan(u), 1 / (1 + u * u)],
  sinh: (u) => [Math.sinh(u), Math.cosh(u)],
  cosh: (u) => [Math.cosh(u), Math.sinh(u)],
  tanh: (u) => { const c = Math.cosh(u); return [Math.tanh(u), 1 / c / c]; },
  sech: (u) => { const s = 1 / Math.cosh(u); return [s, -s * Math.tanh(u)]; },
  asinh: (u) => [Math.asinh(u), 1 / Math.hypot(1, u)],
  acosh: (u) => [Math.acosh(u), 1 / Math.sqrt((u - 1) * (u + 1))],
  atanh: (u) => [Math.atanh(u), 1 / ((1 - u) * (1 + u))],
  erf: (u) => [erf(u), TWO_OVER_ROOT_PI * Math.exp(-u * u)],
  erfc: (u) => [complementaryErf(u), -TWO_OVER_ROOT_PI * Math.exp(-u * u)],
  Phi: (u) => [complementaryErf(-u * ROOT_HALF) / 2, normalDensity(u)],
  phi: (u) => { const p = normalDensity(u); return [p, -u * p]; },
};

// --- A point of the line, and what the letters are there -----------------------------------------------------------

// The point x with the letters' values; `seen` gathers every comparison, and `tied` whether one met equal numbers.
const at = (x, letters, side = 0, seen = []) => {
  const point = { side, seen, tied: false };
  point.get = (name) => (name === "x" ? { v: x, d: 1 } : { v: Object.hasOwn(letters, name) ? letters[name] : NaN, d: 0 });
  let beside = null; // it knows what it was asked before: every level of a nest asks for all that is below it
  point.beside = () => (beside ??= Object.assign(at(x + side * 2 ** -12 * Math.max(1, Math.abs(x)), letters), { known: new Map() }));
  return point;
};

// The inside of a function of the catalogue: its parameters stand for the arguments.
const insideOf = (entry, node, point) => {
  const given = (entry.any ? node.args : entry.parameters).map((_, i) => argument(entry, node, i, point));
  const inner = { side: point.side, seen: point.seen, tied: false, given };
  inner.get = (name) => given[entry.parameters.indexOf(name)];
  inner.beside = () => insideOf(entry, node, point.beside());
  return inner;
};
const argument = (entry, node, i, point) => {
  const one = node.args[i];
  return one && one.kind !== "default" ? evaluate(one, point) : { v: entry.defaults[i], d: 0 };
};

// --- Comparing, on one side of x -----------------------------------------------------------------------------------

// The sign of left - right: 1, 0, -1, or NaN where one of them is no number.
const compare = (left, right, point) =>
  orderOf([left, evaluate(left, point)], [right, evaluate(right, point)], point);
// The same of two nodes with what they are at the point: whoever needs that too computes it once, or a nest of them
// would double the work with every level.
const orderOf = ([left, a], [right, b], point) => {
  let order = a.v === b.v ? 0 : Math.sign(a.v - b.v);
  if (order === 0) {
    if (left.moves || right.moves) point.tied = true;
    if (point.side !== 0) {
      order = point.side * Math.sign(a.d - b.d);
      if (order === 0 && (left.moves || right.moves)) {
        const beside = point.beside();
        order = Math.sign(evaluate(left, beside).v - evaluate(right, beside).v);
      }
    }
  }
  point.seen.push(order);
  return order;
};

const HOLDS = {
  "<": (order) => order < 0, "<=": (order) => order <= 0, ">": (order) => order > 0, ">=": (order) => order >= 0,
  "==": (order) => order === 0, "!=": (order) => order !== 0,
};
// true, false, or null where a number is missing.
const truth = (node, point) => {
  if (node.kind === "group") return truth(node.of, point);
  if (node.kind === "not") {
    const of = truth(node.of, point);
    return of === null ? null : !of;
  }
  if (node.kind === "compare") {
    const order = compare(node.left, node.right, point);
    return order !== order ? null : HOLDS[node.sign](order);
  }
  const left = truth(node.left, point), right = truth(node.right, point);
  if (left === null || right === null) return null;
  return node.kind === "both" ? left && right : left || right;
};

// --- Rules ---------------------------------------------------------------------------------------------------------

const NOTHING = { v: NaN, d: NaN };
const ZERO = { kind: "number", moves: false, value: 0 };
const asNumber = (node, point) => {
  const holds = truth(node, point);
  return holds === null ? NOTHING : { v: holds ? 1 : 0, d: 0 };
};

const RULES = {
  number: (node) => ({ v: node.value, d: 0 }),
  constant: (node) => ({ v: node.name === "e" ? Math.E : Math.PI, d: 0 }),
  variable: (node, point) => point.get("x"),
  letter: (node, point) => point.get(node.name),
  group: (node, point) => evaluate(node.of, point),
  minus: (node, point) => {
    const u = evaluate(node.of, point);
    return { v: -u.v, d: -u.d };
  },
  sum: (node, point) => {
    const a = evaluate(node.left, point), b = evaluate(node.right, point);
    return node.sign === "+" ? { v: a.v + b.v, d: a.d + b.d } : { v: a.v - b.v, d: a.d - b.d };
  },
  times: (node, point) => {
    const a = evaluate(node.left, point), b = evaluate(node.right, point);
    const along = (node.left.moves ? a.d * b.v : 0) + (node.right.moves ? a.v * b.d : 0);
    return { v: a.v * b.v, d: along };
  },
  over: (node, point) => {
    const a = evaluate(node.left, point), b = evaluate(node.right, point), v = a.v / b.v;
    return { v, d: node.right.moves ? (a.d - v * b.d) / b.v : a.d / b.v };
  },
  power: ({ base, exponent }, point) => {
    const a = evaluate(base, point), b = evaluate(exponent, point), v = a.v ** b.v;
    if (!exponent.moves) return { v, d: b.v === 0 ? 0 : b.v * a.v ** (b.v - 1) * a.d };
    const onExponent = base.kind === "constant" && base.name === "e" ? v : v * Math.log(a.v);
    return { v, d: b.d * onExponent + (base.moves ? b.v * a.v ** (b.v - 1) * a.d : 0) };
  },
  compare: asNumber,
  both: asNumber,
  either: asNumber,
  not: asNumber,
  choose: ({ condition, yes, no }, point) => {
    const holds = truth(condition, point);
    return holds === null ? NOTHING : evaluate(holds ? yes : no, point);
  },
  call: (node, point) => {
    const { name, args } = node;
    if (Object.hasOwn(CHOICES, name)) return CHOICES[name](args, point);
    if (CATALOGUE.has(name)) return ofCatalogue(CATALOGUE.get(name), node, point);
    const u = evaluate(args[0], point), [v, slope] = ELEMENTARY[name](u.v);
    return { v, d: slope * u.d };
  },
};

// The functions that choose between their arguments.
const withValue = (node, point) => [node, evaluate(node, point)];
const chosen = (sign, first, others, point) => others.reduce((best, node) => {
  const one = withValue(node, point), order = orderOf(best, one, point);
  return order !== order ? [{ kind: "number", moves: true, value: NaN }, { v: NaN, d: 0 }] : order * sign >= 0 ? best : one;
}, first);
const CHOICES = {
  max: ([one, ...others], point) => chosen(1, withValue(one, point), others, point)[1],
  min: ([one, ...others], point) => chosen(-1, withValue(one, point), others, point)[1],
  clip: ([u, low, high], point) => chosen(-1, chosen(1, withValue(u, point), [low], point), [high], point)[1],
  abs: ([of], point) => {
    const u = evaluate(of, point), order = orderOf([of, u], withValue(ZERO, point), point);
    return order < 0 ? { v: -u.v, d: -u.d } : order > 0 ? u : { v: Math.abs(u.v), d: order * u.d };
  },
  where: ([condition, yes, no], point) => RULES.choose({ condition, yes, no }, point),
};

// A function of the catalogue: the first of its pieces whose condition holds, compiled from SymPy with all its slopes.
const ofCatalogue = (entry, node, point) => {
  const pieces = entry.pieces(node.args.length), inner = insideOf(entry, node, point);
  for (const { when, code } of pieces) {
    const holds = when === null || truth(when, inner);
    if (holds === null) return NOTHING;
    if (!holds) continue;
    point.tied ||= inner.tied;
    const { given } = inner, [v, ...slopes] = code(...given.map((one) => one.v));
    return { v, d: given.reduce((total, one, i) => (moves(node, i) ? total + slopes[i] * one.d : total), 0) };
  }
  return NOTHING;
};
const moves = (node, i) => Boolean(node.args[i] && node.args[i].moves);

const evaluate = (node, point) => {
  const before = point.known && point.known.get(node);
  if (before) return before;
  let u = RULES[node.kind](node, point);
  if (!node.moves && u.d !== 0) u = { v: u.v, d: 0 };
  if (point.known) point.known.set(node, u);
  return u;
};

// --- What is seen at one x -----------------------------------------------------------------------------------------

// The value at x, and on each side the limit of the value and of the slope: {value, left, right, kink, jump, near}.
// Where a rule meets 0·∞, as the root of x² at 0 does, the slope is taken beside x, and `near` says so.
const look = (tree, x, letters) => {
  const point = at(x, letters), value = evaluate(tree, point);
  if (!point.tied && value.d === value.d) return { value: value.v, left: value, right: value, kink: false, jump: false };
  let near = false;
  const [left, right] = [-1, 1].map((side) => {
    const one = evaluate(tree, at(x, letters, side));
    if (one.d === one.d || value.v !== value.v) return one;
    near = true;
    return { v: one.v, d: evaluate(tree, at(x + side * 2 ** -26 * Math.max(1, Math.abs(x)), letters)).d };
  });
  const jump = left.v !== right.v || left.v !== value.v;
  return { value: value.v, left, right, near, jump, kink: jump || left.d !== right.d };
};
