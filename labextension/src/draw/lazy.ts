/** A panel whose code is loaded when it is first shown: a page that shows no graph need not read one. */
import { h } from "./dom.ts";
import { guarded, type MakePanel, type Panel } from "./panel.ts";

export function lazy(load: () => Promise<MakePanel>): MakePanel {
  return (store) => {
    const element = h("div", { class: "vg-lazy", "aria-busy": "true" });
    let panel: Panel | undefined;
    let closed = false;
    const show = (make: MakePanel): void => {
      if (closed) return;
      panel = guarded(store, make);
      element.append(panel.element);
      element.removeAttribute("aria-busy");
      panel.draw();
    };
    load().then(show, (error: unknown) => {
      show(() => {
        throw error;
      });
    });
    return {
      element,
      draw: () => panel?.draw(),
      close() {
        closed = true;
        panel?.close();
      },
    };
  };
}
