/** Everything about a run in one output area: the bar, then what it learns, how healthy it is, and what it costs. */
import type { Store } from "../core/store.ts";
import { t } from "../core/words.ts";
import { barPanel } from "./bar.ts";
import { curvesPanel } from "./curves.ts";
import { h } from "./dom.ts";
import { type DrawerWords, drawer } from "./drawer.ts";
import { step as stepText } from "./format.ts";
import { gradientsPanel } from "./gradients.ts";
import { lazy } from "./lazy.ts";
import { memoryPanel } from "./memory.ts";
import { guarded, type MakePanel, type Panel } from "./panel.ts";
import { ratesPanel } from "./rates.ts";

/** A window at least this high, in CSS pixels, has room for the graph from the start. */
const TALL = 800;

const isStepped = ({ stepping, status }: Store): boolean =>
  stepping.pause !== undefined || status?.state === "stepping";

const STEPPER: DrawerWords = {
  title: "Stepper",
  says: ({ stepping }) => t("{0} events, one at a time", stepText(stepping.events.length)),
  // Once open it stays: a step that takes long is no reason to fold it away.
  opens: (store) => isStepped(store) && store.contact === "live",
  there: isStepped,
};

/** The stepper has a graph of its own. */
const GRAPH: DrawerWords = {
  title: "Graph",
  says({ graph }) {
    if (!graph) return t("the computation of one step, once there was one");
    const ops = graph.nodes.filter(({ kind }) => kind === "op").length;
    return t("{0} ops and their tensors at step {1}", ops + graph.omitted, stepText(graph.step));
  },
  opens: (store) => window.innerHeight >= TALL && !isStepped(store),
};

/** Each in its own place of the grid; see style/dashboard.css. */
const PLACES: readonly (readonly [string, MakePanel])[] = [
  ["bar", barPanel],
  [
    "stepper",
    drawer(
      lazy(() => import("./stepper.ts").then(({ stepperPanel }) => stepperPanel)),
      STEPPER,
    ),
  ],
  ["curves", curvesPanel],
  ["rates", ratesPanel],
  ["gradients", gradientsPanel],
  ["memory", memoryPanel],
  [
    "graph",
    drawer(
      lazy(() => import("./graph.ts").then(({ graphPanel }) => graphPanel)),
      GRAPH,
    ),
  ],
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
