/** The symbols of states and run controls, drawn in the colour of the text around them. */
import { svg } from "./dom.ts";

const PATHS = {
  waiting: "M6 1.5a4.5 4.5 0 1 0 .01 0zM6 3a3 3 0 1 1-.01 0z",
  live: "M6 1.5a4.5 4.5 0 1 0 .01 0z",
  paused: "M2.5 1.5h2.5v9h-2.5zM7 1.5h2.5v9h-2.5z",
  finished: "M1 6.5l1.4-1.4 2.4 2.4 4.8-5 1.4 1.4-6.2 6.4z",
  stopped: "M2 2h8v8h-8z",
  failed: "M3 1.6l3 3 3-3 1.4 1.4-3 3 3 3-1.4 1.4-3-3-3 3-1.4-1.4 3-3-3-3z",
  replay: "M6 1.5v-1.5l3.5 2.5-3.5 2.5v-1.7a3 3 0 1 0 3 3h1.8a4.8 4.8 0 1 1-4.8-4.8z",
  stale: "M6 .8l5.6 10.2h-11.2zM5.3 4.2v3.6h1.4v-3.6zM5.3 8.6v1.3h1.4v-1.3z",
  resume: "M2.5 1l8 5-8 5z",
  stepping: "M1.2 1l6.3 5-6.3 5zM8.6 1h2.2v10h-2.2z",
  edited: "M1.2 10.8l.6-3 6-6 2.4 2.4-6 6zM8.5 1.1l.8-.8 2.4 2.4-.8.8z",
  remove: "M2.8 1.8l3.2 3.2 3.2-3.2 1 1-3.2 3.2 3.2 3.2-1 1-3.2-3.2-3.2 3.2-1-1 3.2-3.2-3.2-3.2z",
} as const;

export type IconName = keyof typeof PATHS;

/** The outline of a symbol on a grid of 12 by 12, for canvases. */
export const pathOf = (name: IconName): Path2D => new Path2D(PATHS[name]);

export function icon(name: IconName): SVGElement {
  return svg(
    "svg",
    { class: "vg-icon", viewBox: "0 0 12 12", width: 12, height: 12, "aria-hidden": "true" },
    svg("path", { d: PATHS[name], fill: "currentColor", "fill-rule": "evenodd" }),
  );
}
