/** The ipywidgets classes of a view: a model that refers to the run's model, and a DOM view that mounts the panel. */
import { DOMWidgetModel, DOMWidgetView, unpack_models } from "@jupyter-widgets/base";
import { type MakePanel, mount } from "../../draw/panel.ts";
import { RunModel } from "./model.ts";

/** By name: "Gradients" makes GradientsModel and GradientsView, as vizgrad/widgets/ calls them. */
export type Views = ReadonlyMap<string, MakePanel>;

class ViewModel extends DOMWidgetModel {
  static override serializers = { ...DOMWidgetModel.serializers, run: { deserialize: unpack_models } };
}

/** What the module `vizgrad` exports to ipywidgets. */
export function widgetClasses(views: Views): Record<string, unknown> {
  const classes: Record<string, unknown> = { RunModel };
  for (const [name, make] of views) {
    classes[`${name}Model`] = ViewModel;
    classes[`${name}View`] = viewClass(make);
  }
  return classes;
}

function viewClass(make: MakePanel): typeof DOMWidgetView {
  return class extends DOMWidgetView {
    #unmount: (() => void) | undefined;

    override render(): void {
      super.render();
      const run = this.model.get("run");
      if (run instanceof RunModel) this.#unmount = mount(this.el, run.store, make);
    }

    override remove(): this {
      this.#unmount?.();
      return super.remove();
    }
  };
}
