/** What the shapes and marks mean, and the scale of what the colours measure. */

import type { Norms } from "../core/norms.ts";
import { MUCH, type Progress } from "../core/progress.ts";
import { t } from "../core/words.ts";
import { h, setText } from "./dom.ts";
import { percent, step } from "./format.ts";
import { icon } from "./icons.ts";
import { scaleLine } from "./scale.ts";

export interface Legend {
  readonly element: HTMLElement;
  draw(norms: Norms | undefined): void;
  /** A stepped program has marks of its own. */
  step(progress: Progress | undefined): void;
}

export function legend(): Legend {
  const scale = scaleLine("");
  const words = h("span", {});
  scale.element.prepend(words);
  const steps = h("span", { class: "vg-graph-keys", hidden: true });
  const apart = apartScale();
  return {
    element: h(
      "div",
      { class: "vg-graph-legend" },
      h("span", { class: "vg-graph-keys" }, ...keysOf(shapes())),
      steps,
      scale.element,
      apart.element,
    ),
    draw(norms) {
      scale.element.hidden = norms === undefined;
      if (!norms) return;
      setText(words, t("layer's gradient norm at step {0}, log scale", step(norms.step)));
      scale.draw(norms.decades);
    },
    step(progress) {
      steps.hidden = progress === undefined;
      if (progress && steps.childElementCount === 0) steps.replaceChildren(...keysOf(marks()));
      apart.draw(progress);
    },
  };
}

type Key = readonly [kind: string, word: string];

const shapes = (): readonly Key[] => [
  ["parameter", t("parameter")],
  ["input", t("input")],
  ["op", t("op")],
  ["loss", t("loss")],
  ["kept", t("keeps values for backward")],
];

const marks = (): readonly Key[] => [
  ["now", t("the program waits here")],
  ["ran", t("ran")],
  ["ahead", t("to come")],
  ["waits", t("read here, kept for backward")],
  ["back", t("the gradient's way")],
  ["finished", t("updated")],
  ["edited", t("edited")],
];

const keysOf = (keys: readonly Key[]): HTMLElement[] =>
  keys.map(([kind, word]) => h("span", { class: "vg-graph-key" }, sample(kind), word));

const sample = (kind: string): Element =>
  kind === "finished" || kind === "edited"
    ? icon(kind)
    : h("span", { class: `vg-graph-sample vg-is-${kind}`, "aria-hidden": "true" });

/** The scale of the bands that tell how far two outcomes are apart. */
function apartScale(): { readonly element: HTMLElement; draw(progress: Progress | undefined): void } {
  const bands = h("span", { class: "vg-graph-bands", "aria-hidden": "true" });
  const scale = scaleLine(
    t("bands: difference of the two outcomes, forward at the left, backward at the right; log scale"),
  );
  scale.element.prepend(bands);
  scale.element.append(t("hatched: more than {0}", percent(MUCH)));
  scale.element.hidden = true;
  return {
    element: scale.element,
    draw(progress) {
      scale.element.hidden = progress?.apart === undefined;
      if (progress?.apart) scale.draw(progress.decades);
    },
  };
}
