/** The scale beside a picture in colours, with its numbers. */
import { h, setText } from "./dom.ts";
import type { Range } from "./points.ts";
import { sequential } from "./theme.ts";

const STOPS = 12;

/** `words` say what the colours measure and on which scale. */
export function scaleLine(words: string): { readonly element: HTMLElement; draw(decades: Range): void } {
  const low = h("span", { class: "vg-number" });
  const high = h("span", { class: "vg-number" });
  const ramp = h("span", { class: "vg-ramp", "aria-hidden": "true" });
  const stops = Array.from({ length: STOPS + 1 }, (_, i) => sequential(i / STOPS));
  ramp.style.background = `linear-gradient(to right, ${stops.join(", ")})`;
  return {
    element: h("div", { class: "vg-scale" }, words, low, ramp, high),
    draw(decades) {
      setText(low, `1e${decades.low}`);
      setText(high, decades.high === 0 ? "1" : `1e${decades.high}`);
    },
  };
}
