/** A panel draws a store; `mount` decides when.  A panel that fails shows a sentence, never a broken page. */
import { latest } from "../core/latest.ts";
import type { Store } from "../core/store.ts";
import { t } from "../core/words.ts";
import { h } from "./dom.ts";
import { onResize } from "./resize.ts";

export interface Panel {
  readonly element: HTMLElement;
  /** Show what the store knows now. */
  draw(): void;
  close(): void;
}

/** A panel never subscribes itself. */
export type MakePanel = (store: Store) => Panel;

/** Put a panel into `host` and draw it after every change of store, size or theme.  Returns a function that removes it. */
export function mount(host: HTMLElement, store: Store, make: MakePanel): () => void {
  const panel = guarded(store, make);
  host.append(panel.element);
  let open = true;
  const draw = latest(() => {
    if (open) panel.draw();
  });
  const stops = [store.watch(draw), onResize(panel.element, draw), onTheme(draw)];
  draw();
  return () => {
    open = false;
    for (const stop of stops) stop();
    panel.close();
    panel.element.remove();
  };
}

/** A panel that cannot throw: it says what went wrong in the panel's place and tries again at the next change. */
export function guarded(store: Store, make: MakePanel): Panel {
  const element = h("div", { class: "vg-view" });
  let panel: Panel | undefined;
  const draw = () => {
    try {
      panel ??= make(store);
      panel.draw();
      if (panel.element.parentNode !== element) element.replaceChildren(panel.element);
    } catch (error) {
      console.warn("VizGrad:", error);
      element.replaceChildren(h("p", { class: "vg-failed", role: "status" }, sentence(error)));
    }
  };
  return { element, draw, close: () => panel?.close() };
}

function sentence(error: unknown): string {
  return t("This view could not be drawn: {0}.", error instanceof Error ? error.message : String(error));
}

/** JupyterLab names its theme in attributes of the body; elsewhere the system decides. */
function onTheme(draw: () => void): () => void {
  const observer = new MutationObserver(draw);
  observer.observe(document.body, { attributeFilter: ["data-jp-theme-light", "data-jp-theme-name"] });
  const dark = matchMedia("(prefers-color-scheme: dark)");
  dark.addEventListener("change", draw);
  return () => {
    observer.disconnect();
    dark.removeEventListener("change", draw);
  };
}
