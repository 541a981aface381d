/* Quick questions: a choice becomes a form that answers at once, a question at the sliders watches its explorer, and
   what was answered is kept in this browser, shown on one page, exported and erased there.
   The page reads well without this script; what it needs to know stands in data attributes (tools/questions.py). */
(() => {
  "use strict";
  const KEY = "from-step-to-softmax.questions";
  const PAUSE = 500; // milliseconds after the last step of a slider

  const make = (tag, attributes = {}, ...inside) => {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    made.append(...inside);
    return made;
  };
  const copies = (parent) => [...parent.childNodes].map((node) => node.cloneNode(true));

  /* --- What was answered: chapter -> question -> whether right at first, and whether right at all --- */

  let forgotten = {}; // holds for this page, where the browser keeps nothing
  let isKept = true;
  const recall = () => {
    if (!isKept) return forgotten;
    try {
      const found = JSON.parse(localStorage.getItem(KEY));
      return found && typeof found === "object" ? found : {};
    } catch (error) {
      if (!(error instanceof SyntaxError)) isKept = false;
      return forgotten;
    }
  };
  const keep = (all) => {
    forgotten = all;
    try { localStorage.setItem(KEY, JSON.stringify(all)); } catch { isKept = false; }
  };
  const entry = (box) => recall()[box.dataset.chapter]?.[box.dataset.name];
  const note = (box, right, first) => {
    const all = recall(), chapter = (all[box.dataset.chapter] ??= {});
    const known = (chapter[box.dataset.name] ??= { first, right: false });
    known.right ||= right;
    keep(all);
    show(box);
  };
  const show = (box) => {
    const title = box.querySelector(".admonition-title");
    if (entry(box)?.right && !title.querySelector(".answered"))
      title.append(make("span", { class: "answered" }, "answered"));
  };

  /* --- A choice --- */

  // Arrow keys pass from option to option, so they choose without answering: Space, Enter or the button answer.
  const offer = (box) => {
    const list = box.querySelector(":scope > ol.options"), folded = box.querySelector(":scope > details");
    const why = [...folded.querySelectorAll(":scope > ol > li")], right = Number(box.dataset.right);
    const asked = list.previousElementSibling, name = `${box.id}-option`;
    const options = [...list.children].map((item, place) => {
      const radio = make("input", { type: "radio", name, id: `${name}-${place}`, value: place });
      const words = item.querySelector(":scope > p") ?? item;
      const label = make("label", { for: radio.id }, ...words.childNodes);
      if (![...label.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim()))
        label.prepend(make("span", { class: "spoken" }, `Option ${"ABCDEF"[place]}: `)); // a formula alone is no name
      return make("div", { class: "option" }, radio, label);
    });
    const verdict = make("div", { class: "verdict", role: "status" });
    const check = make("button", { type: "submit", hidden: "" }, "Check this answer");
    const legend = make("legend", {}, ...asked.childNodes);
    const form = make("form", { autocomplete: "off" }, make("fieldset", {}, legend, ...options), check, verdict);

    const answer = (place) => {
      check.hidden = true;
      const isRight = place === right;
      options.forEach((option, other) => {
        if (other === place) option.classList.add(isRight ? "is-right" : "is-wrong");
      });
      verdict.className = `verdict ${isRight ? "says-right" : "says-wrong"}`;
      const told = make("div", {}, ...copies(why[place]));
      if (!isRight) (told.querySelector("p") ?? told).prepend(make("strong", {}, "Not this one."), " ");
      verdict.replaceChildren(told);
      note(box, isRight, isRight);
    };
    let isPassing = false;
    form.addEventListener("keydown", (event) => {
      isPassing = event.key.startsWith("Arrow");
      if (event.key === " " && event.target.checked) answer(Number(event.target.value));
    });
    form.addEventListener("keyup", () => { isPassing = false; });
    form.addEventListener("change", ({ target }) => {
      if (!isPassing) return answer(Number(target.value));
      verdict.replaceChildren();
      check.hidden = false;
    });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const chosen = form.querySelector("input:checked");
      if (chosen) answer(Number(chosen.value));
    });
    asked.remove();
    list.replaceWith(form);
    box.classList.add("is-live");
  };

  /* --- A question at the sliders --- */

  const follow = (box) => {
    const figures = document.querySelectorAll(`figure[data-explorer="${box.dataset.explorer}"]`);
    const figure = figures[Number(box.dataset.copy)], goals = JSON.parse(box.dataset.goals);
    const folded = box.querySelector(":scope > details");
    if (!figure?.explorer) return;
    const verdict = make("div", { class: "verdict", role: "status" });
    let wasOpened = false, pause;
    folded.before(verdict);
    folded.addEventListener("toggle", () => { wasOpened = true; });

    const controls = [...figure.querySelectorAll("input, select")];
    const labelled = (select) => figure.querySelector(`label[for="${select.id}"]`).textContent;
    const value = ({ name, option }) => {
      if (option !== null) return controls.find((one) => one.matches("select") && labelled(one) === name).selectedIndex;
      const end = { value: "-f", slope: "-df" }[name];
      const output = end ? figure.querySelector(`.sts-reading output[id$="${end}"]`) :
        controls.find((one) => one.name === name && one.matches("input")).parentNode.querySelector("output");
      return Number(output.dataset.value);
    };
    const distance = (goal) => { // below 0, above 0, or 0 where it is met
      const at = value(goal), slack = (bound) => 1e-9 * Math.max(1, Math.abs(bound));
      if (goal.option !== null) return Math.sign(at - goal.option);
      if (goal.low !== null && goal.low - at > slack(goal.low)) return -1;
      if (goal.high !== null && at - goal.high > slack(goal.high)) return 1;
      return at === at ? 0 : 1;
    };
    const judge = () => {
      const open = goals.find((goal) => distance(goal) !== 0);
      verdict.className = `verdict ${open ? "says-wrong" : "says-right"}`;
      if (open) {
        verdict.replaceChildren(make("p", {}, (distance(open) < 0 ? open.below : open.above) || "Not yet."));
        return;
      }
      const told = make("div", {}, ...[...folded.children].slice(1).map((one) => one.cloneNode(true)));
      (told.querySelector("p") ?? told).prepend(make("strong", {}, "There."), " ");
      verdict.replaceChildren(told);
      box.classList.add("is-live");
      note(box, true, !wasOpened);
    };
    figure.addEventListener("input", () => {
      clearTimeout(pause);
      pause = setTimeout(judge, PAUSE); // one who drags past it has not found it
    });
    figure.querySelector("form button").addEventListener("click", () => {
      clearTimeout(pause);
      verdict.replaceChildren();
    });
  };

  /* --- The page that tells of them --- */

  const tell = (place) => {
    const said = make("p", { role: "status" });
    const rows = [...place.querySelectorAll("tbody tr")];
    place.querySelector("thead tr").append(...["Right at first", "Right"].map((head) =>
      make("th", { scope: "col" }, head)));
    for (const row of rows) row.append(make("td"), make("td"));
    const total = rows.reduce((sum, row) => sum + row.dataset.names.split(" ").length, 0);
    const count = () => {
      const all = recall(), sums = [0, 0];
      for (const row of rows) {
        const known = all[row.dataset.chapter] ?? {};
        const asked = row.dataset.names.split(" ").map((name) => known[name]).filter(Boolean);
        [asked.filter((one) => one.first), asked.filter((one) => one.right)].forEach((some, place) => {
          row.querySelectorAll("td")[place + 1].textContent = some.length;
          sums[place] += some.length;
        });
      }
      const where = isKept ? "in this browser, and nowhere else" : "nowhere: this browser refuses to keep it";
      summary.textContent = `${sums[1]} of ${total} questions answered right, ${sums[0]} of them at first. ` +
        `This is kept ${where}.`;
      return Object.values(all).reduce((sum, chapter) => sum + Object.keys(chapter).length, 0);
    };
    const summary = make("p");

    const save = make("button", { type: "button" }, "Export as a file");
    save.addEventListener("click", () => {
      const text = JSON.stringify({ course: "From Step to Softmax", questions: recall() }, null, 2);
      const link = make("a", { download: "from-step-to-softmax-progress.json" });
      link.href = URL.createObjectURL(new Blob([`${text}\n`], { type: "application/json" }));
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 10000);
      said.textContent = "Exported.";
    });

    const erase = make("button", { type: "button", "aria-expanded": "false" }, "Erase \u2026");
    const yes = make("button", { type: "button" }, "Erase them"), no = make("button", { type: "button" }, "Keep them");
    const words = make("span", { id: "question-erase" }), sure = make("span", { hidden: "" }, words, " ", yes, " ", no);
    yes.setAttribute("aria-describedby", words.id);
    const close = (what) => {
      sure.hidden = true;
      erase.setAttribute("aria-expanded", "false");
      erase.focus();
      said.textContent = what;
    };
    erase.addEventListener("click", () => {
      const number = count();
      if (!number) { said.textContent = "There is nothing to erase."; return; }
      words.textContent = `Erase the answers to ${number} question${number === 1 ? "" : "s"}?`;
      said.textContent = "";
      sure.hidden = false;
      erase.setAttribute("aria-expanded", "true");
      yes.focus();
    });
    yes.addEventListener("click", () => {
      forgotten = {};
      try { localStorage.removeItem(KEY); } catch { isKept = false; }
      count();
      close("Erased.");
    });
    no.addEventListener("click", () => close("Kept."));
    place.prepend(summary);
    place.append(make("div", { class: "question-buttons" }, save, " ", erase, " ", sure), said);
    count();
    window.addEventListener("storage", count);
    window.addEventListener("pageshow", count);
  };

  for (const box of document.querySelectorAll(".admonition.question")) {
    (box.dataset.kind === "choice" ? offer : follow)(box);
    show(box);
  }
  for (const place of document.querySelectorAll(".question-progress")) tell(place);
})();
