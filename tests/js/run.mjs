// Shared by the tests: a run of one starting point and two lanes, small enough to follow by hand.

/** @param {Record<string, any>} more */
export function beat(more) {
  return { phase: "find", seconds: 1, words: "", draw: [], ...more };
}

const square = (/** @type {number} */ x, /** @type {number} */ y) => [x, y, x + 10, y, x + 10, y + 10, x, y + 10];

/** @param {string} lane @param {number} step @param {number | null} body @param {number} y */
export function step(lane, step, body, y) {
  const of = { lane, section: lane.startsWith("start") ? "start" : "induction", step };
  const shape = { kind: "shape", outline: square(0, y) };
  return [
    beat({ ...of, phase: "predict", seconds: 0.5, draw: [{ kind: "points", role: "predicted", motion: "fly", until: "step", points: [0, 0, 5, y] }] }),
    beat({ ...of, phase: "overlap", seconds: 0.5, verdict: body === null ? "failed" : "passed" }),
    beat({ ...of, phase: "decide", seconds: 0.25, body, verdict: body === null ? "rejected" : "kept", reason: body === null ? "overlap" : "",
      draw: [{ ...shape, role: body === null ? "rejected" : "kept", motion: body === null ? "shiver" : "drop", until: "run", ...(body === null ? {} : { body }) }] }),
  ];
}

/** The same entries, with the end of the film in the place of what was rejected. @param {{beats: any[]}[]} all */
export function atFilmEnd(all) {
  const edge = { verdict: "end", reason: "8 px outside", words: "The film ends here." };
  return all.map((entry) => ({ ...entry, beats: entry.beats.map((one) => (one.verdict === "rejected" ? { ...one, ...edge } : one)) }));
}

export const entries = [
  { kind: "located", text: "found", beats: [beat({})] },
  { kind: "seeded", text: "chosen", beats: [beat({ seconds: 0.5, clears: "all" })] },
  ...step("start 1", 0, 0, 50).map((item) => ({ kind: item.phase, text: item.phase, beats: [item] })),
  ...step("up", 1, 1, 30).map((item) => ({ kind: item.phase, text: item.phase, beats: [item] })),
  ...step("down", 1, null, 70).map((item) => ({ kind: item.phase, text: item.phase, beats: [item] })),
  { kind: "named", text: "named", beats: [beat({ phase: "name", draw: [{ kind: "label", role: "name", body: 1, point: [5, 35], text: "C2" }] })] },
  { kind: "finished", text: "done", beats: [beat({ phase: "name", clears: "bodies", draw: [{ kind: "shape", role: "final", motion: "fade", until: "run", body: 1, outline: square(0, 30) }] })] },
];
