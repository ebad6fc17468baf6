/** Change a number of the event that the program waits at: an array, a parameter or the learning rate. */
import type { Store } from "../core/store.ts";
import { h } from "./dom.ts";
import type { Panel } from "./panel.ts";

export function editPanel(_store: Store): Panel {
  const element = h("section", { class: "vg-form", hidden: true });
  return { element, draw() {}, close() {} };
}
