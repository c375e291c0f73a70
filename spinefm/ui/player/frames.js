// From events to frames: the order in which a run is replayed, and the picture each frame stands for.

const DIRECTIONS = { up: "upwards", down: "downwards", seed: "starting point" };

function groupOf(event) {
  return event.direction ? `${event.direction} ${event.step}` : event.kind;
}

// Both directions are computed together; replayed, the sub-steps of one step stay side by side.
// A run that tries other starting points begins a new attempt.
function framesOf(events) {
  const groups = new Map();
  let attempt = 0;
  events.forEach((event, index) => {
    if (event.kind === "seeded") attempt += 1;
    const name = `${attempt} ${groupOf(event)}`;
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
  proposed(picture, event) {
    picture.step.proposed = event;
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
    if (event.vertebra !== null) picture.accepted.set(event.vertebra, { number: event.vertebra, ...shape });
    else if (shape.outline.length) picture.rejected.push(shape);
  },
  named(picture, event) {
    picture.named = event;
    event.vertebrae.forEach((number, index) => picture.names.set(number, event.levels[index] || `V${index + 1}`));
  },
  finished(picture, event) {
    picture.finished = event;
    event.vertebrae.forEach((vertebra) => picture.names.set(vertebra.number, vertebra.name));
  },
};

// The picture after the frames 0 … last.
function pictureAt(frames, last) {
  const picture = {
    located: null, seeded: null, named: null, finished: null, step: null,
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

// How a frame ended, for its tick: kept, end, stopped, or nothing yet.
function verdictOf(event) {
  if (event.kind === "decided") return { accepted: "kept", "spine end": "end", stopped: "stopped" }[event.verdict];
  if (event.kind === "checked") return event.value > event.limit ? "stopped" : "passed";
  return "passed";
}
