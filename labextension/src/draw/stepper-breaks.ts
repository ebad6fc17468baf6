/** Where the program is to pause by itself: a list to add to and to take from. */
import type { Store } from "../core/store.ts";
import { h } from "./dom.ts";
import type { Panel } from "./panel.ts";

export function breaksPanel(_store: Store): Panel {
  const element = h("section", { class: "vg-form", hidden: true });
  return { element, draw() {}, close() {} };
}
