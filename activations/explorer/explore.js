// Moves the curves, bars, cells and frames of one explorer: `script` is the element that calls, `spec` says where things
// stand, code[panel][option] are the compiled expressions, probe[option] gives f and f' at one point.
(script, key, spec, code, probe) => {
  const root = script ? script.closest("figure") : document.querySelector(`figure[data-explorer="${key}"]:not(.is-live)`);
  if (!root || root.explorer) return;

  // The same explorer may stand on a page twice: its later copies get ids of their own.
  const copy = [...document.querySelectorAll(`figure[data-explorer="${key}"]`)].indexOf(root);
  const own = copy > 0 ? `${key}x${copy}` : key;
  if (copy > 0)
    for (const element of root.querySelectorAll("[id],[for],[href],[clip-path]"))
      for (const name of ["id", "for", "href", "clip-path"])
        if (element.hasAttribute(name)) element.setAttribute(name, element.getAttribute(name).replaceAll(key, own));
  const find = (name) => root.querySelector(`[id="${own}${name}"]`);
  const form = root.querySelector("form");

  const minus = (text) => text.replaceAll("-", "\u2212");
  const scientific = (v, digits) => v.toExponential(digits).replace(/\.?0*e\+?/, "e");
  const short = (v, digits = 3) => {
    if (!isFinite(v)) return v !== v ? "\u2013" : v > 0 ? "\u221e" : "\u2212\u221e";
    const size = Math.abs(v);
    if (size && (size < 10 ** -digits || size >= 1e5)) return minus(scientific(v, Math.min(1, digits - 1)));
    return minus(size < 1000 ? String(Number(v.toPrecision(Math.max(2, digits)))) : v.toFixed(0));
  };
  const reading = (v) => {
    if (!isFinite(v)) return v !== v ? "undefined" : short(v);
    const size = Math.abs(v);
    return minus(size && (size < 1e-3 || size >= 1e4) ? scientific(v, 3) : v.toFixed(4));
  };

  // A number as the table tells it: of a value in the middle between two such numbers, no last bit decides.
  const surer = 1 + 1e-10;
  const told = (v, grain) => {
    if (v !== v) return "none";
    if (grain && isFinite(v)) v = Math.floor((v / grain) * surer + 0.5) * grain;
    return short(v * surer);
  };

  const round = (v) => Math.round(Math.max(-9999, Math.min(9999, v)) * 100) / 100;
  const across = (at, x) => round(at.x[0] * x + at.x[1]);
  const down = (at, y) => round(at.y[0] * (at.log ? Math.log10(y) : y) + at.y[1]);

  // A step between samples is a jump if cutting the interval forty times leaves more than half of it. The cut is not
  // in the middle, where a round number may be just the one point at which the function takes a value between.
  const jump = (at, x0, x1, y0, y1) => {
    const step = Math.abs(y1 - y0);
    for (let i = 0; i < 40; i++) {
      const x = x0 + (x1 - x0) * 0.4871, y = at(x);
      if (Math.abs(y - y0) <= Math.abs(y1 - y)) { x0 = x; y0 = y; } else { x1 = x; y1 = y; }
    }
    return Math.abs(y1 - y0) < step / 2 ? null : [x0, y0, x1, y1];
  };

  const outline = (panel, f, xs, ys, k) => {
    let d = "", pen = "M";
    const put = (x, y) => {
      if (isFinite(y)) { d += pen + across(panel, x) + " " + down(panel, y); pen = "L"; } else pen = "M";
    };
    const step = (i) => (i < 1 || i > panel.n ? Infinity : Math.abs(ys[i] - ys[i - 1]));
    const least = (a, b) => (a !== a ? b : b !== b ? a : Math.min(a, b));
    for (let i = 0; i <= panel.n; i++) {
      const s = i ? step(i) : NaN;
      if (s > 0.02 * panel.height && s > 3 * least(step(i - 1), step(i + 1))) {
        const broken = jump((x) => f(x)[k], xs[i - 1], xs[i], ys[i - 1], ys[i]);
        if (broken) { put(broken[0], broken[1]); pen = "M"; put(broken[2], broken[3]); }
      }
      put(xs[i], ys[i]);
    }
    return d;
  };

  const draw = {
    curves(panel, f, values) {
      const xs = [], ys = panel.lines.map(() => []);
      const at = (x) => f(x, ...values);
      for (let i = 0; i <= panel.n; i++) {
        const x = panel.lo + ((panel.hi - panel.lo) * i) / panel.n, y = at(x);
        xs.push(x);
        ys.forEach((list, k) => list.push(y[k]));
      }
      panel.paths.forEach((path, k) => path.setAttribute("d", outline(panel, at, xs, ys[k], k)));
    },
    bars(panel, f, values) {
      f(...values).forEach((value, k) => {
        const x0 = across(panel, k - 0.34), x1 = across(panel, k + 0.34), size = panel.log ? Math.abs(value) : value;
        const none = !isFinite(value) && !(Math.abs(value) === Infinity) || (panel.log && value === 0);
        const y = none ? panel.base : Math.max(panel.top, Math.min(panel.bottom, down(panel, size)));
        panel.paths[k].setAttribute("d", none ? "" : `M${x0} ${panel.base}L${x1} ${panel.base}L${x1} ${y}L${x0} ${y}z`);
        panel.paths[k].style.fill = `var(--sts-${value < 0 ? "orange" : "blue"})`;
        panel.texts[k].textContent = value !== value || !panel.digits ? "" : short(value, panel.digits);
        panel.texts[k].style.fontSize = panel.size + "px";
        panel.texts[k].setAttribute("x", round((x0 + x1) / 2));
        panel.texts[k].setAttribute("y", round(y > panel.base ? y + 11 : y - 4));
      });
    },
    cells(panel, f, values) {
      f(...values).forEach((value, k) => {
        const depth = Math.min(1, Math.abs(value) / panel.scale) || 0;
        panel.paths[k].style.cssText = `fill:var(--sts-${value < 0 ? "orange" : "blue"});fill-opacity:${0.5 * depth}`;
        panel.texts[k].textContent = short(value);
        panel.texts[k].setAttribute("x", across(panel, k % panel.columns));
        panel.texts[k].setAttribute("y", round(down(panel, Math.floor(k / panel.columns)) + 3.8));
      });
    },
    frames(panel, f, values) {
      const levels = frame(panel, f, values), rows = levels.length / panel.columns;
      const canvas = panel.canvas ??= document.createElement("canvas");
      [canvas.width, canvas.height] = [panel.columns, rows];
      const context = canvas.getContext("2d"), pixels = context.createImageData(panel.columns, rows);
      const shades = ["orange", "blue"].map((name) => getComputedStyle(root).getPropertyValue(`--sts-${name}`).trim());
      const [orange, blue] = shades.map((hex) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16)));
      [...levels].forEach((letter, k) => {
        const shade = (2 * parseInt(letter, 16)) / 15 - 1;
        const place = (rows - 1 - Math.floor(k / panel.columns)) * panel.columns + (k % panel.columns);
        pixels.data.set([...(shade < 0 ? orange : blue), 255 * panel.depth * Math.abs(shade)], 4 * place);
      });
      context.putImageData(pixels, 0, 0);
      panel.image.setAttribute("href", canvas.toDataURL());
      panel.texts[0].textContent = panel.notes[number(panel, f, values)] ?? "";
    },
  };

  const number = (panel, f, values) => Math.max(0, Math.min(panel.frames.length - 1, Math.round(f(...values)[0])));
  const frame = (panel, f, values) => panel.frames[number(panel, f, values)];

  const inSvg = (parent, name) => parent.appendChild(document.createElementNS("http://www.w3.org/2000/svg", name));
  const setAll = (element, values) => {
    for (const [name, value] of Object.entries(values)) element.setAttribute(name, value);
  };
  spec.panels.forEach((panel, i) => {
    panel.paths = panel.ids.map((id) => find(`${i}-${id}`).querySelector("path"));
    const numbered = { curves: [], frames: [0] }[panel.kind] ?? panel.ids;
    panel.texts = numbered.map(() => inSvg(find(`${i}-numbers`), "text"));
    if (panel.kind === "frames") {
      const [left, right, bottom, top] = panel.extent;
      panel.image = inSvg(find(`${i}-frame`), "image");
      setAll(panel.image, { x: across(panel, left), y: down(panel, top), preserveAspectRatio: "none",
        width: panel.x[0] * (right - left), height: panel.y[0] * (bottom - top) });
      setAll(panel.texts[0], { x: panel.note[0], y: panel.note[1] });
    }
  });

  // The tables are filled while they are open.
  const tables = root.querySelector(".sts-table");
  const tell = () => {
    if (!tables.open) return;
    spec.panels.forEach((panel, i) => {
      const f = code[i][option()], values = state.values;
      const numbers = panel.kind === "curves" ? panel.at.flatMap((x) => f(x, ...values)) :
        panel.kind === "frames" ? panel.picked.map((k) => parseInt(frame(panel, f, values)[k], 16) / 15) : f(...values);
      find(`${i}-table`).querySelectorAll("tbody td").forEach((cell, k) => {
        cell.textContent = told(numbers[k], panel.grain);
      });
    });
  };
  tables.addEventListener("toggle", tell);

  // What is read at the point is said once the reader pauses, and never before the first step.
  let pause;
  const say = () => {
    clearTimeout(pause);
    pause = setTimeout(() => {
      form.querySelector(".sts-said").textContent = form.querySelector(".sts-reading").textContent;
    }, 700);
  };

  const mark = () => {
    if (!spec.probe) return;
    const panel = spec.panels[spec.probe.panel], i = spec.probe.panel, x = state.probe;
    const [y, slope] = probe[option()](x, ...state.values);
    const dot = find(`${i}-point`).querySelector("use"), line = find(`${i}-tangent`).querySelector("path");
    dot.setAttribute("x", across(panel, x));
    dot.setAttribute("y", isFinite(y) ? down(panel, y) : -999);
    const dx = panel.x[0], dy = panel.y[0] * slope, part = spec.probe.reach / Math.hypot(dx, dy);
    line.setAttribute("d", isFinite(y) && isFinite(slope) ? [-part, part].map((t, k) =>
      "ML"[k] + round(dx * x + panel.x[1] + t * dx) + " " + round(down(panel, y) + t * dy)).join("") : "");
    for (const [name, value] of [["f", y], ["df", slope]]) {
      const output = find(`-${name}`);
      output.value = reading(value);
      output.dataset.value = String(value);
    }
  };

  const controls = [...form.querySelectorAll("input,select")];
  const actual = (slider, position) => (slider.base ? Math.pow(slider.base, position) : position);
  const state = { values: [], chosen: [], probe: NaN };
  const option = () => spec.choosers.reduce((total, size, i) => total * size + state.chosen[i], 0);
  const speak = (input, slider, value) => {
    const text = slider.digits === null ? short(value) : minus(value.toFixed(slider.digits));
    const output = input.parentNode.querySelector("output");
    output.value = text;
    output.dataset.value = String(value);
    input.setAttribute("aria-valuetext", text);
  };
  const redraw = (all) => {
    if (all) {
      spec.panels.forEach((panel, i) => draw[panel.kind](panel, code[i][option()], state.values));
      tell();
    }
    mark();
  };
  const read = (input, value) => {
    const [kind, index] = [input.dataset.kind, Number(input.dataset.index)];
    if (kind === "chooser") state.chosen[index] = value;
    else if (kind === "probe") speak(input, spec.probe, (state.probe = value));
    else speak(input, spec.sliders[index], (state.values[index] = value));
    return kind !== "probe";
  };
  const reset = () => {
    for (const input of controls) {
      if (input.dataset.kind === "chooser") read(input, (input.selectedIndex = 0));
      else {
        input.value = input.getAttribute("value");
        read(input, Number(input.dataset.start));
      }
    }
    redraw(true);
  };

  form.addEventListener("input", ({ target }) => {
    if (target.dataset.kind === "chooser") redraw(read(target, target.selectedIndex));
    else {
      const slider = target.dataset.kind === "probe" ? spec.probe : spec.sliders[Number(target.dataset.index)];
      redraw(read(target, actual(slider, Number(target.value))));
    }
    if (spec.probe) say();
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  form.querySelector("button").addEventListener("click", reset);
  root.addEventListener("keydown", (event) => event.stopPropagation());
  form.parentNode.hidden = false;
  root.classList.add("is-live");
  root.explorer = { spec, code, probe, state, reset };
  reset();

  // A map is painted in the colours of the theme, which may come after it, and change.
  if (spec.panels.some((panel) => panel.kind === "frames"))
    for (const themed of [document.documentElement, document.body])
      new MutationObserver(() => redraw(true)).observe(themed, { attributeFilter: ["data-theme", "data-jp-theme-light"] });

  // Redraw a few times while the page is idle: the browser then has compiled the code before the reader's first step.
  const idle = window.requestIdleCallback || ((f) => setTimeout(f, 50));
  const warm = (times) => times && root.isConnected && (redraw(true), idle(() => warm(times - 1)));
  idle(() => warm(24));
}
