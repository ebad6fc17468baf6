/** Everything about a run in one output area: the bar, then what it learns, how healthy it is, and what it costs. */
import type { Store } from "../core/store.ts";
import { barPanel } from "./bar.ts";
import { curvesPanel } from "./curves.ts";
import { h } from "./dom.ts";
import { drawer } from "./drawer.ts";
import { gradientsPanel } from "./gradients.ts";
import { lazy } from "./lazy.ts";
import { memoryPanel } from "./memory.ts";
import { guarded, type MakePanel, type Panel } from "./panel.ts";
import { ratesPanel } from "./rates.ts";

/** Each in its own place of the grid; see style/dashboard.css. */
const PLACES: readonly (readonly [string, MakePanel])[] = [
  ["bar", barPanel],
  ["curves", curvesPanel],
  ["rates", ratesPanel],
  ["gradients", gradientsPanel],
  ["memory", memoryPanel],
  ["graph", drawer(lazy(() => import("./graph.ts").then(({ graphPanel }) => graphPanel)))],
];

export function dashboardPanel(store: Store): Panel {
  const panels = PLACES.map(([name, make]) => {
    const panel = guarded(store, make);
    panel.element.classList.add(`vg-place-${name}`);
    return panel;
  });
  const grid = h("div", { class: "vg-grid" }, ...panels.map(({ element }) => element));
  return {
    element: h("div", { class: "vg-dashboard" }, grid),
    draw() {
      for (const panel of panels) panel.draw();
    },
    close() {
      for (const panel of panels) panel.close();
    },
  };
}
