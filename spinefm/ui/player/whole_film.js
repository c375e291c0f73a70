// The stages of the methods that see the whole film at once: VertXNet's pairs, SPINEPS's cutouts and fusion.

const WHOLE_FILM = ["mapped", "recognised", "paired", "leftover", "centred", "cutout", "fused"];
const VERTXNET_PARTS = [["mapped", "map"], ["located", "detect"], ["paired", "merge"], ["named", "name"], ["finished", "finish"]];
const SPINEPS_PARTS = [["mapped", "map"], ["centred", "centres"], ["cutout", "cut out"], ["fused", "fuse"], ["named", "name"], ["finished", "finish"]];
const SAME_PART = { recognised: "located", leftover: "paired" };

function contourOf(picture, source, index) {
  return source === "unet" ? picture.mapped.pieces[index] : picture.located.detections[index];
}

function take(picture, number, found) {
  if (number !== null && found) picture.accepted.set(number, { number, outline: found.mask, centroid: found.centroid || null });
}

Object.assign(TAKE, {
  mapped(picture, event) { picture.mapped = event; },
  recognised(picture, event) { picture.recognised = event; },
  centred(picture, event) { picture.centred = event; },
  cutout() {},
  paired(picture, event) { take(picture, event.vertebra, event.mask ? event : contourOf(picture, "detector", event.detection)); },
  leftover(picture, event) { take(picture, event.vertebra, contourOf(picture, event.source, event.index)); },
  fused(picture, event) { take(picture, event.vertebra, event); },
});

// What a frame draws beside the vertebrae so far; `pen` are the picture's own tools.
const DRAWN = {
  mapped: (picture, pen) => [
    picture.event.close_view ? pen.rect(picture.event.close_view, "patch") : null,
    ...picture.mapped.pieces.filter((piece) => piece.kept).map((piece) => pen.edged(piece.mask, "candidate")),
  ],
  recognised: (picture, pen) => picture.recognised.detections.map((index, row) => {
    const { c2, s1 } = picture.recognised;
    return pen.text(contourOf(picture, "detector", index).centroid, `C2 ${two(c2[row])} · S1 ${two(s1[row])}`, "score");
  }),
  paired: (picture, pen) => [
    picture.event.piece === null ? null : pen.edged(contourOf(picture, "unet", picture.event.piece).mask, "against"),
    pen.edged(contourOf(picture, "detector", picture.event.detection).mask, "candidate"),
  ],
  leftover: (picture, pen) => pen.edged(contourOf(picture, picture.event.source, picture.event.index).mask,
    picture.event.vertebra === null ? "rejected" : "candidate"),
  centred: (picture, pen) => picture.centred.centres.map((centre, index) => pen.cross(centre.point, "known", `centre ${index + 1}`)),
  cutout: (picture, pen) => [
    pen.rect(picture.event.box, "patch"),
    ...["above", "below"].map((place) => pen.edged(picture.event[place], "against")),
    pen.edged(picture.event.centre, "candidate"),
  ],
  fused: (picture, pen) => pen.edged(picture.event.mask, "candidate"),
};

function lineCard(title, note, ...parts) {
  return [heading(title, note), ...parts];
}

function captionLine(event) {
  return html("p", { class: "card-line" }, event.caption);
}

function ratio(label, value, limit) {
  return gauge({ label, value, limit, full: 1, over: true, state: value > limit ? "good" : "bad" });
}

Object.assign(CARDS, {
  mapped: (view, picture) => lineCard("Semantic map", "U-Net", captionLine(picture.event)),
  recognised: (view, { event }) => lineCard("Reference vertebra", `limit ${two(event.limit)}`,
    ...event.detections.flatMap((index, row) => [["C2", event.c2[row]], ["S1", event.s1[row]]]
      .filter(([, value]) => value > 0.05)
      .map(([name, value]) => gauge({ label: `${name} at detection ${index + 1}`, value, limit: event.limit, full: 1, over: true,
        state: value > event.limit ? "good" : "plain" })))),
  paired: (view, { event }) => lineCard(`Detection ${event.detection + 1}`, event.verdict,
    ratio("agreement", event.agreement, event.eta), ratio("cover", event.cover, event.eta), captionLine(event)),
  leftover: (view, { event }) => lineCard("Left over", event.verdict,
    gauge({ label: "overlap with a kept mask", value: event.overlap, limit: event.overlap_limit, over: true,
      state: event.overlap > event.overlap_limit ? "bad" : "good" }), captionLine(event)),
  centred: (view, picture) => lineCard("Centres", `${picture.event.centres.length}`, captionLine(picture.event)),
  cutout: (view, picture) => lineCard(`Cutout ${picture.event.index + 1}`, "three predictions", captionLine(picture.event)),
  fused: (view, { event }) => lineCard(`Fusion ${event.order + 1}`, event.verdict,
    gauge({ label: "agreement", value: event.agreement, limit: event.partner_limit, full: 1, over: true,
      state: event.agreement > event.partner_limit ? "good" : "plain" }),
    gauge({ label: "claimed before", value: event.claimed, limit: event.claimed_limit, full: 1, over: true,
      state: event.claimed > event.claimed_limit ? "bad" : "good" }), captionLine(event)),
});

// The parts of a run under way, by what it has shown so far.
function partsOf(events) {
  if (events.some((event) => event.kind === "centred")) return SPINEPS_PARTS;
  return events.some((event) => WHOLE_FILM.includes(event.kind)) ? VERTXNET_PARTS : PARTS;
}
