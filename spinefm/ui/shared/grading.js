// @ts-check
// How a measure is graded where its landmarks are not sure, by the rule of Python's `spinefm.measure.spine.Grading`.

/** @typedef {import("./geometry.js").Pair} Pair */
/** scale: its name; of: the grade of a value; words: the grade of landmarks; signed: whether the words say to which side of 0
 * the value lies; numerals: how grades are written, where not 0, 1 …
 * @typedef {{scale: string, of: (value: number) => number, words: (points: Pair[][]) => string, signed?: boolean, numerals?: string[]}} Grading */

/** The grade in words; where fewer than a share of `least` of the draws agree, or no side is sure, the range of likely ones.
 * @param {Grading} grading @param {number} value @param {Pair[][]} points @param {number[]} draws of the value
 * @param {number} half of the width of its 95 % interval @param {number} least */
export function gradeWords(grading, value, points, draws, half, least) {
  const [own, grades] = [grading.of(value), draws.map(grading.of)];
  const share = grades.filter((grade) => grade === own).length / grades.length;
  const sided = Boolean(grading.signed && own && Math.abs(value) <= half);
  if (sided || share < least) return rangeOf(grading, grades, sided);
  const isWhole = [value - half, value + half].every((end) => grading.of(end) === own);
  return `${grading.words(points)}${isWhole ? "" : `, ${Math.min(99, Math.floor(100 * share + 0.5))} % sure`}`;
}

/** The grades from the tenth to the ninetieth per cent of the draws. @param {Grading} grading @param {number[]} grades @param {boolean} sided */
function rangeOf({ scale, numerals }, grades, sided) {
  const sorted = [...grades].sort((a, b) => a - b);
  const at = (/** @type {number} */ share) => sorted[Math.round(share * (sorted.length - 1))];
  const ends = new Set([sided ? 0 : at(0.1), at(0.9)]);
  return `${scale} ${[...ends].map((grade) => (numerals ? numerals[grade] : grade)).join(" to ")}, uncertain`;
}
