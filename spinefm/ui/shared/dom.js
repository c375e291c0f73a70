// @ts-check
// Elements made from text only: nothing of a film's name or of a trace is ever parsed as html.

const SVG = "http://www.w3.org/2000/svg";

/** @param {Element} node @param {Record<string, any> | null} attributes @param {any[]} children */
export function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : value);
  }
  for (const child of children.flat(Infinity)) {
    if (child !== null && child !== undefined) node.append(child);
  }
  return node;
}

/** @param {string} tag @param {Record<string, any> | null} [attributes] @param {any[]} children @returns {any} */
export function html(tag, attributes, ...children) {
  return fill(document.createElement(tag), attributes || {}, children);
}

/** @param {string} tag @param {Record<string, any> | null} [attributes] @param {any[]} children @returns {any} */
export function svg(tag, attributes, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes || {}, children);
}

/** Writes a text only where it changed, so that a frame costs no layout. @param {Element | null} node @param {string} words */
export function say(node, words) {
  if (node && node.textContent !== words) node.textContent = words;
}

/** @param {HTMLElement | null} node @param {string} name @param {string} value */
export function style(node, name, value) {
  if (node && node.style.getPropertyValue(name) !== value) node.style.setProperty(name, value);
}

/** `act` waits while a button below `root` is pressed; what comes meanwhile is acted on in order after the release.
 * @param {Element} root @param {(value: any) => void} act */
export function whileNotPressed(root, act) {
  let pressed = false;
  /** @type {any[]} */
  let waiting = [];
  const release = () => {
    pressed = false;
    for (const value of waiting.splice(0)) act(value);
  };
  root.addEventListener("pointerdown", (event) => { pressed = /** @type {Element} */ (event.target).closest("button") !== null; }, true);
  for (const end of ["pointerup", "pointercancel"]) document.addEventListener(end, () => setTimeout(release), true);
  return (/** @type {any} */ value) => {
    if (pressed) waiting.push(value);
    else act(value);
  };
}

/** Draws again and gives the keyboard's focus back to the button or list that had it, where it is still there.
 * @param {Element} root @param {() => void} draw */
export function keepingFocus(root, draw) {
  const had = root.contains(document.activeElement) ? document.activeElement : null;
  const words = (/** @type {Element} */ node) => (node.tagName === "SELECT" ? node.className : node.textContent);
  draw();
  if (!had || had.isConnected) return;
  const same = [...root.querySelectorAll(had.tagName)].find((node) => words(node) === words(had));
  if (same) /** @type {HTMLElement} */ (same).focus({ preventScroll: true });
}
