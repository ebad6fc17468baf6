/** The ipywidgets classes of a view: a model that refers to the run's model, and a DOM view that mounts the panel. */
import { DOMWidgetModel, DOMWidgetView, unpack_models } from "@jupyter-widgets/base";
import { mount } from "../../draw/panel.ts";
import { RunModel } from "./model.ts";
import type { View } from "./view.ts";

class ViewModel extends DOMWidgetModel {
  static override serializers = { ...DOMWidgetModel.serializers, run: { deserialize: unpack_models } };
}

/** What the module `vizgrad` exports to ipywidgets. */
export function widgetClasses(views: readonly View[]): Record<string, unknown> {
  const classes: Record<string, unknown> = { RunModel };
  for (const view of views) {
    classes[`${view.name}Model`] = ViewModel;
    classes[`${view.name}View`] = viewClass(view);
  }
  return classes;
}

function viewClass({ panel }: View): typeof DOMWidgetView {
  return class extends DOMWidgetView {
    #unmount: (() => void) | undefined;

    override render(): void {
      super.render();
      const run = this.model.get("run");
      if (run instanceof RunModel) this.#unmount = mount(this.el, run.store, panel);
    }

    override remove(): this {
      this.#unmount?.();
      return super.remove();
    }
  };
}
