// A formula as typed -> a tree. Nothing here computes, and nothing is ever run: a formula is only read.
//
//   readFormula("2x/(1+|x|)", vocabulary)  ->  {kind: "over", left: {kind: "times", ...}, right: {kind: "sum", ...}}
//
// The vocabulary is a Map from the name of a function to {least, most, parameters, chooses}: how many arguments it takes,
// what those after the first are called, and whether it chooses between cases. Every node knows where it stands in the text (`at`), whether it moves
// with x (`moves`) and whether it compares two numbers, so that it may have kinks (`chooses`). What cannot be read raises a FormulaError, which knows the character that it is about.

class FormulaError extends Error {
  constructor(message, at, length = 1) {
    super(message);
    this.at = at;
    this.length = Math.max(1, length);
  }
}

const GREEK = new Map(Object.entries({
  alpha: "α", beta: "β", gamma: "γ", delta: "δ", epsilon: "ε", zeta: "ζ", eta: "η", theta: "θ", kappa: "κ",
  lambda: "λ", mu: "μ", nu: "ν", xi: "ξ", rho: "ρ", tau: "τ", omega: "ω", pi: "π", sigma: "σ", phi: "φ", Phi: "Φ",
}));

const readFormula = (() => {
  const LONGEST = 500, DEEPEST = 100, MOST_LETTERS = 8;

  // --- Words ---------------------------------------------------------------------------------------------------------

  const SPELT = new Map([...GREEK].map(([word, sign]) => [sign, word]));
  const CONSTANTS = ["e", "pi"];

  // Other words for what the vocabulary has.
  const ALIASES = new Map(Object.entries({
    ln: "log", atan: "arctan", arcsin: "asin", arccos: "acos", arsinh: "asinh", arcsinh: "asinh", arcosh: "acosh",
    arccosh: "acosh", artanh: "atanh", arctanh: "atanh", sigma: "sigmoid", logistic: "sigmoid", expit: "sigmoid",
    sgn: "signum", sign: "signum", heaviside: "step", maximum: "max", minimum: "min", log_2: "log2", log_10: "log10",
    lamda: "lambda", varphi: "phi", varepsilon: "epsilon", vartheta: "theta",
  }));

  const SIGNS = new Map(Object.entries({
    "−": "-", "–": "-", "·": "*", "×": "*", "∗": "*", "⋅": "*", "÷": "/", "≤": "<=", "≥": ">=", "≠": "!=", "√": "sqrt",
    "**": "^", "==": "==", "&&": "and",
  }));
  const SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹";
  const COMMANDS = new Map(Object.entries({
    cdot: "*", times: "*", ast: "*", div: "/", le: "<=", leq: "<=", leqslant: "<=", ge: ">=", geq: ">=",
    geqslant: ">=", lt: "<", gt: ">", ne: "!=", neq: "!=", lvert: "|", rvert: "|", vert: "|", land: "and", lor: "or",
    wedge: "and", vee: "or", dfrac: "frac", tfrac: "frac", frac: "frac", sqrt: "sqrt",
  }));
  const SPACE = new Set(["left", "right", "big", "Big", "bigl", "bigr", "quad", "qquad", "displaystyle", "limits"]);
  const FONTS = new Set(["operatorname", "mathrm", "mathit", "mathsf", "text", "textrm", "mathbf"]);
  // What a program writes before the name of a function: np.tanh, torch.relu, jax.nn.gelu.
  const MODULES = /(?:np|numpy|math|cmath|torch|nn|functional|F|jax|jnp|tf|keras|activations|scipy|special|sp|sympy)\s*\.\s*(?=[A-Za-z])/y;
  // Signs and words of other languages, and how it is said here.
  const SAID_HERE = new Map(Object.entries({
    ";": "arguments are parted by a comma", "?": "cases are written x if x > 0 else 0", ":": "cases are written x if x > 0 else 0",
    piecewise: "cases are written where(x > 0, x, 0), or x if x > 0 else 0", mod: "there is no remainder here", "%": "there is no remainder here",
    floor: "rounding is not known here", ceil: "rounding is not known here", round: "rounding is not known here",
    pow: "a power is written x^2 or x**2", diff: "the slope is drawn for every formula", X: "the variable is the small x",
  }));
  const WORDS = new Set(["if", "else", "and", "or", "not", "otherwise"]);

  // --- Text -> tokens ------------------------------------------------------------------------------------------------

  const PATTERNS = {
    module: MODULES,
    space: /(?:\s|~|\\[,;:! ]|\$)+/y,
    number: /(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/y,
    font: /\\([A-Za-z]+)\s*\{\s*([A-Za-z][\w\s]*?)\s*\}/y,
    cases: /\\(begin|end)\s*\{\s*(cases)\s*\}/y,
    command: /\\([A-Za-z]+)/y,
    name: /[A-Za-z][A-Za-z0-9]*/y,
    greek: /[α-ωΦϕ]/y,
    subscript: /_(?:\{\s*(\w+)\s*\}|(\w+))/y,
    superscript: /[⁰¹²³⁴⁵⁶⁷⁸⁹]+/y,
    sign: /\\\\|\*\*|<=|>=|==|!=|&&|[-+*/^()[\]{}|,<>=&−–·×∗⋅÷≤≥≠√]/y,
  };

  const tokensOf = (text, start) => {
    const tokens = [];
    let at = start, apart = false;
    const match = (kind) => {
      PATTERNS[kind].lastIndex = at;
      return PATTERNS[kind].exec(text);
    };
    const put = (kind, word, length) => {
      tokens.push({ kind, text: word, at, end: at + length, apart });
      at += length;
      apart = false;
    };
    const putName = (word, length) => {
      const start = at;
      at += length;
      const below = match("subscript");
      const whole = below ? `${word}_${below[1] ?? below[2]}` : word;
      at = start;
      put("name", whole, length + (below ? below[0].length : 0));
    };
    while (at < text.length) {
      let found;
      if ((found = match("module"))) at += found[0].length;
      else if ((found = match("space"))) {
        at += found[0].length;
        apart = true;
      } else if ((found = match("number"))) put("number", found[0], found[0].length);
      else if ((found = match("cases"))) put("sign", `${found[1]} cases`, found[0].length);
      else if ((found = match("font")) && FONTS.has(found[1])) {
        for (const word of found[2].split(/\s+/)) {
          if (WORDS.has(word)) tokens.push({ kind: "sign", text: word, at, end: at + found[0].length, apart: true });
          else if (found[1].startsWith("text") && word === "for") continue;
          else tokens.push({ kind: "name", text: word, at, end: at + found[0].length, apart });
        }
        at += found[0].length;
      } else if ((found = match("command"))) {
        const word = found[1], length = found[0].length;
        if (SPACE.has(word)) {
          at += length;
          apart = true;
        } else if (COMMANDS.has(word)) put("sign", COMMANDS.get(word), length);
        else putName(word, length);
      } else if ((found = match("name"))) {
        if (WORDS.has(found[0])) put("sign", found[0], found[0].length);
        else putName(found[0], found[0].length);
      } else if ((found = match("greek"))) putName(found[0] === "ϕ" ? "phi" : SPELT.get(found[0]) ?? found[0], 1);
      else if ((found = match("superscript"))) {
        const digits = [...found[0]].map((one) => SUPERSCRIPTS.indexOf(one)).join("");
        tokens.push({ kind: "sign", text: "^", at, end: at, apart: false });
        put("number", digits, found[0].length);
      } else if ((found = match("sign"))) put("sign", SIGNS.get(found[0]) ?? found[0], found[0].length);
      else {
        const sign = String.fromCodePoint(text.codePointAt(at));
        throw new FormulaError(SAID_HERE.get(sign) ?? `“${sign}” is no part of a formula`, at, sign.length);
      }
    }
    tokens.push({ kind: "end", text: "", at: text.trimEnd().length, end: text.length, apart: true });
    return tokens;
  };

  // --- Near misses ---------------------------------------------------------------------------------------------------

  // How many letters must be changed, added, dropped or swapped with their neighbours to make one word of the other.
  const distance = (one, other) => {
    const rows = [Array.from({ length: other.length + 1 }, (_, j) => j)];
    for (let i = 1; i <= one.length; i++) {
      rows.push([i]);
      for (let j = 1; j <= other.length; j++) {
        const same = one[i - 1] === other[j - 1] ? 0 : 1;
        let least = Math.min(rows[i - 1][j] + 1, rows[i][j - 1] + 1, rows[i - 1][j - 1] + same);
        if (i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1])
          least = Math.min(least, rows[i - 2][j - 2] + 1);
        rows[i].push(least);
      }
    }
    return rows[one.length][other.length];
  };

  const nearest = (word, known) => {
    if (word.length > 30) return null;
    const lower = word.toLowerCase();
    const sorted = (one) => [...one.toLowerCase()].sort().join(""), swapped = (one) => (sorted(one) === sorted(lower) ? 0 : 1);
    const near = known.filter((one) => one.length > 1).map((one) => [distance(lower, one.toLowerCase()), one])
      .sort(([a, one], [b, other]) => a - b || swapped(one) - swapped(other));
    return near.length && near[0][0] <= Math.max(1, Math.floor(word.length / 3)) ? near[0] : null;
  };

  // --- Tokens -> tree ------------------------------------------------------------------------------------------------

  // A pasted “f(x) =”, “y =” or “lambda x:” is let pass.
  const HEADING = /^\s*(?:\$|\\\[|\\\()*\s*(?:(?:[a-zA-Z]\w*\s*\(\s*x\s*\)|[yf])\s*=(?!=)(?:\s*lambda\s+x\s*:)?|lambda\s+x\s*:)/;

  return (text, vocabulary) => {
    if (text.length > LONGEST)
      throw new FormulaError(`a formula has at most ${LONGEST} characters, and this one has ${text.length}`, LONGEST);
    const heading = HEADING.exec(text);
    const tokens = tokensOf(text, heading ? heading[0].length : 0);
    const known = [...vocabulary.keys(), ...ALIASES.keys(), ...CONSTANTS, ...GREEK.keys()];
    const letters = new Set();
    let place = 0, depth = 0, bars = 0;

    const next = () => tokens[place];
    const is = (...signs) => next().kind === "sign" && signs.includes(next().text);
    const take = () => tokens[place++];
    const skip = (...signs) => is(...signs) && take();
    const fail = (message, token = next()) => {
      throw new FormulaError(message, token.at, token.end - token.at);
    };
    const deeper = (read, token = next()) => {
      if (++depth > DEEPEST) fail("this is nested too deeply", token);
      const node = read();
      depth--;
      return node;
    };
    const node = (kind, at, parts) => {
      const inside = Object.values(parts).flat().filter((one) => one && one.kind);
      const chooses = kind === "compare" || (kind === "call" && Boolean(vocabulary.get(parts.name)?.chooses));
      return { kind, at, moves: kind === "variable" || inside.some((one) => one.moves),
               chooses: chooses || inside.some((one) => one.chooses), ...parts };
    };

    const startsOperand = () => {
      const { kind, text: sign } = next();
      if (kind === "number" || kind === "name") return true;
      return kind === "sign" && (["(", "[", "{", "frac", "sqrt", "begin cases"].includes(sign) || (sign === "|" && !bars));
    };
    const expected = () => {
      const token = next();
      if (token.kind === "end") fail(place ? "the formula stops here: something is missing" : "type a formula");
      if (token.text === ",") fail("before this comma something is missing");
      if ([")", "]", "}"].includes(token.text)) fail("before this closing parenthesis something is missing");
      fail(`before “${token.text}” something is missing`);
    };

    // condition ? yes : no, in Python's order.
    const choice = () => deeper(() => {
      const yes = either();
      const token = skip("if");
      if (!token) return yes;
      const condition = either();
      if (!skip("else")) fail("after the condition, say what else: x if x > 0 else 0");
      return node("choose", token.at, { condition: conditional(condition), yes, no: choice() });
    });
    const either = () => {
      let left = both();
      for (let token; (token = skip("or")); )
        left = node("either", token.at, { left: conditional(left), right: conditional(both()) });
      return left;
    };
    const both = () => {
      let left = negation();
      for (let token; (token = skip("and")); )
        left = node("both", token.at, { left: conditional(left), right: conditional(negation()) });
      return left;
    };
    const negation = () => {
      const token = skip("not");
      return token ? deeper(() => node("not", token.at, { of: conditional(negation()) })) : comparison();
    };
    const comparison = () => {
      let left = sum(), whole = null;
      while (is("<", ">", "<=", ">=", "==", "!=")) {
        const token = take(), right = sum();
        const one = node("compare", token.at, { left, sign: token.text, right });
        whole = whole ? node("both", token.at, { left: whole, right: one }) : one;
        left = right;
      }
      if (is("=")) fail("an equals sign has no place here; to compare, write ==");
      return whole ?? left;
    };
    const isCondition = (one) =>
      (one.kind === "group" ? isCondition(one.of) : ["compare", "both", "either", "not"].includes(one.kind));
    const conditional = (one) => {
      if (!isCondition(one)) throw new FormulaError("a condition compares, as in x > 0", one.at);
      return one;
    };

    const sum = () => {
      let left = product();
      while (is("+", "-")) {
        const token = take();
        left = node("sum", token.at, { left, sign: token.text, right: product() });
      }
      return left;
    };
    const product = () => {
      let first = place, left = signed(), divided = null;
      for (;;) {
        const token = next();
        if (is("*", "/")) {
          take();
          first = place;
          left = node(token.text === "*" ? "times" : "over", token.at, { left, right: signed() });
          divided = token.text === "/" ? token : null;
        } else if (startsOperand()) {
          if (divided) fail("does this belong under the fraction? Write 1/(2*x) or (1/2)*x");
          if (token.kind === "number") fail("an operator is missing before this number");
          refuseDoubt(tokens.slice(first, place), token);
          first = place;
          left = node("times", token.at, { left, right: power(), silent: true });
        } else return left;
      }
    };
    // e^2x may be meant as e^(2x), and e^kx as e^(kx): x^2 y and 2^3 x cannot.
    const refuseDoubt = (before, token) => {
      const raised = before.length === 3 && before[1].text === "^" || before.length === 4 && before[2].text === "-";
      if (raised && before[0].text === "e" && token.kind === "name" && !token.apart)
        fail("does this belong to the exponent? Write e^(2*x) or e^2*x");
    };
    const signed = () => {
      const token = skip("-", "+");
      if (!token) return power();
      const of = deeper(signed, token);
      return token.text === "-" ? node("minus", token.at, { of }) : of;
    };
    const power = () => {
      const base = operand();
      const token = skip("^");
      return token ? node("power", token.at, { base, exponent: exponent(token) }) : base;
    };
    const exponent = (token) => deeper(signed, token);

    const inside = (open, close) => {
      if (is(close)) expected();
      const bars_ = bars;
      bars = 0;
      const one = choice();
      bars = bars_;
      if (!is(close)) {
        if (next().kind === "end") fail("this parenthesis is never closed", open);
        if (is(",")) fail("a comma parts the arguments of a function; a decimal number has a point, as in 0.5");
        fail(`“${next().text}” was not expected here; the parenthesis is closed by “${close}”`);
      }
      take();
      return one;
    };
    const CLOSED_BY = { "(": ")", "[": "]", "{": "}" };

    const operand = () => {
      const token = next();
      if (token.kind === "number") return number(take());
      if (token.kind === "name") return word(take());
      if (is("(", "[", "{")) return deeper(() => node("group", token.at, { of: inside(take(), CLOSED_BY[token.text]) }));
      if (is("|")) return deeper(absolute);
      if (is("frac")) return deeper(fraction);
      if (is("sqrt")) return deeper(root);
      if (is("begin cases")) return deeper(cases);
      return expected();
    };
    const number = (token) => {
      const value = Number(token.text);
      if (!isFinite(value)) fail("this number is too large for a computer", token);
      return node("number", token.at, { value, text: token.text });
    };
    const absolute = () => {
      const open = take();
      bars++;
      const of = choice();
      bars--;
      if (!skip("|")) fail("this bar has no partner", open);
      return node("call", open.at, { name: "abs", args: [of] });
    };
    // What stands after \frac or \sqrt: a group, a digit or a letter.
    const part = () => {
      const token = next();
      if (is("{")) return inside(take(), "}");
      if (token.kind !== "number" || token.text.length === 1) return operand();
      const digit = { ...token, text: token.text[0], end: token.at + 1 };
      tokens[place] = { ...token, text: token.text.slice(1), at: token.at + 1 };
      return number(digit);
    };
    const fraction = () => {
      const token = take();
      return node("over", token.at, { left: part(), right: part(), closed: true });
    };
    const root = () => {
      const token = take();
      const degree = is("[") ? inside(take(), "]") : null;
      const of = is("(") ? inside(take(), ")") : part();
      if (!degree) return node("call", token.at, { name: "sqrt", args: [of] });
      const unit = { kind: "number", at: token.at, moves: false, chooses: false, value: 1, text: "1" };
      return node("power", token.at, { base: of, exponent: node("over", token.at, { left: unit, right: degree }) });
    };
    const cases = () => {
      const open = take(), rows = [];
      while (!is("end cases")) {
        const value = choice();
        skip(",");
        if (!skip("&")) fail("between a value and its condition stands “&”");
        if (skip("otherwise", "else")) {
          skip("\\\\");
          if (!is("end cases")) fail("after “otherwise” the cases end");
          take();
          return pile(rows, value);
        }
        skip("if");
        rows.push([conditional(either()), value]);
        if (!skip("\\\\") && !is("end cases")) fail("cases are parted by “\\\\”", next().kind === "end" ? open : next());
      }
      take();
      if (!rows.length) fail("these cases are empty", open);
      return pile(rows.slice(0, -1), rows.at(-1)[1]);
    };
    const pile = (rows, last) =>
      rows.reduceRight((no, [condition, yes]) => node("choose", condition.at, { condition, yes, no }), last);

    // --- Words: a function, a constant, x, or a letter that gets a slider ---

    const meaning = (name) => {
      const word = ALIASES.get(name) ?? name;
      if (vocabulary.has(word)) return { function: word };
      const lower = ALIASES.get(name.toLowerCase()) ?? name.toLowerCase();
      if (name.length > 1 && vocabulary.has(lower) && !GREEK.has(name)) return { function: lower };
      if (word === "x") return { kind: "variable" };
      if (CONSTANTS.includes(word)) return { kind: "constant", name: word };
      if (GREEK.has(word)) return { kind: "letter", name: word };
      const [stem, below] = word.split(/_(.*)/s);
      if (below && (GREEK.has(stem) || /^[A-Za-z]$/.test(stem))) return { kind: "letter", name: word };
      if (/^[A-Za-z]\d*$/.test(word) && !/^[xe]\d/.test(word)) return { kind: "letter", name: word };
      return null;
    };
    const leaf = ({ kind, name }, token, at = token.at) => {
      if (kind === "letter" && !letters.has(name)) {
        if (letters.size === MOST_LETTERS) fail(`at most ${MOST_LETTERS} letters get a slider`, token);
        letters.add(name);
      }
      return node(kind, at, kind === "variable" ? {} : { name });
    };
    const word = (token) => {
      const name = token.text, meant = meaning(name);
      if (meant && meant.function) return deeper(() => call(meant.function, token), token);
      if (name === "f" && is("(")) fail("f is what you are about to define, and no function yet", token);
      if (meant && name !== "X") return leaf(meant, token);
      if (SAID_HERE.has(name)) fail(SAID_HERE.get(name), token);
      return apart(token) ?? fail(unknown(name), token);
    };
    const unknown = (name) => {
      const clash = /^([xe])(\d+)$/.exec(name);
      if (clash) return `${name} may be ${clash[1]}*${clash[2]} or ${clash[1]}^${clash[2]}: write which`;
      const said = SAID_HERE.get(name) ?? SAID_HERE.get(name.toLowerCase());
      if (said) return said;
      const stuck = /^([A-Za-z]+)x$/.exec(name), rest = stuck && meaning(stuck[1]);
      if (rest && rest.function) return `write ${stuck[1]}(x), with parentheses`;
      const near = nearest(name, known);
      return `unknown name “${name}”${near ? `: did you mean ${near[1]}?` : "; a letter with a slider is a single one, such as k"}`;
    };
    // Letters without a sign between them are a product: kx is k*x, and xtanh(x) is x*tanh(x).
    const apart = (token) => {
      const name = token.text;
      if (!/^[A-Za-z]+$/.test(name)) return null;
      for (const length of is("(") ? [1, 2] : []) {
        const rest = meaning(name.slice(length));
        if (name.length > length + 2 && rest && rest.function)
          return node("times", token.at, {
            left: spelt(name.slice(0, length), token),
            right: deeper(() => call(rest.function, { ...token, at: token.at + length }), token), silent: true });
      }
      const near = nearest(name, known);
      if (name.length > 4 || (name.length > 2 && (!name.includes("x") || (near && near[0] <= 1)))) return null;
      return spelt(name, token);
    };
    const spelt = (name, token) => [...name]
      .map((letter, i) => leaf(meaning(letter), token, token.at + i))
      .reduce((left, right) => node("times", right.at, { left, right, silent: true }));

    const call = (name, token) => {
      const raised = skip("^");
      const exponent_ = raised && (is("{", "(") ? inside(take(), CLOSED_BY[tokens[place - 1].text]) : raisedTo(raised));
      const one = node("call", token.at, { name, args: is("(", "[") ? given(name, token) : [bare(name, token)] });
      const { least, most } = vocabulary.get(name);
      if (one.args.length < least || one.args.length > most) fail(takes(name), token);
      return exponent_ ? node("power", raised.at, { base: one, exponent: exponent_ }) : one;
    };
    const raisedTo = (raised) => {
      if (is("-")) fail("for the inverse of a function write its name, such as atanh or arctan", raised);
      return next().kind === "number" ? number(take()) : fail("the power of a function is a number, as in tanh^2(x)");
    };
    const takes = (name) => {
      const { least, most, parameters } = vocabulary.get(name);
      const names = parameters && parameters.length ? `: ${name}(x, ${parameters.join(", ")})` : "";
      const count = least === most ? least : most === Infinity ? `at least ${least}` : `${least} to ${most}`;
      return `${name} takes ${count} argument${count === 1 ? "" : "s"}${names}`;
    };
    // The argument of a function without parentheses: what is multiplied without a sign, as in sin 2x.
    const bare = (name, token) => {
      const { kind } = next();
      if (!startsOperand() || is("[")) fail(`${name} needs its argument in parentheses: ${name}(x)`, token);
      let one = power();
      while (kind !== "sign" && next().kind === "name" && meaning(next().text)?.kind)
        one = node("times", next().at, { left: one, right: power(), silent: true });
      return one;
    };
    const given = (name, token) => {
      const open = take(), close = CLOSED_BY[open.text], { parameters = [] } = vocabulary.get(name), args = [];
      const bars_ = bars;
      bars = 0;
      for (let named = false; ; ) {
        const key = tokens[place], keyed = key.kind === "name" && tokens[place + 1].text === "=";
        if (keyed) {
          const index = parameters.indexOf(ALIASES.get(key.text) ?? key.text) + 1;
          if (!index) fail(`${name} has no parameter ${key.text}; ${takes(name)}`, key);
          if (args[index]) fail(`${key.text} is given twice`, key);
          place += 2;
          args[index] = choice();
          named = true;
        } else if (named) fail("after a named argument all are named");
        else args.push(choice());
        if (skip(close)) break;
        if (next().kind === "end") fail("this parenthesis is never closed", open);
        if (!skip(",")) fail(`“${next().text}” was not expected here: arguments are parted by commas`);
      }
      bars = bars_;
      for (let i = 1; i < args.length; i++)
        args[i] ??= { kind: "default", at: token.at, moves: false, chooses: false, index: i };
      if (name === "where" && args.length === 3) conditional(args[0]);
      return args;
    };

    const tree = choice();
    if (next().kind !== "end") {
      if (is(",")) fail("a comma parts the arguments of a function; a decimal number has a point, as in 0.5");
      if (is(")", "]", "}")) fail("this closing parenthesis has no partner");
      if (is("=")) fail("an equals sign has no place here; to compare, write ==");
      fail(`“${next().text}” was not expected here`);
    }
    return { tree, letters: [...letters] };
  };
})();
