// A tree -> MathML, which Chromium, Firefox and Safari draw and screen readers speak.

const typeset = (() => {
  const NAMESPACE = "http://www.w3.org/1998/Math/MathML";
  const element = (name, ...children) => {
    const one = document.createElementNS(NAMESPACE, name);
    one.append(...children);
    return one;
  };
  const row = (...children) => (children.length === 1 ? children[0] : element("mrow", ...children));
  const sign = (text, options = {}) => {
    const one = element("mo", text);
    for (const [key, value] of Object.entries(options)) one.setAttribute(key, value);
    return one;
  };
  const fenced = (inner, open = "(", close = ")") => row(sign(open), inner, sign(close));
  const APPLY = "\u2061", TIMES = "\u2062";

  // How tightly a node holds together: a sum less than a product, a product less than a power.
  const strength = (node) => {
    if (node.kind === "group") return strength(node.of);
    if (["compare", "both", "either", "not", "choose"].includes(node.kind)) return 0;
    if (node.kind === "sum") return 1;
    if (node.kind === "minus") return 2;
    if (node.kind === "times") return 3;
    if (node.kind === "power" || (node.kind === "call" && node.name === "exp")) return 4;
    return 5;
  };
  const plain = (node) => (node.kind === "group" ? plain(node.of) : node);
  const within = (node, least) => (strength(node) < least ? fenced(write(node)) : write(node));

  const SHOWN = { sigmoid: "σ", Phi: "Φ", phi: "φ", log: "log", "<=": "≤", ">=": "≥", "!=": "≠", "==": "=" };
  const name = (text) => {
    const [stem, below] = text.split(/_(.*)/s);
    const mi = element("mi", GREEK.get(stem) ?? stem);
    return below ? element("msub", mi, element("mi", below)) : mi;
  };
  const functionName = (text) => {
    const shown = Object.hasOwn(SHOWN, text) ? SHOWN[text] : text.replaceAll("_", "\u00a0");
    const mi = element("mi", shown);
    if (shown.length === 1) mi.setAttribute("mathvariant", "normal");
    return mi;
  };
  const listed = (args) => row(...args.filter((one) => one.kind !== "default")
    .flatMap((one, i) => (i ? [sign(","), write(one)] : [write(one)])));

  // A number after a product sign, or two numbers side by side, need the sign: 2·3 is not 23.
  const needsSign = (left, right) => {
    const first = (node) => {
      const one = plain(node);
      return node.kind === "group" && strength(one) < 3 ? node
        : one.kind === "times" ? first(one.left) : one.kind === "power" ? first(one.base) : one;
    };
    const begins = first(right).kind;
    return begins === "number" || (begins === "over" && plain(left).kind !== "number");
  };

  const SHAPES = {
    number: ({ text }) => {
      const [mantissa, power] = text.toLowerCase().split("e");
      if (power === undefined) return element("mn", mantissa);
      const exponent = Number(power) < 0 ? row(sign("−"), element("mn", String(-Number(power)))) : element("mn", String(Number(power)));
      return row(element("mn", mantissa), sign("·"), element("msup", element("mn", "10"), exponent));
    },
    constant: (node) => name(node.name),
    variable: () => element("mi", "x"),
    letter: (node) => name(node.name),
    group: (node) => write(node.of),
    minus: ({ of }) => row(sign("−", { form: "prefix" }), within(of, 2)),
    sum: (node) => row(write(node.left), sign(node.sign === "-" ? "−" : "+"),
      within(node.right, node.sign === "-" || plain(node.right).kind === "minus" ? 3 : 1)),
    times: ({ left, right }) => row(within(left, 2), sign(needsSign(left, right) ? "·" : TIMES), within(right, 3)),
    over: ({ left, right }) => element("mfrac", write(left), write(right)),
    power: ({ base, exponent }) => {
      const below = plain(base);
      const half = plain(exponent);
      if (below.kind === "call" && below.name !== "exp" && below.name !== "abs" && below.name !== "sqrt" &&
          half.kind === "number" && base.kind !== "group")
        return row(element("msup", functionName(below.name), write(exponent)), sign(APPLY), fenced(listed(below.args)));
      if (half.kind === "over" && plain(half.left).kind === "number" && plain(half.left).value === 1)
        return element("mroot", write(base), write(half.right));
      return element("msup", strength(below) < 5 || below.kind === "over" ? fenced(write(base)) : write(base), write(exponent));
    },
    compare: (node) => row(write(node.left), sign(SHOWN[node.sign] ?? node.sign), write(node.right)),
    both: (node) => row(write(node.left), element("mtext", "\u00a0and\u00a0"), write(node.right)),
    either: (node) => row(write(node.left), element("mtext", "\u00a0or\u00a0"), write(node.right)),
    not: (node) => row(element("mtext", "not\u00a0"), fenced(write(node.of))),
    choose: (node) => cases(node.condition, node.yes, node.no),
    call: ({ name: called, args }) => {
      const [of] = args;
      if (called === "exp") return element("msup", element("mi", "e"), write(of));
      if (called === "sqrt") return element("msqrt", write(of));
      if (called === "cbrt") return element("mroot", write(of), element("mn", "3"));
      if (called === "abs") return row(sign("|", { form: "prefix", fence: "true" }), write(of), sign("|", { form: "postfix", fence: "true" }));
      if (called === "where") return cases(...args);
      return row(functionName(called), sign(APPLY), fenced(listed(args)));
    },
  };

  const cases = (condition, yes, no) => {
    const rows = [[yes, row(element("mtext", "if\u00a0"), write(condition))]];
    for (let rest = no; ; ) {
      const one = plain(rest);
      const parts = one.kind === "choose" ? [one.condition, one.yes, one.no]
        : one.kind === "call" && one.name === "where" ? one.args : null;
      if (!parts) {
        rows.push([rest, element("mtext", "otherwise")]);
        break;
      }
      rows.push([parts[1], row(element("mtext", "if\u00a0"), write(parts[0]))]);
      rest = parts[2];
    }
    const table = element("mtable", ...rows.map(([value, when]) =>
      element("mtr", element("mtd", write(value)), element("mtd", when))));
    table.setAttribute("columnalign", "left left");
    return row(sign("{", { form: "prefix", stretchy: "true" }), table);
  };
  const write = (node) => SHAPES[node.kind](node);

  // <math> of "left = right", two trees; without a left one of "f(x) = right".
  const f = () => row(element("mi", "f"), sign(APPLY), fenced(element("mi", "x")));
  return (right, left = null) => {
    const math = element("math", row(left ? write(left) : f(), sign("="), write(right)));
    if (left) math.setAttribute("displaystyle", "true"); else math.setAttribute("display", "block");
    return math;
  };
})();
