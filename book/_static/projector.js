/* An explorer alone on a full screen: #full-screen-2 shows the second one of the page, #full-screen-2:0.5:3 with its
   controls there. The figure itself is taken out of the page, with all that the reader has set, and put back. */
(() => {
  "use strict";
  const ADDRESS = /^#full-screen-(\d+)((?::[-.\w]+)*)$/;
  let shown = null;

  const controlsOf = (figure) => [...figure.querySelectorAll("form :is(input, select)")];
  const place = (control) => (control.tagName === "SELECT" ? control.selectedIndex : Number(control.value));
  const here = (number, figure) =>
    history.replaceState(null, "", `#full-screen-${[number, ...controlsOf(figure).map(place)].join(":")}`);

  const set = (figure, places) => controlsOf(figure).slice(0, places.length).forEach((control, i) => {
    if (control.tagName === "SELECT") control.selectedIndex = Math.min(places[i], control.options.length - 1);
    else control.value = places[i];
    control.dispatchEvent(new Event("input", {bubbles: true}));
  });

  // The panels stand in the row or the column in which they are largest.
  const fit = () => {
    const room = shown.figure.querySelector(".sts-panels");
    const shapes = [...room.children].map((panel) => Number(panel.style.getPropertyValue("--a")));
    const gap = 16, wide = room.clientWidth, high = room.clientHeight;
    const row = Math.min(high, (wide - gap * (shapes.length - 1)) / shapes.reduce((sum, shape) => sum + shape));
    const column = Math.min((high - gap * (shapes.length - 1)) / shapes.length, wide / Math.max(...shapes));
    room.style.setProperty("--h", `${Math.floor(Math.max(row, column))}px`);
    room.classList.toggle("in-column", column > row);
  };

  const button = (words, click) => {
    const made = document.createElement("button");
    made.type = "button";
    made.textContent = words;
    made.addEventListener("click", click);
    return made;
  };

  const titleOf = (figure) => {
    const heading = figure.closest("section")?.querySelector("h1, h2, h3, h4")?.cloneNode(true);
    heading?.querySelectorAll(".headerlink, mjx-assistive-mml").forEach((one) => one.remove());
    return heading ? [...heading.childNodes] : [document.title];
  };

  const open = (number, places) => {
    const figure = document.getElementById(`explorer-${number}`);
    if (!figure?.explorer) return;
    const dialog = document.createElement("dialog"), bar = document.createElement("header");
    const title = document.createElement("h2"), gap = document.createElement("div");
    dialog.className = "full-screen";
    title.id = "full-screen-title";
    title.append(...titleOf(figure));
    dialog.setAttribute("aria-labelledby", title.id);
    bar.append(title, button("Light or dark", () => document.querySelector(".theme-switch-button")?.click()),
      button("Back to the page", close));
    gap.style.height = `${figure.offsetHeight}px`; // nothing behind moves
    figure.replaceWith(gap);
    dialog.append(bar, figure);
    document.body.append(dialog);
    shown = {number, figure, dialog, gap, panels: figure.querySelector(".sts-panels").getAttribute("style")};
    if (places.length) set(figure, places);

    dialog.addEventListener("cancel", (event) => { event.preventDefault(); close(); });
    dialog.addEventListener("input", () => here(number, figure));
    dialog.addEventListener("click", ({target}) => {
      if (target.closest("form button")) here(number, figure); // Reset
    });
    dialog.addEventListener("keydown", (event) => { // before the figure keeps it to itself
      const control = controlsOf(figure)[Number(event.key) - 1];
      if (!control || event.ctrlKey || event.altKey || event.metaKey) return;
      event.preventDefault();
      control.focus();
    }, true);
    dialog.showModal();
    controlsOf(figure)[0]?.focus();
    window.addEventListener("resize", fit);
    fit();
  };

  const close = () => {
    if (!shown) return;
    const {number, figure, dialog, gap, panels} = shown;
    window.removeEventListener("resize", fit);
    dialog.close();
    const room = figure.querySelector(".sts-panels");
    room.classList.remove("in-column");
    if (panels === null) room.removeAttribute("style"); else room.setAttribute("style", panels);
    gap.replaceWith(figure);
    dialog.remove();
    shown = null;
    if (document.fullscreenElement) document.exitFullscreen();
    if (ADDRESS.test(location.hash)) history.replaceState(null, "", `#explorer-${number}`);
    figure.scrollIntoView({block: "nearest"});
    figure.querySelector(".full-screen-link").focus({preventScroll: true});
  };

  const follow = async () => {
    const asked = ADDRESS.exec(location.hash);
    if (shown && shown.number !== Number(asked?.[1])) close();
    if (!asked || shown) return;
    // Only where the reader has just asked for it: a browser refuses it to an address.
    if (navigator.userActivation?.isActive)
      await document.documentElement.requestFullscreen?.().catch(() => {});
    open(Number(asked[1]), asked[2].split(":").slice(1).map(Number).map((one) => one || 0));
  };

  const waits = ADDRESS.test(location.hash);
  if (waits) document.documentElement.classList.add("full-screen-waits");
  window.addEventListener("hashchange", follow);
  document.addEventListener("fullscreenchange", () => document.fullscreenElement || close());
  document.addEventListener("DOMContentLoaded", () => {
    if (waits) follow();
    document.documentElement.classList.remove("full-screen-waits");
  });
})();
