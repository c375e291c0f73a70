// @ts-check
// What two evaluations were run with, and in what they differ: the server's list of choices, compared here.

/** @typedef {import("./types").Fact} Fact */

const ABSENT = "–";

/** Name and both texts of every choice that differs; of two presets, not what merely follows from them.
 * @param {Fact[]} first @param {Fact[]} second @returns {[string, string, string][]} */
export function differences(first, second) {
  const [one, two] = [first, second].map((facts) => new Map(facts.map((fact) => [fact[0], fact])));
  const implied = one.get("preset")?.[1] !== two.get("preset")?.[1];
  const of = (/** @type {Map<string, Fact>} */ facts, /** @type {string} */ name) => facts.get(name) || /** @type {Fact} */ ([name, ABSENT, false]);
  return [...new Set([...one.keys(), ...two.keys()])].map((name) => [of(one, name), of(two, name)])
    .filter(([a, b]) => a[1] !== b[1] && !(implied && a[2] && b[2]))
    .map(([a, b]) => [a[0], a[1], b[1]]);
}

/** A line on how the evaluation on show and the compared one differ; "" where none is compared.
 * @param {import("./types").Model} model @param {import("./types").Model | null} other */
export function differText(model, other) {
  if (!other) return "";
  const found = differences(model.data.facts || [], other.data.facts || []);
  if (!found.length) return "Both are of the same method, weights and settings.";
  return `They differ in (evaluation / compared): ${found.map(([name, a, b]) => `${name} ${a} / ${b}`).join("; ")}.`;
}
