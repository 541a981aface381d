// Sorts and searches one gallery. The search field is the only state: the buttons of the properties write into it.
(script) => {
  const root = script.closest("figure");
  if (!root || root.gallery) return;
  const form = root.querySelector("form"), field = form.querySelector("input"), said = form.querySelector("output");
  const chips = [...form.querySelectorAll("[data-trait]")], body = root.querySelector("tbody");
  const rows = [...body.rows], traits = chips.map((chip) => chip.dataset.trait);
  // A copy of the gallery on the same page gets an id of its own.
  const copy = [...document.querySelectorAll(".sts-gallery")].indexOf(root);
  if (copy > 0) {
    field.id += `x${copy}`;
    form.querySelector("label").htmlFor = field.id;
    said.setAttribute("for", field.id);
  }

  // "smooth, not monotonic tanh" -> [["smooth", true], ["monotonic", false], ["tanh", true]]
  const wanted = () => {
    const terms = [];
    let holds = true;
    for (const word of field.value.toLowerCase().split(/[\s,;]+/).filter(Boolean))
      if (word === "not") holds = false;
      else { terms.push([word.replace("zero-centered", "zero-centred"), holds]); holds = true; }
    return terms;
  };
  // Half a word finds what it may become. What is not known of a function is neither so nor not so.
  const meets = ({ dataset: { holds, fails, words } }, [word, so]) => {
    const named = traits.filter((trait) => trait.startsWith(word)), listed = (so ? holds : fails).split(" ");
    const inWords = words.includes(word);
    if (!named.length || (so && inWords && !traits.includes(word))) return inWords === so;
    return so ? named.some((trait) => listed.includes(trait)) : named.every((trait) => listed.includes(trait));
  };
  const search = () => {
    const terms = wanted();
    let count = 0;
    for (const row of rows) {
      row.hidden = !terms.every((term) => meets(row, term));
      count += !row.hidden;
    }
    said.value = `${count} of ${rows.length} functions`;
    for (const chip of chips)
      chip.setAttribute("aria-pressed", String(terms.some(([word, holds]) => holds && word === chip.dataset.trait)));
  };

  const heads = [...root.querySelectorAll("thead th")];
  const key = (row, column) => {
    const text = row.cells[column].dataset.sort, number = Number(text.replace("inf", "Infinity"));
    return text === "" || number !== number ? text : number;
  };
  const compare = (u, v) => (typeof u === "string" ? u.localeCompare(v, "en") : (u > v) - (u < v));
  const order = (column, direction) => {
    const sorted = rows.map((row, place) => ({ row, place, key: column < 0 ? "" : key(row, column) }));
    const turn = direction === "descending" ? -1 : 1;
    if (column >= 0) sorted.sort((a, b) =>
      (a.key === "") - (b.key === "") || turn * compare(a.key, b.key) || a.place - b.place);
    body.append(...sorted.map((one) => one.row));
    heads.forEach((head, i) => head.hasAttribute("aria-sort") &&
      head.setAttribute("aria-sort", i === column ? direction : "none"));
  };
  const next = { none: "ascending", ascending: "descending", descending: "none" };
  heads.forEach((head, i) => {
    if (!head.hasAttribute("aria-sort")) return;
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    button.addEventListener("click", () => {
      const direction = next[head.getAttribute("aria-sort")];
      order(direction === "none" ? -1 : i, direction);
    });
    head.append(button);
  });

  for (const chip of chips)
    chip.addEventListener("click", () => {
      const trait = chip.dataset.trait, terms = wanted(), pressed = chip.getAttribute("aria-pressed") === "true";
      const kept = terms.filter(([word]) => word !== trait);
      if (!pressed) kept.push([trait, true]);
      field.value = kept.map(([word, holds]) => (holds ? word : `not ${word}`)).join(", ");
      search();
    });
  field.addEventListener("input", search);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(() => { field.value = ""; search(); order(-1, "none"); }));
  root.addEventListener("keydown", (event) => event.stopPropagation());
  for (const line of root.querySelectorAll(".g-math > div")) if (line.scrollWidth > line.clientWidth) line.tabIndex = 0;
  form.hidden = false;
  root.classList.add("is-live");
  root.gallery = { search, order };
  search();
}
