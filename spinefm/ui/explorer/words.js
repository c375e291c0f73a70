// @ts-check
// What the tables hold, in the words that the server sends with them.

/** Plain words for a reason or group; one without words stays as it is. @param {import("./types").Words | undefined} words @param {string} raw */
export function inWords(words, raw) {
  return words && Object.hasOwn(words, raw) ? words[raw] : raw;
}
