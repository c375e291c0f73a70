// A small document for the tests: elements, selectors by tag, class, attribute and descent, and events that bubble.

const CAMEL = (/** @type {string} */ name) => name.replace(/-(\w)/g, (_, letter) => letter.toUpperCase());
const KEBAB = (/** @type {string} */ name) => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

class Style {
  constructor() {
    this.writes = 0;
  }

  setProperty(name, value) {
    this.writes += 1;
    this[name] = value;
  }

  getPropertyValue(name) {
    return this[name] || "";
  }
}

class ClassList {
  constructor(node) {
    this.node = node;
  }

  names() {
    return (this.node.getAttribute("class") || "").split(/\s+/).filter(Boolean);
  }

  contains(name) {
    return this.names().includes(name);
  }

  toggle(name, on = !this.contains(name)) {
    const rest = this.names().filter((other) => other !== name);
    this.node.setAttribute("class", [...rest, ...(on ? [name] : [])].join(" "));
    return on;
  }

  add(name) {
    this.toggle(name, true);
  }

  remove(name) {
    this.toggle(name, false);
  }
}

/** One compound of a selector, such as `tr.lit[data-number="3"]`. */
function fits(node, compound) {
  const parts = compound.match(/^[\w*-]+|\.[\w-]+|#[\w-]+|\[[^\]]+\]/g) || [];
  return parts.every((part) => {
    if (part.startsWith(".")) return node.classList.contains(part.slice(1));
    if (part.startsWith("#")) return node.getAttribute("id") === part.slice(1);
    if (part.startsWith("[")) {
      const [, name, , value] = part.match(/^\[([\w-]+)(="?([^"\]]*)"?)?\]$/);
      return value === undefined ? node.hasAttribute(name) : node.getAttribute(name) === value;
    }
    return part === "*" || node.tagName.toLowerCase() === part.toLowerCase();
  });
}

function matches(node, selector) {
  return selector.split(/,\s*/).some((one) => {
    const path = one.trim().match(/(?:\[[^\]]*\]|[^\s[])+/g) || [];
    if (!fits(node, path.pop())) return false;
    let at = node.parentElement;
    while (path.length && at) {
      if (fits(at, path[path.length - 1])) path.pop();
      at = at.parentElement;
    }
    return !path.length;
  });
}

export class Node {
  constructor(tag) {
    this.tagName = tag.toUpperCase();
    this.attributes = new Map();
    this.childNodes = [];
    this.parentElement = null;
    this.listeners = [];
    this.style = new Style();
    this.classList = new ClassList(this);
    this.offsetParent = {};
    this.value = "";
    this.writes = 0;
    const node = this;
    this.dataset = new Proxy({}, {
      get: (_, name) => node.attributes.get(`data-${KEBAB(String(name))}`),
      set: (_, name, value) => Boolean(node.setAttribute(`data-${KEBAB(String(name))}`, value)) || true,
      deleteProperty: (_, name) => node.attributes.delete(`data-${KEBAB(String(name))}`) || true,
      has: (_, name) => node.attributes.has(`data-${KEBAB(String(name))}`),
      ownKeys: () => [...node.attributes.keys()].filter((name) => name.startsWith("data-")).map((name) => CAMEL(name.slice(5))),
      getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true }),
    });
  }

  setAttribute(name, value) {
    this.attributes.set(name, String(value));
    if (name === "value") this.value = this.defaultValue = String(value);
  }

  getAttribute(name) {
    return this.attributes.get(name) ?? null;
  }

  hasAttribute(name) {
    return this.attributes.has(name);
  }

  removeAttribute(name) {
    this.attributes.delete(name);
  }

  get className() {
    return this.getAttribute("class") || "";
  }

  set className(words) {
    this.setAttribute("class", words);
  }

  get hidden() {
    return this.hasAttribute("hidden");
  }

  set hidden(on) {
    if (on) this.setAttribute("hidden", "");
    else this.attributes.delete("hidden");
  }

  get title() {
    return this.getAttribute("title") || "";
  }

  set title(words) {
    this.setAttribute("title", words);
  }

  get children() {
    return this.childNodes.filter((child) => child instanceof Node);
  }

  get textContent() {
    return this.childNodes.map((child) => (child instanceof Node ? child.textContent : child)).join("");
  }

  set textContent(words) {
    this.writes += 1;
    this.replaceChildren(String(words));
  }

  append(...children) {
    for (const child of children) {
      if (child instanceof Node) {
        child.remove();
        child.parentElement = this;
      }
      this.childNodes.push(child instanceof Node ? child : String(child));
    }
  }

  remove() {
    if (!this.parentElement) return;
    this.parentElement.childNodes = this.parentElement.childNodes.filter((child) => child !== this);
    this.parentElement = null;
  }

  replaceChildren(...children) {
    for (const child of this.children) child.parentElement = null;
    this.childNodes = [];
    this.append(...children);
  }

  get isConnected() {
    return this === document.body || Boolean(this.parentElement?.isConnected);
  }

  contains(other) {
    return other === this || Boolean(other && this.contains(other.parentElement) && other.parentElement);
  }

  matches(selector) {
    return matches(this, selector);
  }

  closest(selector) {
    return this.matches(selector) ? this : this.parentElement?.closest(selector) ?? null;
  }

  querySelectorAll(selector) {
    return this.children.flatMap((child) => [...(child.matches(selector) ? [child] : []), ...child.querySelectorAll(selector)]);
  }

  querySelector(selector) {
    return this.querySelectorAll(selector)[0] ?? null;
  }

  addEventListener(kind, act) {
    this.listeners.push([kind, act]);
  }

  /** Calls the listeners here and above; returns the event. */
  fire(kind, more = {}) {
    const event = { type: kind, target: this, stopped: false, prevented: false, stopPropagation() { this.stopped = true; }, preventDefault() { this.prevented = true; }, ...more };
    for (let node = this; node && !event.stopped; node = node.parentElement) {
      for (const [name, act] of node.listeners) if (name === kind) act(event);
    }
    return event;
  }

  click() {
    document.clicked.push(this);
    this.fire("click");
  }

  focus() {
    document.activeElement = this;
  }

  getBoundingClientRect() {
    return { left: 0, top: 0, right: 100, bottom: 100, width: 100, height: 100 };
  }

  scrollIntoView(how) {
    this.shown = how;
  }

  scrollTo(how) {
    this.scrolled = how;
  }

  getContext() {
    return this.ink || (this.ink = fakeInk());
  }
}

/** A drawing context that remembers what was asked of it: its calls as [name, ...arguments], with the state of then. */
export function fakeInk() {
  const calls = [];
  const state = { globalAlpha: 1, fillStyle: "", strokeStyle: "", lineWidth: 1, font: "" };
  const kept = [];
  const known = {
    calls,
    save: () => kept.push({ ...state }),
    restore: () => Object.assign(state, kept.pop()),
    measureText: (words) => ({ width: 7 * words.length }),
    depth: () => kept.length,
  };
  return new Proxy(known, {
    get: (target, name) => target[name] ?? (name in state ? state[name] : (...more) => { calls.push([name, ...more, { ...state }]); }),
    set: (_, name, value) => { state[name] = value; return true; },
  });
}

/** Puts a document, a window and their friends where the modules look for them. */
export function install() {
  const listeners = [];
  const body = new Node("body");
  globalThis.document = /** @type {any} */ ({
    body, activeElement: body, clicked: [], listeners,
    createElement: (tag) => new Node(tag), createElementNS: (_, tag) => new Node(tag),
    addEventListener: (kind, act) => listeners.push([kind, act]),
    dispatchEvent: () => true,
    fire: (kind, event) => { for (const [name, act] of listeners) if (name === kind) act(event); },
    querySelector: (selector) => body.querySelector(selector),
  });
  globalThis.ResizeObserver = class { observe() {} };
  globalThis.Path2D = class { moveTo() {} quadraticCurveTo() {} closePath() {} };
  return body;
}

/** Frames that run when the test says so; returns `tick`, which runs those that were asked for. */
export function installFrames() {
  let asked = new Map();
  let count = 0;
  globalThis.requestAnimationFrame = (act) => { count += 1; asked.set(count, act); return count; };
  globalThis.cancelAnimationFrame = (id) => { asked.delete(id); };
  const tick = (/** @type {number} */ stamp) => {
    const now = asked;
    asked = new Map();
    for (const act of now.values()) act(stamp);
    return now.size;
  };
  return { tick, waiting: () => asked.size };
}

const VOID = new Set(["img", "input", "br", "path", "meta", "link"]);

/** Markup such as the page's own skeletons as elements below a new one: no entities, no comments. @param {string} markup */
export function parsed(markup) {
  const root = new Node("div");
  let at = root;
  for (const [whole, close, tag, more, words] of markup.matchAll(/<(\/?)([\w-]+)([^>]*)>|([^<]+)/g)) {
    if (!tag) {
      if (words.trim()) at.append(words.trim());
    } else if (close) {
      if (!VOID.has(tag)) at = at.parentElement;
    } else {
      const node = new Node(tag);
      for (const [, name, , value = ""] of more.matchAll(/([\w-]+)(="([^"]*)")?/g)) node.setAttribute(name, value);
      at.append(node);
      if (!VOID.has(tag) && !whole.endsWith("/>")) at = node;
    }
  }
  return root;
}
