// @ts-check
// Outlines as the server sends them: x and y in turn, in film pixels.

/** Smallest and largest x and y: left, top, right, bottom. @param {number[]} points @returns {[number, number, number, number]} */
export function extentOf(points) {
  const xs = points.filter((_, k) => k % 2 === 0);
  const ys = points.filter((_, k) => k % 2 === 1);
  return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
}

/** The middle of the box round an outline. @param {number[]} points @returns {[number, number]} */
export function middle(points) {
  const [left, top, right, bottom] = extentOf(points);
  return [(left + right) / 2, (top + bottom) / 2];
}

/** An outline as the `d` of a closed svg path. @param {number[]} points */
export function pathText(points) {
  const pairs = [];
  for (let k = 0; k + 1 < points.length; k += 2) pairs.push(`${points[k]} ${points[k + 1]}`);
  return pairs.length ? `M${pairs.join("L")}Z` : "";
}
