// From events to frames: the order in which a run is replayed, and the picture each frame stands for.

const DIRECTIONS = { up: "upwards", down: "downwards", seed: "starting point", added: "clicked" };

function groupOf(event) {
  return event.direction ? `${event.direction} ${event.step}` : event.kind;
}

// Both directions are computed together; replayed, the sub-steps of one step stay side by side.
// A run that tries other starting points begins anew, and so does what the reader asks of a finished one.
function framesOf(events) {
  const groups = new Map();
  let part = 0;
  events.forEach((event, index) => {
    if (["seeded", "corrected"].includes(event.kind)) part += 1;
    const name = `${part} ${groupOf(event)}`;
    if (["finished", "corrected"].includes(event.kind)) part += 1;
    if (!groups.has(name)) groups.set(name, []);
    groups.get(name).push({ event, index, group: name });
  });
  return [...groups.values()].flat();
}

function frameOfEvent(frames, index) {
  return Math.max(0, frames.findIndex((frame) => frame.index === index));
}

function newStep(event) {
  return { direction: event.direction, step: event.step, checks: [] };
}

const TAKE = {
  located(picture, event) {
    picture.located = event;
  },
  seeded(picture, event) {
    picture.seeded = event;
    picture.accepted.clear();
    picture.rejected.length = 0;
  },
  // A second look begins the step anew: what the first one found is set aside.
  proposed(picture, event) {
    const first = picture.step.segmented;
    if (first && first.mask.length) picture.rejected.push({ outline: first.mask, centroid: first.centroid, step: { ...picture.step } });
    Object.assign(picture.step, { proposed: event, segmented: undefined, classified: undefined, checks: [] });
  },
  segmented(picture, event) {
    picture.step.segmented = event;
  },
  checked(picture, event) {
    picture.step.checks.push(event);
  },
  classified(picture, event) {
    picture.step.classified = event;
  },
  decided(picture, event) {
    const step = picture.step;
    step.decided = event;
    const { mask = [], centroid = null } = step.segmented || {};
    const shape = { outline: mask, centroid, step };
    if (event.reason === "by hand") picture.rejected = picture.rejected.filter((item) => item.step.direction !== step.direction);
    if (event.vertebra !== null && step.segmented) picture.accepted.set(event.vertebra, { number: event.vertebra, ...shape });
    else if (shape.outline.length) picture.rejected.push(shape);
  },
  named(picture, event) {
    picture.named = event;
    event.vertebrae.forEach((number, index) => picture.names.set(number, event.levels[index] || `V${index + 1}`));
  },
  finished(picture, event) {
    picture.finished = event;
    picture.result = event.vertebrae;
    event.vertebrae.forEach((vertebra) => picture.names.set(vertebra.number, vertebra.name));
  },
  corrected(picture, event) {
    const known = new Map([...picture.finished.vertebrae, ...picture.extra, ...event.added].map((item) => [item.number, item]));
    picture.extra.push(...event.added);
    picture.corrected = event;
    picture.names = new Map(event.vertebrae.map((number, index) => [number, event.levels[index] || `V${index + 1}`]));
    picture.result = event.vertebrae.map((number) => known.get(number));
  },
};

// The picture after the frames 0 … last.
function pictureAt(frames, last) {
  const picture = {
    located: null, seeded: null, named: null, finished: null, corrected: null, result: null, extra: [], step: null,
    steps: new Map(), accepted: new Map(), rejected: [], names: new Map(), event: null,
  };
  for (const { event, group } of frames.slice(0, last + 1)) {
    if (event.direction && !picture.steps.has(group)) picture.steps.set(group, newStep(event));
    picture.step = event.direction ? picture.steps.get(group) : null;
    TAKE[event.kind](picture, event);
    picture.event = event;
  }
  return picture;
}

// The frame on which each vertebra was accepted, by its number.
function acceptances(frames) {
  const found = new Map();
  frames.forEach((frame, index) => {
    if (frame.event.kind === "decided" && frame.event.vertebra !== null) found.set(frame.event.vertebra, index);
  });
  return found;
}

// All names of the run, also on frames before they are given: for headings and lanes.
function finalNames(frames) {
  return frames.length ? pictureAt(frames, frames.length - 1).names : new Map();
}

// What the names rest on at a frame.
function anchorOf(picture) {
  return (picture.corrected || picture.named || {}).anchor || null;
}

// The frame on which a step ended, or -1.
function frameOfStep(frames, direction, step) {
  return frames.findLastIndex(({ event }) => event.kind === "decided" && event.direction === direction && event.step === step);
}

// How a frame ended, for its tick: kept, end, stopped, by the reader's hand, or nothing yet.
function verdictOf(event) {
  if (event.kind === "corrected" || event.reason === "by hand") return "hand";
  if (event.kind === "decided") return { accepted: "kept", "spine end": "end", stopped: "stopped" }[event.verdict];
  if (event.kind === "checked") return event.value > event.limit ? "stopped" : "passed";
  return "passed";
}
