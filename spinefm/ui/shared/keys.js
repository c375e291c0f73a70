// @ts-check
// What counts as typing, and which key an element needs for itself.

const SLIDER_KEYS = new Set(["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Home", "End", "PageUp", "PageDown"]);

/** @param {any} target */
export function isTyping(target) {
  return Boolean(target && target.closest && target.closest("input:not([type=range]):not([type=checkbox]), textarea, select, [contenteditable=true]"));
}

/** A slider of its own meaning keeps its arrows; the scrubber's are the player's. @param {any} target @param {string} key */
export function sliderKeeps(target, key) {
  return Boolean(target && target.matches && target.matches("input[type=range]:not([data-scrub])") && SLIDER_KEYS.has(key));
}

/** The name under which a table of keys holds an event's key. @param {{key: string, shiftKey?: boolean}} event */
export function keyName(event) {
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  return event.shiftKey && key.startsWith("Arrow") ? `Shift+${key}` : key;
}
