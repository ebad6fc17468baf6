/** The user's own code around an event, with the line that runs lit. */
import { t } from "../core/words.ts";
import type { Source } from "../wire.ts";
import { h } from "./dom.ts";

/** Lines shown to either side; the others on request. */
const NEAR = 1;

export function sourceLines({ place, first, at, lines }: Source): HTMLElement {
  const more = lines.some((_, i) => Math.abs(first + i - at) > NEAR);
  const rows = lines.map((text, i) => {
    const number = first + i;
    const lit = number === at;
    const names = ["vg-code-line", lit ? "vg-lit" : "", Math.abs(number - at) > NEAR ? "vg-far" : ""];
    return h(
      "div",
      { class: names.filter(Boolean).join(" "), "aria-current": lit ? "location" : undefined },
      h("span", { class: "vg-code-number" }, String(number)),
      h("code", {}, text === "" ? " " : text),
      lit ? placeOf(place, more) : undefined,
    );
  });
  return h("div", { class: "vg-code", role: "group", "aria-label": t("Your code, {0}", place) }, ...rows);
}

function placeOf(place: string, more: boolean): HTMLElement {
  if (!more) return h("span", { class: "vg-code-place" }, place);
  const button = h(
    "button",
    {
      class: "vg-link vg-code-place",
      type: "button",
      title: t("More of these lines, or fewer"),
      "aria-expanded": "false",
    },
    place,
  );
  button.addEventListener("click", () => {
    const all = button.closest(".vg-code")?.classList.toggle("vg-all") ?? false;
    button.setAttribute("aria-expanded", String(all));
  });
  return button;
}
