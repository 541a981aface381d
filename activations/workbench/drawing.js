// Curves and bars as SVG, drawn in the pixels of the page, so that the letters keep their size on a phone.

const draw = (name, attributes = {}, ...children) => {
  const one = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) one.setAttribute(key, value);
  one.append(...children);
  return one;
};

// --- Numbers in words ----------------------------------------------------------------------------------------------

const minus = (text) => text.replaceAll("-", "\u2212");
const reading = (value, digits = 6) => {
  if (value !== value) return "undefined";
  if (!isFinite(value)) return value > 0 ? "∞" : "−∞";
  const size = Math.abs(value);
  if (size && (size < 1e-4 || size >= 1e6)) return minus(value.toExponential(digits - 1).replace(/\.?0*e\+?/, "e"));
  return minus(String(Number(value.toPrecision(digits))));
};

const pixel = (value) => Math.round(Math.max(-9999, Math.min(9999, value)) * 100) / 100;

// Round numbers between low and high, about `count` of them.
const ticksOf = (low, high, count) => {
  const rough = (high - low) / count, unit = 10 ** Math.floor(Math.log10(rough));
  const step = unit * [1, 2, 5, 10].find((one) => one * unit >= rough);
  const ticks = [];
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high + 1e-9 * step && ticks.length < 40; i++)
    ticks.push(Number((i * step).toPrecision(12)));
  return ticks;
};

const sizeOf = (svg, ratio, least, most) => {
  const width = Math.max(120, Math.round(svg.parentNode.clientWidth));
  const height = Math.round(Math.max(least, Math.min(most, ratio * width)));
  svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
  svg.style.aspectRatio = `${width} / ${height}`;
  return { width, height };
};

// --- Curves --------------------------------------------------------------------------------------------------------

// view: {low, high, bottom, top, lines: [{name, pieces}], dots: [[x, y]], probe: {x, y, slopes: [[direction, slope]]}}
const drawCurves = (svg, view) => {
  const { width, height } = sizeOf(svg, 0.56, 240, 400);
  const left = 44, right = width - 10, top = 8, bottom = height - 24;
  const across = (x) => pixel(left + ((x - view.low) / (view.high - view.low)) * (right - left));
  const down = (y) => pixel(bottom - ((y - view.bottom) / (view.top - view.bottom)) * (bottom - top));
  const parts = [draw("clipPath", { id: "bench-window" },
    draw("rect", { x: left, y: top, width: right - left, height: bottom - top }))];
  for (const x of ticksOf(view.low, view.high, Math.max(4, width / 90))) {
    parts.push(draw("line", { class: x === 0 ? "axis" : "grid", x1: across(x), x2: across(x), y1: top, y2: bottom }));
    parts.push(draw("text", { x: across(x), y: height - 8, "text-anchor": "middle" }, minus(String(x))));
  }
  for (const y of ticksOf(view.bottom, view.top, 5)) {
    parts.push(draw("line", { class: y === 0 ? "axis" : "grid", x1: left, x2: right, y1: down(y), y2: down(y) }));
    parts.push(draw("text", { x: left - 6, y: down(y) + 4, "text-anchor": "end" }, reading(y, 3)));
  }
  const inside = draw("g", { "clip-path": "url(#bench-window)" });
  for (const { name, pieces } of view.lines) {
    const d = pieces.map((piece) => piece.map(([x, y], i) => `${i ? "L" : "M"}${across(x)} ${down(y)}`).join("")).join("");
    inside.append(draw("path", { class: `line ${name}`, d }));
  }
  for (const [x, y] of view.dots) inside.append(draw("circle", { class: "dot", cx: across(x), cy: down(y), r: 3 }));
  const { x, y, slopes } = view.probe;
  const scale = (bottom - top) / (view.top - view.bottom) / ((right - left) / (view.high - view.low));
  for (const [sides, slope] of isFinite(y) ? slopes : []) {
    if (!isFinite(slope)) continue;
    const part = 70 / Math.hypot(1, slope * scale);
    const ends = sides.map((side) => [across(x) + side * part, down(y) - side * part * slope * scale].map(pixel).join(" "));
    inside.append(draw("path", { class: "line tangent", d: `M${ends[0]}L${ends[1]}` }));
  }
  if (isFinite(y)) inside.append(draw("circle", { class: "probe", cx: across(x), cy: down(y), r: 5 }));
  svg.replaceChildren(...parts, inside);
};

// --- Bars by layer -------------------------------------------------------------------------------------------------

const drawBars = (svg, values, { log }) => {
  const { width, height } = sizeOf(svg, 0.62, 150, 190);
  const left = 44, right = width - 4, top = 10, bottom = height - 22;
  const shown = values.map((value) => (log ? (value > 0 && isFinite(value) ? Math.log10(value) : NaN) : value));
  const finite = shown.filter(isFinite);
  let low = Math.min(0, ...finite), high = Math.max(0, ...finite);
  if (log) [low, high] = [Math.floor(low - 1e-9), Math.ceil(high + 1e-9)];
  if (high - low < 1e-12) [low, high] = log ? [-1, 1] : [low - 1, high + 1];
  const down = (y) => pixel(bottom - ((y - low) / (high - low)) * (bottom - top));
  const label = (y) => (log ? (Math.abs(y) <= 2 ? reading(10 ** y) : `1e${minus(String(y))}`) : reading(y, 3));
  const ticks = ticksOf(low, high, 4).filter((y) => !log || Number.isInteger(y));
  const parts = ticks.flatMap((y) => [
    draw("line", { class: y === 0 ? "axis" : "grid", x1: left, x2: right, y1: down(y), y2: down(y) }),
    draw("text", { x: left - 6, y: down(y) + 4, "text-anchor": "end" }, label(y)),
  ]);
  const room = (right - left) / LAYERS;
  for (let i = 0; i < LAYERS; i++) {
    const x = left + i * room, y = shown[i];
    if (isFinite(y)) {
      const ends = [down(y), down(0)].sort((a, b) => a - b), size = Math.max(1.5, ends[1] - ends[0]);
      parts.push(draw("rect", { class: y < 0 ? "bar below" : "bar", x: pixel(x + 0.16 * room), y: ends[0],
        width: pixel(0.68 * room), height: pixel(size) }));
    }
    parts.push(draw("text", { x: pixel(x + room / 2), y: height - 7, "text-anchor": "middle" }, String(i + 1)));
  }
  svg.replaceChildren(...parts);
};
