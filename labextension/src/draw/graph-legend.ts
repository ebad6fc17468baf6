/** What the shapes mean, and the scale of the gradient norms. */

import type { Norms } from "../core/norms.ts";
import { t } from "../core/words.ts";
import { h, setText } from "./dom.ts";
import { step } from "./format.ts";
import { scaleLine } from "./scale.ts";

export interface Legend {
  readonly element: HTMLElement;
  draw(norms: Norms | undefined): void;
}

export function legend(): Legend {
  const scale = scaleLine("");
  const words = h("span", {});
  scale.element.prepend(words);
  const keys: [string, string][] = [
    ["parameter", t("parameter")],
    ["input", t("input")],
    ["op", t("op")],
    ["loss", t("loss")],
    ["kept", t("keeps values for backward")],
  ];
  const list = keys.map(([kind, word]) =>
    h(
      "span",
      { class: "vg-graph-key" },
      h("span", { class: `vg-graph-sample vg-is-${kind}`, "aria-hidden": "true" }),
      word,
    ),
  );
  return {
    element: h(
      "div",
      { class: "vg-graph-legend" },
      h("span", { class: "vg-graph-keys" }, ...list),
      scale.element,
    ),
    draw(norms) {
      scale.element.hidden = norms === undefined;
      if (!norms) return;
      setText(words, t("layer's gradient norm at step {0}, log scale", step(norms.step)));
      scale.draw(norms.decades);
    },
  };
}
