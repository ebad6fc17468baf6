/** What a view shows before there is anything to show: what will appear, and what to run. */
import { h } from "./dom.ts";

export function emptyNote(text: string): HTMLElement {
  return h("p", { class: "vg-empty" }, text);
}
