/** Which slice of a tensor is shown: a number for each leading dimension, to step through. */
import type { Tensor } from "../core/stepping.ts";
import { t } from "../core/words.ts";
import { h } from "./dom.ts";

/** Nothing for matrices and below. */
export function sliceBox(
  { index, shape, name }: Tensor,
  pick: ((index: readonly number[]) => void) | undefined,
): HTMLElement | undefined {
  if (index.length === 0) return undefined;
  const inputs = index.map((at, i) => {
    const most = (shape[i] ?? 1) - 1;
    const label = t("{0}: place in dimension {1}, 0 to {2}", name, i, most);
    const props = { type: "number", min: 0, max: most, value: at, title: label, "aria-label": label };
    const input = h("input", {
      class: "vg-slice",
      ...props,
      disabled: pick === undefined,
      "data-dimension": i,
    });
    input.style.width = `${2.5 + 0.7 * String(most).length}em`;
    input.addEventListener("change", () => {
      const wanted = inputs.map(({ value }, k) => within(Number(value), (shape[k] ?? 1) - 1));
      pick?.(wanted);
    });
    return input;
  });
  const words = inputs.flatMap((input, i): (HTMLElement | string)[] => (i > 0 ? [", ", input] : [input]));
  return h("p", { class: "vg-slices" }, h("code", {}, "["), ...words, h("code", {}, ", :, :]"));
}

const within = (value: number, most: number): number =>
  Math.min(Math.max(Number.isFinite(value) ? Math.round(value) : 0, 0), most);
