// @ts-check
// The chosen film: marked in its list, and where the page is narrow there and back.

import { html } from "../shared/dom.js";

/** Marks a film of a list as the chosen one, or not. @param {HTMLElement} node @param {string} film */
export function markChosen(node, film) {
  node.dataset.chosen = String(node.dataset.film === film);
  buttonOf(node)?.setAttribute("aria-pressed", node.dataset.chosen);
}

/** What chooses a film: the film's node itself, or a button in it. @param {Element} node @returns {HTMLElement | null} */
function buttonOf(node) {
  return node.tagName === "BUTTON" ? /** @type {HTMLElement} */ (node) : node.querySelector("button");
}

/** Brings the chosen film into sight where it lies below its list; beside it, nothing moves. @param {Element} body list and film */
export function showFilm(body) {
  const [film, list] = [".ex-case", ".ex-list"].map((part) => /** @type {Element} */ (body.querySelector(part)));
  if (film.getBoundingClientRect().left < list.getBoundingClientRect().right) film.scrollIntoView({ block: "start" });
}

/** The way back to the chosen film's place in the list, which styles show where it is far. @param {Element} body list and film */
export function backButton(body) {
  const back = () => {
    const place = body.querySelector('.ex-list [data-film][data-chosen="true"]') || body;
    place.scrollIntoView({ block: "center" });
    buttonOf(place)?.focus({ preventScroll: true });
  };
  return html("button", { type: "button", class: "ex-back", onclick: back }, "back to list");
}
