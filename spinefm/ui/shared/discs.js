// @ts-check
// Heights of an intervertebral disc, its height index, and the slip of a body over the one below.

import { distance } from "./geometry.js";
import { meanHeight } from "./heights.js";
import { along, dot, mean, middle, minus, perpendicular, unit } from "./planar.js";
import { discName, faultOf, firstOf, NO_FACING, NO_SCALE, pairsOf } from "./spine.js";

/** @typedef {import("./geometry.js").Pair} Pair */
/** @typedef {import("./spine.js").Spine} Spine */
/** @typedef {import("./spine.js").Draft} Draft */

/** @type {[string, number, number][]} */
const HEIGHTS = [["anterior", 3, 0], ["middle", 5, 4], ["posterior", 2, 1]];

const NUMERALS = ["0", "I", "II", "III", "IV", "V"]; // how Meyerding's grades are written

/** From the upper body to the lower, at right angles to the middle of both endplates. @param {Pair[]} upper @param {Pair[]} lower @returns {Pair} */
function discNormal(upper, lower) {
  const above = unit(minus(upper[2], upper[3]));
  const below = unit(minus(lower[1], lower[0]));
  const normal = perpendicular(unit([above[0] + below[0], above[1] + below[1]]));
  const side = dot(minus(middle(lower.slice(0, 2)), middle(upper.slice(2, 4))), normal);
  return side < 0 ? [-normal[0], -normal[1]] : normal;
}

/** Anterior, middle and posterior height across the disc, in pixels. @param {Pair[]} upper @param {Pair[]} lower */
export function discHeights(upper, lower) {
  const normal = discNormal(upper, lower);
  return HEIGHTS.map(([, above, below]) => along(lower[below], upper[above], normal));
}

/** How far the upper body has slipped, in % of the lower body's superior endplate; anterior is positive. @param {Pair[]} upper @param {Pair[]} lower */
export function slip(upper, lower) {
  const [anterior, posterior] = lower;
  return (100 * along(upper[2], posterior, unit(minus(anterior, posterior)))) / distance(anterior, posterior);
}

/** @param {Spine} spine @returns {Draft[]} */
export function discDrafts(spine) {
  return pairsOf(spine).flatMap(([upper, lower]) => [...discHeightDrafts(spine, upper, lower), indexDraft(spine, upper, lower)]);
}

/** @param {Spine} spine @param {number} upper @param {number} lower */
function discHead(spine, upper, lower) {
  const levels = [spine.bodies[upper].name, spine.bodies[lower].name];
  return { levels, disc: discName(levels), fault: faultOf(spine, [upper, "inferior"], [lower, "superior"]), bodies: [upper, lower] };
}

/** @param {Spine} spine @param {number} upper @param {number} lower @returns {Draft[]} */
function discHeightDrafts(spine, upper, lower) {
  const { levels, disc, fault, bodies } = discHead(spine, upper, lower);
  const known = firstOf(fault, spine.spacing ? "" : NO_SCALE);
  return HEIGHTS.map(([place, above, below], which) => ({
    key: `disc_height_${place}`, group: "disc", levels, name: `${disc} disc height, ${place}`, unit: "mm",
    method: "between the endplates, along the normal of the disc",
    reason: firstOf(known, place !== "middle" && !spine.facing ? NO_FACING : ""), undirected: place === "middle", bodies, lines: [[[upper, above], [lower, below]]],
    value: (points) => (spine.spacing || 1) * discHeights(points[upper], points[lower])[which],
  }));
}

/** @param {Spine} spine @param {number} upper @param {number} lower @returns {Draft} */
function indexDraft(spine, upper, lower) {
  const { levels, disc, fault, bodies } = discHead(spine, upper, lower);
  const whole = bodies.filter((at) => !faultOf(spine, [at, "superior"], [at, "inferior"]));
  return {
    key: "disc_height_index", group: "disc", levels, name: `${disc} disc height index`, unit: "ratio", bodies, undirected: true,
    method: `mean of three disc heights over the mean height of ${whole.map((at) => spine.bodies[at].name).join(" and ")}`,
    reason: firstOf(fault, whole.length ? "" : "neither body beside the disc has a measurable height"),
    lines: HEIGHTS.map(([, above, below]) => [[upper, above], [lower, below]]),
    value: (points) => mean(discHeights(points[upper], points[lower])) / mean(whole.map((at) => meanHeight(points[at]))),
  };
}

/** @param {Spine} spine @returns {Draft[]} */
export function slipDrafts(spine) {
  return pairsOf(spine).map(([upper, lower]) => {
    const { levels, disc, fault, bodies } = discHead(spine, upper, lower);
    const value = (/** @type {Pair[][]} */ points) => slip(points[upper], points[lower]);
    const least = leastSlip(spine, upper);
    return {
      key: "slip", group: "slip", levels, name: `${disc} slip`, unit: "%", bodies,
      method: `posterior corners along the superior endplate of ${levels[1]}, anterior positive`,
      reason: firstOf(fault, spine.facing ? "" : NO_FACING), lines: [[[lower, 0], [lower, 1]], [[upper, 2], [lower, 1]]],
      value, grading: { scale: "Meyerding", of: (/** @type {number} */ percent) => meyerdingGrade(percent, least), words: (/** @type {Pair[][]} */ points) => meyerdingWords(value(points), least), signed: true, numerals: NUMERALS },
    };
  });
}

/** The least slip with a grade under a body; in the neck a larger one, because endplates slope there.
 * @param {Spine} spine @param {number} upper */
function leastSlip(spine, upper) {
  const inTheNeck = spine.bodies[upper].level?.startsWith("C");
  return inTheNeck ? spine.limits.neck_slip_limit : spine.limits.slip_limit;
}

/** Meyerding's grade, 0 to 5, of a slip either way. @param {number} percent @param {number} least */
function meyerdingGrade(percent, least) {
  const size = Math.abs(percent);
  return size < least ? 0 : 1 + [25, 50, 75, 100].filter((limit) => limit < size).length;
}

/** @param {number} percent @param {number} least */
export function meyerdingWords(percent, least) {
  const grade = meyerdingGrade(percent, least);
  return `Meyerding ${NUMERALS[grade]}${grade ? `, ${percent > 0 ? "anterior" : "posterior"}` : ""}`;
}
