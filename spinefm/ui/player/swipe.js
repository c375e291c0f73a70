// @ts-check
// On a narrow screen one pane is seen at a time: buttons, and a swipe, lead from the step to the result and back.

/** @param {HTMLElement} root the player's */
export function connectSwipe(root) {
  const panes = /** @type {HTMLElement} */ (root.querySelector(".player-panes"));
  const buttons = /** @type {HTMLElement[]} */ ([...root.querySelectorAll("[data-pane]")]);
  for (const button of buttons) button.addEventListener("click", () => panes.scrollTo({ left: button.dataset.pane === "final" ? panes.scrollWidth : 0, behavior: "smooth" }));
  panes.addEventListener("scroll", () => {
    const seen = paneAt(panes.scrollLeft, panes.scrollWidth, panes.clientWidth);
    for (const button of buttons) button.setAttribute("aria-pressed", String(button.dataset.pane === seen));
  }, { passive: true });
}

/** The pane of which most is seen. @param {number} left @param {number} whole @param {number} seen widths in pixels */
export function paneAt(left, whole, seen) {
  return left > (whole - seen) / 2 ? "final" : "stage";
}
