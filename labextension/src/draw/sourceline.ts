/** The user's own code around an event, with the line that runs lit. */
import { t } from "../core/words.ts";
import type { Source } from "../wire.ts";
import { h } from "./dom.ts";

export function sourceLines({ place, first, at, lines }: Source): HTMLElement {
  const rows = lines.map((text, i) => {
    const number = first + i;
    const lit = number === at;
    return h(
      "div",
      { class: lit ? "vg-code-line vg-lit" : "vg-code-line", "aria-current": lit ? "location" : undefined },
      h("span", { class: "vg-code-number" }, String(number)),
      h("code", {}, text === "" ? " " : text),
      lit ? h("span", { class: "vg-code-place" }, place) : undefined,
    );
  });
  return h("div", { class: "vg-code", role: "group", "aria-label": t("Your code, {0}", place) }, ...rows);
}
