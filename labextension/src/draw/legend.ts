/** The legend above a chart: symbol, name and the value now, or at the step under the pointer. */
import { t } from "../core/words.ts";
import { h, setText } from "./dom.ts";

export interface Entry {
  readonly name: string;
  readonly value: string;
  readonly mark: string;
  /** A CSS colour. */
  readonly colour: string;
}

export interface Legend {
  readonly element: HTMLElement;
  draw(entries: readonly Entry[], at: string): void;
}

/** More entries than this are found in the table. */
const SHOWN = 6;

export function legend(): Legend {
  const element = h("div", { class: "vg-legend" });
  const more = h("span", { class: "vg-more" });
  const when = h("span", { class: "vg-when" });
  const items: Item[] = [];
  element.append(more, when);
  return {
    element,
    draw(entries, at) {
      const shown = entries.slice(0, SHOWN);
      while (items.length < shown.length) {
        const item = makeItem();
        items.push(item);
        more.before(item.element);
      }
      for (const [i, item] of items.entries()) item.draw(shown[i]);
      const left = entries.length - shown.length;
      setText(more, left > 0 ? t("and {0} more in the table", left) : "");
      setText(when, at);
    },
  };
}

interface Item {
  readonly element: HTMLElement;
  draw(entry: Entry | undefined): void;
}

function makeItem(): Item {
  const mark = h("span", { class: "vg-mark", "aria-hidden": "true" });
  const name = h("span", { class: "vg-name" });
  const value = h("span", { class: "vg-number" });
  const element = h("span", { class: "vg-entry" }, mark, name, value);
  return {
    element,
    draw(entry) {
      element.hidden = entry === undefined;
      if (!entry) return;
      setText(mark, entry.mark);
      setText(name, entry.name);
      setText(value, entry.value);
      if (name.title !== entry.name) name.title = entry.name;
      mark.style.color = entry.colour;
    },
  };
}
