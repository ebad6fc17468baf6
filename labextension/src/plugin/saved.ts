/** Draws the views in notebook outputs: the live run where there is one, otherwise what the notebook saved. */

import views from "virtual:views";
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from "@jupyterlab/application";
import { type IRenderMime, IRenderMimeRegistry } from "@jupyterlab/rendermime";
import { Widget } from "@lumino/widgets";
import { type Bundle, readBundle } from "../core/hostile.ts";
import { replay } from "../core/replay.ts";
import { runs } from "../core/runs.ts";
import { Store } from "../core/store.ts";
import { t } from "../core/words.ts";
import { h } from "../draw/dom.ts";
import { mount } from "../draw/panel.ts";

const MIME = "application/vnd.vizgrad.run+json";

/** Below -10, the rank of the widget views in the same outputs, so that ours is asked first. */
const RANK = -100;

class SavedView extends Widget implements IRenderMime.IRenderer {
  #bundle: Bundle | undefined;
  #store: Store | undefined;
  #unmount = () => {};
  readonly #forget = runs.watch(() => this.#follow());

  constructor() {
    super();
    this.addClass("vg-output");
    // Keys pressed on our buttons are not the notebook's shortcuts.
    this.node.setAttribute("data-lm-suppress-shortcuts", "true");
  }

  async renderModel(model: IRenderMime.IMimeModel): Promise<void> {
    const bundle = readBundle(model.data[MIME]);
    if (bundle?.update.run !== this.#bundle?.update.run || this.#store?.contact === "replay")
      this.#store = undefined;
    this.#bundle = bundle;
    this.#follow();
  }

  override dispose(): void {
    this.#forget();
    this.#unmount();
    super.dispose();
  }

  /** A run that comes to life is followed; one that ends leaves behind what it knew. */
  #follow(): void {
    const bundle = this.#bundle;
    const make = bundle && views.get(bundle.view);
    if (!make) {
      this.#unmount();
      this.node.replaceChildren(h("p", {}, t("This VizGrad view cannot be read by the installed version.")));
      return;
    }
    const store =
      runs.get(bundle.update.run) ?? this.#store ?? new Store(replay(bundle), { contact: "replay" });
    if (store === this.#store) return;
    this.#store = store;
    this.#unmount();
    this.node.replaceChildren();
    this.#unmount = mount(this.node, store, make);
  }
}

export const saved: JupyterFrontEndPlugin = {
  id: "vizgrad:saved",
  description: "Shows the views that a notebook saved, live where their run still is.",
  autoStart: true,
  requires: [IRenderMimeRegistry],
  activate(_app: JupyterFrontEnd, rendermime: IRenderMimeRegistry) {
    rendermime.addFactory({ safe: true, mimeTypes: [MIME], createRenderer: () => new SavedView() }, RANK);
  },
};
