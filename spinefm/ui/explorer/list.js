// @ts-check
// The films that pass the filters, as a wall of pictures or as a table, with the figures and bars beside them.

import { counted } from "../shared/numbers.js";
import { drawCases } from "./cases.js";
import { drawHistograms, drawLevels } from "./charts.js";
import { casesOf } from "./model.js";
import { isFiltered, PAGE } from "./state.js";
import { drawRemarks, drawSummary } from "./summary.js";
import { drawWall } from "./wall.js";

export class FilmList {
  /** @param {import("./explorer.js").Explorer} explorer */
  constructor(explorer) {
    this.explorer = explorer;
    this.shown = 0;
  }

  /** Draws the figures, and the list from its beginning. */
  show() {
    const { explorer } = this;
    const { view, act, root } = explorer;
    view.cases = casesOf(view);
    this.shown = PAGE[view.state.mode];
    drawRemarks(explorer.part(".ex-remarks"), view);
    drawSummary(explorer.part(".ex-summary"), view);
    drawLevels(explorer.part(".ex-levels"), view, act);
    drawHistograms(root, view, act);
    this.draw();
  }

  more() {
    this.shown += PAGE[this.explorer.view.state.mode];
    this.draw();
  }

  /** Draws the list alone. */
  draw() {
    const { explorer, shown } = this;
    const { view, act, shell } = explorer;
    const wall = view.state.mode !== "table";
    shell.dataset.mode = view.state.mode;
    shell.dataset.cases = String(view.cases.length);
    explorer.part(".ex-wall").hidden = !wall;
    explorer.part(".ex-cases").hidden = wall;
    if (wall) drawWall(explorer.part(".ex-wall"), view, act, shown);
    else drawCases(explorer.part(".ex-cases"), view, act, shown);
    explorer.part(".ex-count").textContent = countText(view);
    explorer.part("[data-more]").hidden = view.cases.length <= shown;
    explorer.part("[data-clear]").hidden = !isFiltered(view.state);
  }
}

/** How many films pass. @param {import("./types").View} view */
export function countText({ cases, model }) {
  if (!cases.length) return "No film passes these filters: clear one.";
  const rows = cases.reduce((sum, one) => sum + one.rows.length, 0);
  const films = counted(model.films.name.length, model.data.simulated ? "simulated film" : "film");
  return `${cases.length} of ${films}, ${counted(rows, "vertebra or mask", "vertebrae and masks")}`;
}
