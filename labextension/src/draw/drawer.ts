/** A panel that can be folded away: made when it is first open, and not drawn while it is shut. */
import type { Store } from "../core/store.ts";
import { t } from "../core/words.ts";
import { h, setText } from "./dom.ts";
import { step as stepText } from "./format.ts";
import { guarded, type MakePanel, type Panel } from "./panel.ts";

/** A window at least this high, in CSS pixels, has room for the graph from the start. */
const TALL = 800;

export function drawer(make: MakePanel): MakePanel {
  return (store) => {
    let panel: Panel | undefined;
    let open = window.innerHeight >= TALL;
    const arrow = h("span", { class: "vg-drawer-arrow", "aria-hidden": "true" });
    const words = h("span", { class: "vg-sentence" });
    const title = h("span", { class: "vg-title" }, t("Graph"));
    const button = h("button", { class: "vg-drawer-button", type: "button" }, arrow, title, words);
    const body = h("div", { class: "vg-drawer-body" });
    const element = h("div", { class: "vg-drawer" }, button, body);
    button.addEventListener("click", () => {
      open = !open;
      draw();
    });

    function draw(): void {
      button.setAttribute("aria-expanded", String(open));
      setText(arrow, open ? "▾" : "▸");
      setText(words, open ? "" : sentence(store));
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

function sentence({ graph }: Store): string {
  if (!graph) return t("the computation of one step, once there was one");
  const ops = graph.nodes.filter(({ kind }) => kind === "op").length;
  return t("{0} ops and their tensors at step {1}", ops + graph.omitted, stepText(graph.step));
}
