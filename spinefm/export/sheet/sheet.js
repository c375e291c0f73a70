// @ts-check
// The filter of the sheet: cards and failures that hold every word typed stay.

/** Whether a text, in small letters, holds every word of a query. @param {string} text @param {string} query */
export function holds(text, query) {
  return query.toLowerCase().split(/\s+/).every((word) => text.includes(word));
}

/** Hides what does not fit; returns how many fit. @param {HTMLElement[]} cards @param {string} query */
export function filter(cards, query) {
  let shown = 0;
  for (const card of cards) {
    card.hidden = !holds(card.dataset.text || "", query);
    if (!card.hidden) shown += 1;
  }
  return shown;
}

/** What is said about a filter. @param {number} shown @param {number} all @param {string} query */
export function said(shown, all, query) {
  return query.trim() ? `${shown} of ${all} shown` : "";
}

/** @param {Document} page */
export function start(page) {
  const field = /** @type {HTMLInputElement} */ (page.getElementById("filter"));
  const status = /** @type {HTMLElement} */ (page.getElementById("shown"));
  const cards = /** @type {HTMLElement[]} */ ([...page.querySelectorAll("[data-text]")]);
  const show = () => {
    status.textContent = said(filter(cards, field.value), cards.length, field.value);
  };
  field.addEventListener("input", show);
  show(); // a browser may keep what was typed before
}
