// @ts-check
// The arithmetic of charts: extents, round ticks, scales from values to pixels and back, bins, the closest point.

/** @typedef {[number, number]} Range */
/** @typedef {{at(value: number): number, back(pixel: number): number, domain: Range}} Scale */

/** Smallest and largest value with a margin; one value alone, and none, get room too. @param {number[]} values @param {number} [margin] a share @returns {Range} */
export function extentOfValues(values, margin = 0.06) {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  if (low > high) return [0, 1];
  const room = high > low ? (high - low) * margin : Math.abs(high) * 0.1 || 1;
  return [low - room, high + room];
}

/** The distance between round ticks, at most `most` of them: 1, 2 or 5 times a power of ten. @param {Range} range @param {number} most */
export function tickStep([low, high], most) {
  const rough = (high - low) / Math.max(1, most);
  const power = 10 ** Math.floor(Math.log10(rough));
  return [1, 2, 5, 10].map((times) => times * power).find((step) => step >= rough * (1 - 1e-9)) ?? 10 * power;
}

/** Round values within a range. @param {Range} range @param {number} most @returns {number[]} */
export function ticksOf(range, most) {
  const step = tickStep(range, most);
  const first = Math.ceil(range[0] / step - 1e-9);
  const count = Math.floor(range[1] / step + 1e-9) - first + 1;
  return Array.from({ length: Math.max(0, count) }, (_, k) => clean((first + k) * step));
}

/** A sum of decimals without the last digits' noise. @param {number} value */
export function clean(value) {
  return Number(value.toPrecision(12)) + 0;
}

/** @param {Range} domain of values @param {Range} range of pixels @returns {Scale} */
export function linear(domain, range) {
  const slope = (range[1] - range[0]) / (domain[1] - domain[0] || 1);
  return { domain, at: (value) => range[0] + (value - domain[0]) * slope, back: (pixel) => domain[0] + (pixel - range[0]) / slope };
}

/** Bins of equal, round width over all values, and how many lie in each; a bin holds its lower edge, the last its upper too.
 * @param {number[]} values @param {number} most @returns {{edges: number[], counts: number[]}} */
export function binned(values, most) {
  const range = extentOfValues(values, 0);
  const step = tickStep(range, most);
  const first = Math.floor(range[0] / step + 1e-9);
  const count = Math.max(1, Math.ceil(range[1] / step - 1e-9) - first);
  const counts = new Array(count).fill(0);
  for (const value of values) counts[Math.min(count - 1, Math.max(0, Math.floor(value / step - first + 1e-9)))] += 1;
  return { edges: Array.from({ length: count + 1 }, (_, k) => clean((first + k) * step)), counts };
}

/** The place in a list of the point closest to a pixel, -1 where none lies within `reach` of it.
 * @param {{x: number, y: number}[]} points @param {number} x @param {number} y @param {number} reach */
export function closest(points, x, y, reach) {
  let [best, least] = [-1, reach * reach];
  points.forEach((point, k) => {
    const away = (point.x - x) ** 2 + (point.y - y) ** 2;
    if (away > least) return;
    [best, least] = [k, away];
  });
  return best;
}

/** Two ends in rising order. @param {number} a @param {number} b @returns {Range} */
export function ordered(a, b) {
  return a <= b ? [a, b] : [b, a];
}
