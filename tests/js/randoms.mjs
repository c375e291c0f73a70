// Random numbers of 0 to 1 that are the same each time, for loops over many cases.

/** @param {number} seed */
export function randoms(seed) {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}
