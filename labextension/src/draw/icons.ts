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
  over: "M1 9.5a5 5 0 0 1 8.6-3.4l1.4-1.4v4.8h-4.8l1.9-1.9a3.2 3.2 0 0 0-5.3 1.9zM4.6 9.4a1.4 1.4 0 1 0 2.8 0a1.4 1.4 0 1 0-2.8 0z",
  out: "M6 .5l4.2 4.2h-3.2v4h-2v-4h-3.2zM1.8 10h8.4v1.6h-8.4z",
  back: "M9.5 1v10l-7-5z",
  forth: "M2.5 1l7 5-7 5z",
  toBackward: "M10.8 1v10l-5-4v4l-5-5 5-5v4z",
  toUpdate: "M5.2 0h1.6v5.2h2.7l-3.5 3.8-3.5-3.8h2.7zM1.5 10h9v1.6h-9z",
  rewind: "M6 1.2v-1.2l-3.6 2.6 3.6 2.6v-1.4a3.2 3.2 0 1 1-3.2 3.2h-1.7a4.9 4.9 0 1 0 4.9-5.8z",
  kept: "M2 1h8v10l-4-2.8-4 2.8z",
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
