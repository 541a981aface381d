/* The folds of a page: opened or folded all at once, remembered, and opened where a link leads into one (a
   browser's search in the page opens them by itself).
   Loaded in the head, so that a page that is remembered open is drawn open. */
(() => {
  "use strict";
  const KEY = "from-step-to-softmax.folds";
  const folds = () => [...document.querySelectorAll("details.fold")];

  const isRememberedOpen = () => {
    try { return localStorage.getItem(KEY) === "open"; } catch { return false; }
  };
  const remember = (open) => {
    try { localStorage.setItem(KEY, open ? "open" : "folded"); } catch { /* refused: it holds for this page */ }
  };
  const setAll = (open) => folds().forEach((fold) => { fold.open = open; });

  const openAround = (element) => {
    let opened = false;
    for (let fold = element?.closest("details.fold"); fold; fold = fold.parentElement.closest("details.fold")) {
      opened ||= !fold.open;
      fold.open = true;
    }
    return opened;
  };
  const openAtAnchor = () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (openAround(target)) target.scrollIntoView();
  };

  // The parser's additions are seen before they are drawn.
  const parsed = new MutationObserver(() => setAll(true));
  if (isRememberedOpen()) parsed.observe(document, {childList: true, subtree: true});

  document.addEventListener("DOMContentLoaded", () => {
    parsed.disconnect();
    const control = document.getElementById("fold-control"), status = document.getElementById("fold-status");
    const areAllOpen = () => folds().every((fold) => fold.open);
    const show = () => control.setAttribute("aria-expanded", areAllOpen());

    control.addEventListener("click", () => {
      const open = !areAllOpen();
      setAll(open);
      remember(open);
      show();
      status.textContent = open ? "All code and checks are open." : "All code and checks are folded.";
    });
    document.addEventListener("toggle", show, true); // a toggle event does not bubble
    window.addEventListener("hashchange", openAtAnchor);
    openAtAnchor();
    show();
  });
})();
