// What is on the bench as a part of an address, and back: #f=x*atan(k*x)&let=k:1.5&x0=-1&vs=gelu&view=-6,6&gain=1.4
// An address may be anything: what cannot be used is left out.

const START = { formula: "x*atan(k*x)", letters: {}, probe: 1, other: "", low: -6, high: 6, gain: "own" };
const WIDEST = 1000;

const addressOf = (state) => {
  const parts = [`f=${encodeURIComponent(state.formula)}`];
  const given = Object.entries(state.letters).filter(([, value]) => value !== 1);
  if (given.length) parts.push(`let=${given.map(([name, value]) => `${name}:${value}`).join(",")}`);
  if (state.probe !== START.probe) parts.push(`x0=${state.probe}`);
  if (state.other) parts.push(`vs=${state.other}`);
  if (state.low !== START.low || state.high !== START.high) parts.push(`view=${state.low},${state.high}`);
  if (state.gain !== START.gain) parts.push(`gain=${state.gain}`);
  return `#${parts.join("&")}`;
};

const stateOf = (hash) => {
  const state = { ...START, letters: {} };
  const given = new Map();
  for (const part of hash.replace(/^#/, "").slice(0, 12000).split("&")) {
    const [, key, value] = /^(\w+)=(.*)$/s.exec(part) ?? [];
    try {
      if (key && !given.has(key)) given.set(key, decodeURIComponent(value));
    } catch { /* not text: left out */ }
  }
  const number = (text, most = WIDEST) => {
    const value = text === undefined || !text.trim() ? NaN : Number(text);
    return Math.abs(value) <= most ? value : NaN;
  };
  const or = (value, otherwise) => (value === value ? value : otherwise);
  if (given.has("f")) state.formula = given.get("f");
  for (const pair of (given.get("let") ?? "").split(",").slice(0, 20)) {
    const [name, text] = pair.split(":"), value = number(text);
    if (/^[A-Za-z]\w{0,20}$/.test(name) && value === value) state.letters[name] = value;
  }
  const [low, high] = (given.get("view") ?? "").split(",").map((text) => number(text));
  if (high - low >= 0.01) [state.low, state.high] = [low, high];
  state.probe = Math.min(state.high, Math.max(state.low, or(number(given.get("x0")), START.probe)));
  if (CATALOGUE.has(given.get("vs"))) state.other = given.get("vs");
  const gain = given.get("gain");
  state.gain = ["he", "lecun"].includes(gain) ? gain : number(gain, 10) > 0 ? Number(gain) : START.gain;
  return state;
};
