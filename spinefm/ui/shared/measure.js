// @ts-check
// All measures of a spine from its landmarks, and offset and pelvis, which have one formula between them.

import { alignmentDrafts } from "./alignment.js";
import { discDrafts, slipDrafts } from "./discs.js";
import { heightDrafts } from "./heights.js";
import { facingLeft, mean } from "./planar.js";
import { faultOf, firstOf, missing, NO_FACING, NO_SCALE, placeOf, shownValue, within, without } from "./spine.js";

/** @typedef {import("./geometry.js").Pair} Pair */
/** @typedef {import("./spine.js").Spine} Spine */
/** @typedef {import("./spine.js").Draft} Draft */
/** A measure: its value, or null and the reason; `bodies` are places from the top, `lines` film points to draw.
 * @typedef {{key: string, group: string, levels: string[], name: string, unit: string, method: string, value: number | null, reason: string, grade: string, bodies: number[], lines: Pair[][]}} Measure */

const NO_HEADS = "the femoral heads are not outlined; the sacral slope is what S1 alone gives";
const PELVIS = [
  ["pelvic_incidence", "pelvic incidence", "normal of the S1 endplate to the line to the femoral heads' axis"],
  ["pelvic_tilt", "pelvic tilt", "vertical to the line from the femoral heads' axis to the S1 endplate's middle"],
  ["incidence_lordosis", "pelvic incidence minus lordosis L1-S1", "pelvic incidence minus lordosis L1-S1"],
];

/** Every measure in order, not yet computed. @param {Spine} spine @returns {Draft[]} */
export function draftsOf(spine) {
  return [alignmentDrafts, heightDrafts, discDrafts, slipDrafts, offsetDrafts, pelvisDrafts].flatMap((drafts) => drafts(spine)).map((draft) => undirected(draft, spine));
}

/** On a rotated film a draft has no value where that depends on which way is up. @param {Draft} draft @param {Spine} spine @returns {Draft} */
function undirected(draft, spine) {
  return spine.rotated && !draft.undirected && draft.bodies.length ? { ...draft, reason: spine.rotated } : draft;
}

/** A draft with its value, or without one and why. @param {Spine} spine @param {Draft} draft @returns {Measure} */
export function measured(spine, draft) {
  const { key, group, levels, name, unit, method, reason, bodies } = draft;
  const common = { key, group, levels, name, unit, method, reason, bodies };
  if (reason) return { ...common, value: null, grade: "", lines: [] };
  return { ...common, value: shownValue(draft, spine), grade: draft.grading ? draft.grading.words(spine.points) : "", lines: linesOf(spine, draft) };
}

/** The draft's paths as film points. @param {Spine} spine @param {Draft} draft @returns {Pair[][]} */
export function linesOf(spine, draft) {
  const over = draft.lines.map((path) => path.map(([at, place]) => spine.bodies[at].points[place]));
  const built = draft.built ? draft.built(spine.points) : [];
  return [...over, ...(spine.facing === "right" ? built.map((path) => path.map(facingLeft)) : built)]; // mirrored back
}

/** From the posterior superior corner of the lower body forward to the plumb line of the upper body, in pixels. @param {Pair[]} upper @param {Pair[]} lower */
export function sagittalVerticalAxis(upper, lower) {
  return lower[1][0] - mean(upper.slice(0, 4).map((point) => point[0]));
}

/** The plumb line of the upper body's centre down to the lower body's corner, and on to the corner. @param {Pair[]} upper @param {Pair[]} lower @returns {Pair[]} */
function plumbLine(upper, lower) {
  const x = mean(upper.slice(0, 4).map((point) => point[0]));
  return [[x, mean(upper.slice(0, 4).map((point) => point[1]))], [x, lower[1][1]], lower[1]];
}

/** @param {Spine} spine @returns {Draft[]} */
function offsetDrafts(spine) {
  const named = spine.bodies.filter((body) => body.level);
  if (named.length && !named.some((body) => within(/** @type {string} */ (body.level), "C2", "C7"))) return [];
  const [upper, lower] = [placeOf(spine, "C2"), placeOf(spine, "C7")];
  const head = { key: "sva_c2_c7", group: "offset", levels: ["C2", "C7"], name: "C2-C7 sagittal vertical axis", unit: "mm",
    method: "plumb line of the centre of C2 to the posterior superior corner of C7, anterior positive" };
  if (upper < 0 || lower < 0) return [without({ ...head, reason: missing(spine, "C2", "C7") })];
  const fault = faultOf(spine, [upper, "inferior"], [lower, "superior"]);
  return [{
    ...head, reason: firstOf(fault, spine.notUpright, spine.spacing ? "" : NO_SCALE, spine.facing ? "" : NO_FACING),
    bodies: [upper, lower], lines: [[[lower, 0], [lower, 1]]],
    value: (points) => (spine.spacing || 1) * sagittalVerticalAxis(points[upper], points[lower]), built: (points) => [plumbLine(points[upper], points[lower])],
  }];
}

/** Pelvic incidence and tilt, on films that show the lumbar spine or the sacrum: without femoral heads there are none. @param {Spine} spine @returns {Draft[]} */
function pelvisDrafts(spine) {
  if (!spine.bodies.some((body) => body.level && within(body.level, "L1", "S1"))) return [];
  return PELVIS.map(([key, name, method]) => without({ key, group: "pelvis", levels: ["S1"], name, unit: "°", method, reason: NO_HEADS }));
}
