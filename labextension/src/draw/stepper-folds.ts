/** What opens below the stepper on request, one at a time: forms, breakpoints, two outcomes, the list of events. */
import type { Store } from "../core/store.ts";
import { t } from "../core/words.ts";
import { h, setText } from "./dom.ts";
import { guarded, type MakePanel, type Panel } from "./panel.ts";
import { memoryLine } from "./stepper-words.ts";

export interface Fold {
  readonly name: string;
  word(store: Store): string;
  readonly make: MakePanel;
  /** It opens by itself when this becomes true. */
  opens?(store: Store): boolean;
}

export function folds(store: Store, all: readonly Fold[]): Panel {
  const body = h("div", { class: "vg-fold-body" });
  const memory = h("span", { class: "vg-fold-memory" });
  const panels = new Map<string, Panel>();
  const before = new Map<string, boolean>();
  let open = "";
  const buttons = all.map(({ name }) => {
    const act = (): void => {
      open = open === name ? "" : name;
      draw();
    };
    return h("button", { class: "vg-toggle", type: "button", "data-fold": name, onclick: act });
  });

  const switches = h("div", { class: "vg-fold-buttons", role: "group", "aria-label": t("More") }, ...buttons);

  function draw(): void {
    setText(memory, memoryLine(store));
    for (const { name, opens } of all) {
      const now = opens?.(store) ?? false;
      if (now && !before.get(name)) open = name;
      before.set(name, now);
    }
    all.forEach((fold, i) => {
      const button = buttons[i];
      if (!button) return;
      setText(button, fold.word(store));
      button.setAttribute("aria-expanded", String(open === fold.name));
      button.setAttribute("aria-pressed", String(open === fold.name));
    });
    const shown = all.find(({ name }) => name === open);
    body.hidden = !shown;
    if (!shown) return;
    const panel = panels.get(shown.name) ?? guarded(store, shown.make);
    panels.set(shown.name, panel);
    if (panel.element.parentNode !== body) body.replaceChildren(panel.element);
    panel.draw();
  }

  return {
    element: h("div", { class: "vg-folds" }, h("div", { class: "vg-fold-line" }, switches, memory), body),
    draw,
    close() {
      for (const panel of panels.values()) panel.close();
    },
  };
}
