// Elements made from text only: nothing of a film's name or of a trace is ever parsed as html.

const SVG = "http://www.w3.org/2000/svg";

function fill(node, attributes, children) {
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

function html(tag, attributes, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

function svg(tag, attributes, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

function two(number) {
  return number === null || number === undefined ? "–" : Number(number).toFixed(2);
}

function clamp(number, low, high) {
  return Math.min(high, Math.max(low, number));
}

// `act` waits while a button below `root` is pressed; of what comes meanwhile only the last is acted on.
function whileNotPressed(root, act) {
  let pressed = false;
  let waiting = null;
  const release = () => {
    pressed = false;
    if (waiting === null) return;
    const [value] = waiting;
    waiting = null;
    act(value);
  };
  root.addEventListener("pointerdown", (event) => { pressed = event.target.closest("button") !== null; }, true);
  for (const end of ["pointerup", "pointercancel"]) document.addEventListener(end, () => setTimeout(release), true);
  return (value) => {
    if (pressed) waiting = [value];
    else act(value);
  };
}

// Draws anew and gives the keyboard's focus back to the button or list that had it, where it is still there.
function keepingFocus(root, draw) {
  const had = root.contains(document.activeElement) ? document.activeElement : null;
  const words = (node) => (node.tagName === "SELECT" ? node.className : node.textContent);
  draw();
  if (!had || had.isConnected) return;
  const same = [...root.querySelectorAll(had.tagName)].find((node) => words(node) === words(had));
  if (same) same.focus({ preventScroll: true });
}
