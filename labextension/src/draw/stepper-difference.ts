/** Continue twice, as it was and as edited, and see the two outcomes side by side. */
import type { Store } from "../core/store.ts";
import { h } from "./dom.ts";
import type { Panel } from "./panel.ts";

export function differencePanel(_store: Store): Panel {
  const element = h("section", { class: "vg-form", hidden: true });
  return { element, draw() {}, close() {} };
}
