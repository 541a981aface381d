// What a tree looks like over an interval: where it breaks or bends, and the points to draw it through.

// The kinks and jumps between low and high: [{x, value, left, right, jump}]. The outcome of every comparison is noted at
// many points; between two points where it differs the interval is halved until the floats are next to each other.
const kinksOf = (tree, letters, low, high, steps = 600) => {
  const pattern = (x) => {
    const seen = [];
    evaluate(tree, at(x, letters, 1, seen));
    return seen.join();
  };
  const found = [];
  const place = (i) => low + ((high - low) * i) / steps;
  for (let i = 1, before = pattern(low); i <= steps && found.length < 60; i++) {
    let left = place(i - 1);
    const right = place(i), after = pattern(right);
    for (let tries = 0; before !== after && tries < 4; tries++) {
      let a = left, b = right;
      for (let k = 0; k < 80 && b - a > 0; k++) {
        const middle = a + (b - a) / 2;
        if (middle === a || middle === b) break;
        if (pattern(middle) === before) a = middle; else b = middle;
      }
      const kink = kinkBetween(tree, letters, a, b);
      if (kink) found.push(kink);
      left = b;
      before = pattern(b);
    }
    before = after;
  }
  return found;
};

const kinkBetween = (tree, letters, a, b) => {
  const round = Number(b.toPrecision(12));
  for (const x of [round, b, a]) {
    if (Math.abs(x - b) > 1e-11 * Math.max(1, Math.abs(b))) continue;
    const one = look(tree, x, letters);
    if (one.kink) return { x, ...one };
  }
  const left = evaluate(tree, at(a, letters, -1)), right = evaluate(tree, at(b, letters, 1));
  const apart = (p, q) => Math.abs(p - q) > 1e-9 * Math.max(1, Math.abs(p), Math.abs(q));
  const jump = apart(left.v, right.v);
  return jump || apart(left.d, right.d) ? { x: b, value: right.v, left, right, jump, kink: true, near: false } : null;
};

// Lines through f and through its slope: each a list of pieces, a piece a list of [x, y], parted where they jump.
const linesOf = (tree, letters, low, high, kinks, steps = 480) => {
  const value = [[]], slope = [[]];
  const put = (pieces, x, y) => {
    if (isFinite(y)) pieces.at(-1).push([x, y]);
    else if (pieces.at(-1).length) pieces.push([]);
  };
  const both = (x, { v, d }) => { put(value, x, v); put(slope, x, d); };
  let next = 0;
  for (let i = 0; i <= steps; i++) {
    const x = low + ((high - low) * i) / steps;
    for (; next < kinks.length && kinks[next].x <= x; next++) {
      const kink = kinks[next];
      both(kink.x, kink.left);
      if (kink.jump) value.push([]);
      slope.push([]);
      both(kink.x, kink.right);
    }
    if (next && kinks[next - 1].x === x) continue;
    both(x, evaluate(tree, at(x, letters, i ? -1 : 1)));
  }
  return { value: poles(value, (x) => evaluate(tree, at(x, letters, 1)).v),
           slope: poles(slope, (x) => evaluate(tree, at(x, letters, 1)).d) };
};

// A step between two points is a pole if halving it forty times leaves more than half of it.
const poles = (pieces, f) => pieces.flatMap((piece) => {
  const parts = [[]];
  piece.forEach(([x, y], i) => {
    if (i) {
      const [x0, y0] = piece[i - 1], size = Math.abs(y - y0);
      const neighbours = Math.max(i > 1 ? Math.abs(y0 - piece[i - 2][1]) : 0, 1e-9);
      if (size > 1 && size > 3 * neighbours && Math.sign(y) !== Math.sign(y0) && breaks(f, x0, x, y0, y)) parts.push([]);
    }
    parts.at(-1).push([x, y]);
  });
  return parts;
}).filter((piece) => piece.length > 1);

const breaks = (f, x0, x1, y0, y1) => {
  const size = Math.abs(y1 - y0);
  for (let k = 0; k < 40; k++) {
    const x = x0 + (x1 - x0) * 0.4871, y = f(x);
    if (!isFinite(y)) return true;
    if (Math.abs(y - y0) <= Math.abs(y1 - y)) { x0 = x; y0 = y; } else { x1 = x; y1 = y; }
  }
  return Math.abs(y1 - y0) > size / 2;
};

// From where to where y is shown: all that is drawn, but no more than the width of the view in either direction.
const heightOf = (lines, low, high) => {
  const most = 1.25 * Math.max(Math.abs(low), Math.abs(high));
  const ys = lines.flat(2).map(([, y]) => y);
  let bottom = ys.reduce((a, b) => Math.min(a, b), Infinity), top = ys.reduce((a, b) => Math.max(a, b), -Infinity);
  if (bottom > top) return [-1, 1];
  if (bottom < most && top > -most) [bottom, top] = [Math.max(bottom, -most), Math.min(top, most)];
  if (top - bottom < 1e-9 * Math.max(1, Math.abs(top))) [bottom, top] = [bottom - 1, top + 1];
  const room = 0.06 * (top - bottom);
  return [bottom - room, top + room];
};
