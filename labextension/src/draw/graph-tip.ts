/** The tooltip of the graph: a few lines beside the pointer, kept inside the canvas. */

import { h } from "./dom.ts";

export interface Tip {
  readonly element: HTMLElement;
  tell(lines: readonly string[]): void;
  /** Beside a point of a canvas of this size. */
  place(x: number, y: number, room: { readonly width: number; readonly height: number }): void;
  hide(): void;
}

export function tip(): Tip {
  const element = h("div", { class: "vg-graph-tip", "aria-hidden": "true" });
  element.hidden = true;
  return {
    element,
    tell: (lines) => element.replaceChildren(...lines.map((line) => h("div", {}, line))),
    place(x, y, { width, height }) {
      element.hidden = false;
      const [wide, tall] = [element.offsetWidth, element.offsetHeight];
      const left = x + 14 + wide > width ? Math.max(4, x - wide - 10) : x + 14;
      const top = y + 16 + tall > height ? Math.max(4, y - tall - 10) : y + 16;
      element.style.transform = `translate(${Math.round(left)}px, ${Math.round(top)}px)`;
    },
    hide() {
      element.hidden = true;
    },
  };
}
