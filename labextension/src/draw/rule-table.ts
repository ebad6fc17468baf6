/** An update rule as it runs on one element: each line with its formula, its numbers and its value. */
import { readIndex } from "../core/cells.ts";
import { t } from "../core/words.ts";
import type { Card } from "../wire.ts";
import { h } from "./dom.ts";
import { typeset } from "./formula.ts";
import { complaint } from "./stepper-form.ts";

/** `pick` takes the element that the reader chose; undefined where nobody can be asked. */
export function ruleTable(
  card: Card,
  pick: ((target: string, index: readonly number[]) => void) | undefined,
): HTMLElement | undefined {
  if (card.rule.length === 0) return undefined;
  const column = (text: string): HTMLElement => h("th", { scope: "col" }, text);
  const names = new Set(card.rule.map(({ name }) => name));
  const rows = card.rule.map(({ name, formula, numbers, value }) =>
    h(
      "tr",
      {},
      h("th", { scope: "row" }, h("code", {}, name)),
      h(
        "td",
        {},
        h("code", {}, ...typeset(formula, names)),
        numbers === "" ? undefined : h("code", { class: "vg-rule-numbers" }, ...typeset(numbers, names)),
      ),
      h(
        "td",
        { class: alarming(value) ? "vg-rule-value vg-rule-alarm" : "vg-rule-value" },
        h("code", {}, value),
      ),
    ),
  );
  const head = h("tr", {}, column(""), column(t("rule, and with its numbers")), column(t("value")));
  const table = h("table", { class: "vg-rule" }, h("thead", {}, head), h("tbody", {}, ...rows));
  return h("div", { class: "vg-rules" }, chooser(card, pick), table);
}

const alarming = (value: string): boolean => /nan|inf/i.test(value);

/** "for element [3, 1] of fc1.weight": typed here, or clicked in the picture of the parameter. */
function chooser(
  { arrays, element }: Card,
  pick: ((target: string, index: readonly number[]) => void) | undefined,
): HTMLElement {
  const parameter = arrays.find(({ role }) => role === "parameter");
  const written = `[${element.join(", ")}]`;
  if (!parameter || !pick || parameter.shape.length === 0)
    return h("p", { class: "vg-rule-of" }, t("on one element: {0}", written));
  const input = h("input", {
    class: "vg-input vg-rule-element",
    type: "text",
    value: element.join(", "),
    autocomplete: "off",
    "aria-label": t("Element that the rule is shown on"),
    "data-dimension": "element",
  });
  input.style.width = `${Math.max(7, element.join(", ").length + 3)}ch`;
  const amiss = complaint();
  input.addEventListener("change", () => {
    const index = readIndex(input.value, parameter.shape);
    const sizes = parameter.shape.map((size) => `0–${size - 1}`).join(", ");
    amiss.say(index ? "" : t("There is no such element: write {0}.", sizes));
    if (index) pick(parameter.name, index);
  });
  const says = t("of {0}; or click a cell of its picture", parameter.name);
  return h("div", { class: "vg-rule-of" }, t("on element "), input, " ", says, amiss.element);
}
