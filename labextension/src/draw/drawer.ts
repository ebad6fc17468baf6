/** A panel that can be folded away: made when it is first open, and not drawn while it is shut. */
import type { Store } from "../core/store.ts";
import { t } from "../core/words.ts";
import { h, setText } from "./dom.ts";
import { guarded, type MakePanel, type Panel } from "./panel.ts";

export interface DrawerWords {
  readonly title: string;
  /** What it holds, said while it is shut. */
  says(store: Store): string;
  /** Whether it opens by itself; each change of this opens or shuts it, and the reader may disagree. */
  opens(store: Store): boolean;
  /** Whether there is anything to open. */
  there?(store: Store): boolean;
}

export function drawer(make: MakePanel, { title: name, says, opens, there }: DrawerWords): MakePanel {
  return (store) => {
    let panel: Panel | undefined;
    let open = false;
    let wanted = false;
    const arrow = h("span", { class: "vg-drawer-arrow", "aria-hidden": "true" });
    const words = h("span", { class: "vg-sentence" });
    const title = h("span", { class: "vg-title" }, t(name));
    const button = h("button", { class: "vg-drawer-button", type: "button" }, arrow, title, words);
    const body = h("div", { class: "vg-drawer-body" });
    const element = h("div", { class: "vg-drawer" }, button, body);
    button.addEventListener("click", () => {
      open = !open;
      draw();
    });

    function draw(): void {
      const wants = opens(store);
      if (wants !== wanted) open = wanted = wants;
      element.hidden = there?.(store) === false;
      button.setAttribute("aria-expanded", String(open));
      setText(arrow, open ? "▾" : "▸");
      setText(words, open ? "" : says(store));
      element.classList.toggle("vg-open", open);
      body.hidden = !open;
      if (!open) return;
      panel ??= added(body, guarded(store, make));
      panel.draw();
    }

    return { element, draw, close: () => panel?.close() };
  };
}

function added(body: HTMLElement, panel: Panel): Panel {
  body.append(panel.element);
  return panel;
}
