// What a formula may be made of: the functions of numbers.js and every function of the catalogue, by name.

const CATALOGUE = (() => {
  // Conditions are read with the functions of numbers.js alone; all that stands in them may move with x.
  const stir = (node) => {
    for (const part of Object.values(node)) if (part && part.kind) stir(part);
    node.moves = true;
    return node;
  };
  const read = (pieces) => pieces.map(([when, code]) =>
    ({ when: when === null ? null : stir(readFormula(when, new Map()).tree), code }));
  return new Map(ENTRIES.map((entry) => {
    const all = entry.most ? entry.code.map(read) : read(entry.code);
    return [entry.name, { ...entry, any: Boolean(entry.most), pieces: (count) => (entry.most ? all[count - 2] : all) }];
  }));
})();

const VOCABULARY = new Map([
  ...Object.keys(ELEMENTARY).map((name) => [name, { least: 1, most: 1 }]),
  ["abs", { least: 1, most: 1 }],
  ["max", { least: 2, most: Infinity }],
  ["min", { least: 2, most: Infinity }],
  ["clip", { least: 3, most: 3 }],
  ["where", { least: 3, most: 3 }],
  ...[...CATALOGUE.values()].map(({ name, parameters, defaults, most }) => [name, {
    least: most ? 2 : defaults.filter((one) => one === null).length,
    most: most ?? parameters.length,
    parameters: parameters.slice(1),
  }]),
]);

const read = (text) => readFormula(text, VOCABULARY);
