// The page: what the reader types and moves -> what he sees. All that is shown of the formula is text, never HTML.

(() => {
  const bench = document.getElementById("bench");
  const find = (name) => document.getElementById(`bench-${name}`);
  const form = find("form"), input = find("f");
  let state = { ...START, letters: {} };
  let shown = null; // {text, tree, letters, kinks}: the last formula that could be read

  const cell = (tag, ...content) => {
    const one = document.createElement(tag);
    one.append(...content);
    return one;
  };
  const later = (wait, act) => {
    let timer;
    return () => {
      clearTimeout(timer);
      timer = setTimeout(act, wait);
    };
  };

  // --- The formula ---

  // The message, and the part of the formula that it is about with carets below. It is read aloud once typing pauses.
  const tell = (error) => {
    input.setAttribute("aria-invalid", String(Boolean(error)));
    bench.classList.toggle("is-stale", Boolean(error));
    if (!error) return find("error").replaceChildren();
    const text = state.formula, start = Math.max(0, error.at - 24), stop = Math.min(text.length, error.at + 24);
    const length = Math.max(1, Math.min(error.length, stop - error.at));
    const seen = cell("code", `${start ? "…" : ""}${text.slice(start, stop).replace(/\s/g, " ")}${stop < text.length ? "…" : ""}\n`,
      cell("b", " ".repeat(error.at - start + (start ? 1 : 0)) + "^".repeat(length)));
    seen.setAttribute("aria-hidden", "true");
    find("error").dataset.column = String(error.at);
    const place = !text.trim() ? "" : error.at < text.length ? `Character ${error.at + 1}: ` : "At the end: ";
    find("error").replaceChildren(cell("span", `${place}${error.message}${error.message.endsWith("?") ? "" : "."}`), ...(place ? [seen] : []));
  };
  const complain = later(400, () => tell(state.error));

  const understand = (text) => {
    state.formula = text;
    try {
      const { tree, letters } = read(text);
      state.error = null;
      shown = { text, tree, letters };
      for (const name of letters) state.letters[name] ??= 1;
      showSliders();
    } catch (error) {
      if (!(error instanceof FormulaError)) throw error;
      state.error = error;
    }
  };

  // --- Sliders ---

  const sliders = new Map();
  const slider = (key, name) => {
    const row = cell("div"), range = cell("input"), number = cell("input"), label = cell("label", name);
    row.className = "bench-control";
    Object.assign(range, { type: "range", id: `bench-${key}`, step: "any" });
    Object.assign(number, { type: "number", step: "any" });
    number.setAttribute("aria-label", `${name}, as a number`);
    label.htmlFor = range.id;
    row.append(label, range, number);
    return { row, range, number };
  };
  // A slider from low to high in steps; a value beyond moves its end.
  const setSlider = ({ range, number }, value, low, high, step) => {
    Object.assign(range, { min: low, max: high, step });
    range.value = value;
    range.setAttribute("aria-valuetext", reading(value));
    if (document.activeElement !== number) number.value = Number(value.toPrecision(12));
  };
  const reachOf = (value) => [5, 10, 20, 50, 100, 200, 500, WIDEST].find((one) => Math.abs(value) <= one) ?? WIDEST;

  const probe = slider("x0", "x₀");
  probe.range.addEventListener("input", () => change({ probe: probe.range.valueAsNumber }));
  probe.number.addEventListener("input", () => {
    const value = probe.number.valueAsNumber;
    if (value >= state.low && value <= state.high) change({ probe: value });
  });
  const showSliders = () => {
    for (const name of shown.letters) {
      if (sliders.has(name)) continue;
      const [stem, below] = name.split(/_(.*)/s), sign = (GREEK.get(stem) ?? stem) + (below ? `_${below}` : "");
      const one = slider(`letter-${name}`, sign);
      const set = (value) => Math.abs(value) <= WIDEST && change({ letters: { ...state.letters, [name]: value } });
      one.range.addEventListener("input", () => set(one.range.valueAsNumber));
      one.number.addEventListener("input", () => set(one.number.valueAsNumber));
      sliders.set(name, one);
    }
    const rows = [probe, ...shown.letters.map((name) => sliders.get(name))].map((one) => one.row);
    const present = [...find("sliders").children];
    if (rows.length !== present.length || rows.some((row, i) => row !== present[i])) find("sliders").replaceChildren(...rows);
  };
  const moveSliders = () => {
    const step = 10 ** Math.floor(Math.log10((state.high - state.low) / 100));
    setSlider(probe, state.probe, state.low, state.high, step);
    for (const name of shown.letters) {
      const value = state.letters[name], reach = reachOf(value);
      setSlider(sliders.get(name), value, -reach, reach, reach / 100);
    }
  };

  // --- Curves and what is read at the probe ---

  const told = ({ left, right, near }) => {
    const about = near ? "≈ " : "";
    return left.d === right.d || (left.d !== left.d && right.d !== right.d) ? about + reading(left.d)
      : `${about}${reading(left.d)} from the left, ${reading(right.d)} from the right`;
  };
  const setOutput = (name, text, value) => {
    find(name).value = text;
    find(name).dataset.value = String(value);
  };
  const formOf = ({ name, defaults, most }) =>
    most ? `${name}(x, 0)` : defaults.length > 1 && defaults[1] === null ? `${name}(x, x)` : `${name}(x)`;

  const showCurves = () => {
    const { tree } = shown, { letters, low, high, probe: x } = state;
    const kinks = kinksOf(tree, letters, low, high), lines = linesOf(tree, letters, low, high, kinks);
    const drawn = [{ name: "slope", pieces: lines.slope }, { name: "value", pieces: lines.value }];
    const point = look(tree, x, letters);
    const entry = CATALOGUE.get(state.other), other = entry ? read(formOf(entry)).tree : null;
    for (const part of ["other-name", "other-reading"]) find(part).hidden = !other;
    if (other) {
      const bends = kinksOf(other, {}, low, high);
      drawn.unshift({ name: "other", pieces: linesOf(other, {}, low, high, bends).value });
      find("other-name").textContent = formOf(entry);
      find("other-reading").firstElementChild.textContent = formOf(entry).replace(/\bx\b/g, "x₀");
      const { value } = look(other, x, {});
      setOutput("other-value", reading(value), value);
    }
    const [bottom, top] = heightOf(drawn.map(({ pieces }) => pieces), low, high);
    const smooth = point.left.d === point.right.d;
    const slopes = smooth ? [[[-1, 1], point.left.d]] : [[[-1, 0], point.left.d], [[0, 1], point.right.d]];
    const dots = kinks.filter((kink) => kink.jump).map((kink) => [kink.x, kink.value]);
    drawCurves(find("curves"), { low, high, bottom, top, lines: drawn, dots, probe: { x, y: point.value, slopes } });
    find("curves").setAttribute("aria-label", `f and its slope for x from ${reading(low)} to ${reading(high)}` +
      (other ? `, and ${formOf(entry)}` : "") + (kinks.length ? `; ${kinks.length === 1 ? "one kink" : `${kinks.length} kinks`}` : "") +
      ". The table below has the values.");
    setOutput("value", reading(point.value), point.value);
    setOutput("slope", told(point), smooth ? point.left.d : NaN);
    Object.assign(find("slope").dataset, { left: String(point.left.d), right: String(point.right.d) });
    showKinks(kinks);
    const rows = Array.from({ length: 13 }, (_, i) => low + ((high - low) * i) / 12).map((at_) => {
      const one = look(tree, Number(at_.toPrecision(12)), letters);
      return cell("tr", ...[reading(at_), reading(one.value), told(one)].map((text) => cell("td", text)));
    });
    find("values").replaceChildren(...rows);
  };
  const showKinks = (kinks) => {
    const few = kinks.slice(0, 8).map(({ x, jump }) => {
      const button = cell("button", `x = ${reading(x)}`);
      button.type = "button";
      button.title = jump ? "a jump" : "a kink";
      button.addEventListener("click", () => change({ probe: x }));
      return button;
    });
    const present = [...find("kinks").children].slice(1).map((one) => one.textContent).join();
    const words = kinks.length > 8 ? [`and ${kinks.length - 8} more`] : [];
    if (present === few.map((one) => one.textContent).join() && present) return;
    find("kinks").replaceChildren(...(few.length ? [cell("span", kinks.some((one) => one.jump) ? "Kinks and jumps in view:" : "Kinks in view:"),
      ...few, ...words.map((text) => cell("span", text))] : [cell("span", "No kink in view: the two slopes agree everywhere.")]));
  };

  // --- Ten layers ---

  const PRESETS = { he: Math.SQRT2, lecun: 1 };
  const showLayers = () => {
    const { tree } = shown, { letters } = state;
    const kinks = kinksOf(tree, letters, -60, 60, 1200).map((one) => one.x);
    const own = gainOf(tree, letters, kinks);
    const gain = typeof state.gain === "number" ? state.gain : PRESETS[state.gain] ?? (own === own ? own : 1);
    const layers = tenLayers(tree, letters, gain, kinks);
    find("weights").selectedIndex = ["own", "he", "lecun"].indexOf(state.gain) + 1 ? ["own", "he", "lecun"].indexOf(state.gain) : 3;
    find("gain").value = Math.log10(gain);
    find("gain").setAttribute("aria-valuetext", reading(gain, 4));
    setOutput("gain-value", reading(gain, 5), gain);
    find("gain-note").textContent = own === own
      ? `The gain of f is ${reading(own)}: with it a layer passes on signals as large as it received.`
      : "f has no gain: the mean of its square over normal numbers is 0, infinite or undefined.";
    find("gain-note").dataset.value = String(own);
    const number = (key) => Array.from({ length: LAYERS }, (_, l) => (layers[l] ? layers[l][key] : NaN));
    for (const [key, log, what] of [["mean", false, "Mean of f(z)"], ["variance", true, "Variance of f(z), logarithmic"],
      ["gradient", true, "Size of the gradient, logarithmic"]]) {
      const values = number(key);
      drawBars(find(key), values, { log });
      find(key).setAttribute("aria-label", `${what}, in layer 1 ${reading(values[0], 3)}, in layer 10 ${reading(values[9], 3)}`);
    }
    find("layers").replaceChildren(...Array.from({ length: LAYERS }, (_, l) => {
      const row = cell("tr", ...[String(l + 1), ...["mean", "variance", "gradient"].map((key) => reading(number(key)[l]))]
        .map((text) => cell("td", text)));
      for (const key of ["mean", "variance", "gradient"]) row.dataset[key] = String(number(key)[l]);
      return row;
    }));
  };

  // --- All together ---

  const say = later(700, () => {
    find("said").textContent = state.error ? "" : find("reading").innerText.replace(/\s+/g, " ");
  });
  // The address follows once the hand rests: browsers refuse to change it many times a second.
  let written = location.hash;
  const remember = () => {
    const hash = addressOf(state);
    if (hash === written) return;
    written = hash;
    try {
      history.replaceState(null, "", hash);
    } catch {
      location.replace(hash);
    }
  };
  const rememberSoon = later(300, remember);

  // What replaces a formula as a whole begins a new page of the history, so that “Back” brings the old one back.
  const turnPage = () => {
    remember();
    try {
      history.pushState(null, "", location.hash || addressOf(state));
    } catch { /* from disk some browsers refuse: then the old formula is gone */ }
  };

  // The curves come first, once a frame at most; the layers, which take longer, after them.
  let drawing = false;
  const layersNext = later(0, showLayers);
  const redraw = (layers = true) => {
    if (layers) layersNext();
    if (drawing) return;
    drawing = true;
    requestAnimationFrame(() => {
      drawing = false;
      moveSliders();
      showCurves();
    });
  };
  const change = (changes, quiet = false) => {
    Object.assign(state, changes);
    redraw(!("probe" in changes || "other" in changes || "low" in changes));
    rememberSoon();
    if (!quiet) say();
  };
  const showFormula = (text) => {
    understand(text);
    if (state.error) return;
    find("typeset").replaceChildren(typeset(shown.tree));
    redraw();
  };
  const setAll = (next) => {
    state = next;
    input.value = state.formula;
    find("low").value = state.low;
    find("high").value = state.high;
    find("other").value = state.other;
    const text = state.formula;
    showFormula(text);
    if (!shown) { // an address with a fault in its formula: something else to look at meanwhile
      showFormula(START.formula);
      understand(text);
    }
    tell(state.error);
  };

  input.addEventListener("input", () => {
    showFormula(input.value);
    if (state.error) complain();
    else tell(null);
    rememberSoon();
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    tell(state.error);
  });
  form.addEventListener("click", ({ target }) => {
    const example = target.closest("[data-formula]");
    if (!example) return;
    turnPage();
    input.value = example.dataset.formula;
    input.dispatchEvent(new Event("input", { bubbles: true }));
  });
  for (const name of ["low", "high"])
    find(name).addEventListener("input", () => {
      const [low, high] = ["low", "high"].map((one) => find(one).valueAsNumber);
      if (!(high - low >= 0.01 && Math.max(-low, high) <= WIDEST)) return;
      change({ low, high, probe: Math.min(high, Math.max(low, state.probe)) });
    });
  find("other").addEventListener("change", () => change({ other: find("other").value }));
  find("weights").addEventListener("change", () => {
    const gain = ["own", "he", "lecun"][find("weights").selectedIndex];
    change({ gain: gain ?? Number(find("gain-value").dataset.value) });
  });
  find("gain").addEventListener("input", () => change({ gain: Number((10 ** find("gain").valueAsNumber).toPrecision(4)) }));
  find("reset").addEventListener("click", () => {
    turnPage();
    shown = null;
    setAll({ ...START, letters: {} });
    remember();
  });
  find("copy").addEventListener("click", async () => {
    remember();
    const address = location.href.split("#")[0] + addressOf(state);
    let done = true;
    try {
      await navigator.clipboard.writeText(address);
    } catch {
      const field = cell("textarea", address);
      bench.append(field);
      field.select();
      done = document.execCommand("copy");
      field.remove();
      find("copy").focus();
    }
    find("copy").textContent = done ? "Copied" : "Copy the address above";
    find("said").textContent = done ? "The link is in the clipboard." : "Copy the address of this page.";
    setTimeout(() => { find("copy").textContent = "Copy link"; }, 2500);
  });
  window.addEventListener("hashchange", () => {
    if (location.hash === written) return;
    written = location.hash;
    shown = null;
    setAll(stateOf(location.hash));
  });
  form.addEventListener("keydown", (event) => event.stopPropagation());
  let width = 0;
  new ResizeObserver(() => {
    if (bench.clientWidth !== width) redraw();
    width = bench.clientWidth;
  }).observe(bench);

  // --- The functions by name: a menu, and a list that is typeset once it is opened ---

  for (const { name, title } of CATALOGUE.values()) {
    const option = cell("option", title);
    option.value = name;
    find("other").append(option);
  }
  const list = find("list");
  const fill = () => {
    if (find("names").children.length) return;
    const rows = [...CATALOGUE.values()].map((entry) => {
      const { name, formula, parameters } = entry;
      const left = read(`${name}(${parameters.join(", ")})`).tree;
      const button = cell("button", formOf(entry));
      button.type = "button";
      button.addEventListener("click", () => {
        turnPage();
        input.value = formOf(entry);
        input.dispatchEvent(new Event("input", { bubbles: true }));
        input.focus();
      });
      return cell("tr", cell("td", button), cell("td", typeset(read(formula).tree, left)));
    });
    find("names").replaceChildren(...rows);
  };
  list.addEventListener("toggle", () => list.open && fill());
  list.hidden = false;

  find("needs").hidden = true;
  form.hidden = false;
  setAll(stateOf(location.hash));
  // What the tests ask in the page itself.
  bench.workbench = { read, at, look, evaluate, kinksOf, tenLayers, gainOf, FormulaError, CATALOGUE };
})();
