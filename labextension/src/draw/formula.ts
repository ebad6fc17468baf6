/** Formula lines, lightly typeset; the same with shapes or with numbers on request. */
import { t } from "../core/words.ts";
import type { Card } from "../wire.ts";
import { h } from "./dom.ts";

/** What the lines are written with. */
export type Writing = "names" | "shapes" | "numbers";

export interface FormulaHands {
  /** A name was pointed at, or none. */
  point(name: string | undefined): void;
  choose(writing: Writing): void;
}

/** Names with dots, primes and subscripts; numbers; powers; everything else a character at a time. */
const TOKEN =
  /∂L\/∂\p{L}[\p{L}\p{N}_′₀-₉ᵀ]*|\p{L}[\p{L}\p{N}_.′₀-₉]*|\d+(?:\.\d+)?(?:e[-+]?\d+)?|(?:\*\*|\^) ?(?:-?[\d.]+|\p{L}[\p{L}\p{N}_]*)|\s+|./gu;

const WAYS: readonly Writing[] = ["names", "shapes", "numbers"];

const written = (card: Card, way: Writing): readonly string[] =>
  way === "names" ? card.formulas : card[way].split("; ").filter((line) => line !== "");

export function formulas(card: Card, wanted: Writing, hands: FormulaHands): HTMLElement | undefined {
  if (card.formulas.length === 0) return undefined;
  const ways = WAYS.filter((way) => written(card, way).length > 0);
  const writing = ways.includes(wanted) ? wanted : "names";
  const names = new Set(card.arrays.map(({ name }) => name));
  const shown = written(card, writing).map((line) =>
    h("li", {}, h("code", {}, ...typeset(line, names, hands))),
  );
  return h(
    "div",
    { class: "vg-formulas" },
    h("ul", {}, ...shown),
    ways.length > 1 ? switches(ways, writing, hands) : undefined,
  );
}

function switches(ways: readonly Writing[], writing: Writing, hands: FormulaHands): HTMLElement {
  const words: Record<Writing, string> = { names: t("names"), shapes: t("shapes"), numbers: t("numbers") };
  const buttons = ways.map((way) =>
    h(
      "button",
      {
        class: "vg-toggle",
        type: "button",
        "aria-pressed": String(way === writing),
        "data-writing": way,
        onclick: () => hands.choose(way),
      },
      words[way],
    ),
  );
  return h("div", { class: "vg-ways", role: "group", "aria-label": t("Write the formula with") }, ...buttons);
}

/** Names of tensors stand out and mark their tensor; powers are raised; a product is a dot. */
export function typeset(
  text: string,
  names: ReadonlySet<string>,
  hands?: Pick<FormulaHands, "point">,
): (HTMLElement | string)[] {
  return (text.match(TOKEN) ?? []).map((token) => {
    if (/^(\*\*|\^)./.test(token)) return h("sup", {}, token.replace(/^(\*\*|\^) ?/, ""));
    if (token === "*") return "·";
    if (names.has(token)) {
      const name = h("span", { class: "vg-formula-name", "data-name": token }, token);
      name.addEventListener("pointerenter", () => hands?.point(token));
      name.addEventListener("pointerleave", () => hands?.point(undefined));
      return name;
    }
    return /^\d/.test(token) ? h("span", { class: "vg-formula-number" }, token) : token;
  });
}
