// @ts-check
// Numbers: between limits, between each other, and in words.

/** @param {number} value @param {number} low @param {number} high */
export function clamp(value, low, high) {
  return Math.min(high, Math.max(low, value));
}

/** @param {number} from @param {number} to @param {number} share */
export function mix(from, to, share) {
  return from + (to - from) * share;
}

/** A share of 0 to 1 that starts and ends gently. @param {number} share */
export function ease(share) {
  const x = clamp(share, 0, 1);
  return x * x * (3 - 2 * x);
}

/** How far `value` has come from `begin` to `end`, 0 to 1. @param {number} value @param {number} begin @param {number} end */
export function progress(value, begin, end) {
  if (end <= begin) return value >= end ? 1 : 0;
  return clamp((value - begin) / (end - begin), 0, 1);
}

/** A number as people type it, with a point or a comma before its decimals; NaN for anything else. @param {string} text */
export function typed(text) {
  return /^\s*[+-]?(\d+([.,]\d*)?|[.,]\d+)\s*$/.test(text) ? Number(text.replace(",", ".")) : NaN;
}

/** The number in the middle of `numbers`, the higher of two; 0 for none. @param {number[]} numbers */
export function middle(numbers) {
  return [...numbers].sort((a, b) => a - b)[numbers.length >> 1] ?? 0;
}

/** Two decimals, a dash for nothing. @param {number | null | undefined} number */
export function two(number) {
  return number === null || number === undefined ? "–" : Number(number).toFixed(2);
}

/** A probability in whole percent; what is neither none nor all is never written as 0 % or 100 %. @param {number} share */
export function percent(share) {
  const value = 100 * share;
  if (value > 0 && value < 0.5) return "< 1 %";
  if (value < 100 && value >= 99.5) return "> 99 %";
  return `${Math.round(value)} %`;
}

/** A share and its limit in percent, with as many digits as tell the two apart. @param {number} share @param {number} limit @returns {[string, string]} */
export function percents(share, limit) {
  const words = (/** @type {number} */ value, /** @type {number} */ digits) => (digits ? `${(100 * value).toFixed(digits)} %` : percent(value));
  const digits = Array.from({ length: 9 }, (_, index) => index).find((index) => words(share, index) !== words(limit, index)) ?? 0;
  return [words(share, digits), words(limit, digits)];
}

/** Two numbers with so many digits after the point, or with as many more as tell them apart. @param {number} value @param {number} limit @param {number} digits @returns {[string, string]} */
export function toldApart(value, limit, digits) {
  const more = Array.from({ length: 12 }, (_, index) => digits + index).find((count) => value.toFixed(count) !== limit.toFixed(count)) ?? digits;
  return [value.toFixed(more), limit.toFixed(more)];
}

/** A probability beside the limit that it is below: what rounds to the limit is said to be below it. @param {number} share @param {number} limit */
export function percentBelow(share, limit) {
  const words = percent(share);
  return share < limit && words === percent(limit) ? `< ${words}` : words;
}

/** A number and what it counts; thousands lie apart. @param {number} count @param {string} one @param {string} [many] */
export function counted(count, one, many = `${one}s`) {
  return `${thousands(count)} ${count === 1 ? one : many}`;
}

/** @param {number} count */
export function thousands(count) {
  return count.toLocaleString("en").replaceAll(",", " ");
}

/** @param {number} value */
export function seconds(value) {
  return value < 0.05 ? "< 0.1 s" : `${value.toFixed(1)} s`;
}

/** @param {string} words */
export function sentence(words) {
  return words.charAt(0).toUpperCase() + words.slice(1);
}
