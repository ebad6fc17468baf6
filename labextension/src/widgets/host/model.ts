/** The ipywidgets model of a run: it fills a store for every view of that run. */
import { WidgetModel } from "@jupyter-widgets/base";
import { readUpdate } from "../../core/hostile.ts";
import { runs } from "../../core/runs.ts";
import type { Source } from "../../core/source.ts";
import { Store } from "../../core/store.ts";

export class RunModel extends WidgetModel {
  // `declare`, because `initialize` runs inside the constructor, before a field would be set.
  declare store: Store;

  override initialize(attributes: object, options: object): void {
    super.initialize(attributes, options);
    this.store = new Store(fromModel(this), { contact: this.comm_live ? "live" : "stale" });
    const kernel = this.widget_manager.kernel;
    if (kernel) this.store.interrupt = () => void kernel.interrupt();
    if (this.comm_live) announce(this.store, kernel?.id ?? "");
  }
}

/** Let a store listen to a widget model. */
export function fromModel(model: WidgetModel): Source {
  return {
    listen(hear) {
      const take = (content: unknown, buffers: readonly unknown[] = []) => {
        const heard = readUpdate(content, buffers[0]);
        if (heard) hear(heard.update, heard.points);
      };
      model.on("msg:custom", take);
      return () => model.off("msg:custom", take);
    },
    send: (command) => model.send(command),
    lost(tell) {
      const check = () => {
        if (!model.comm_live) tell();
      };
      model.on("comm_live_update", check);
      model.on("destroy", tell);
      return () => {
        model.off("comm_live_update", check);
        model.off("destroy", tell);
      };
    },
  };
}

/** Saved views turn to this store as soon as it knows anything, and are left with what it knew at the end. */
function announce(store: Store, home: string): void {
  const stop = store.watch(() => {
    if (store.run === "") return;
    stop();
    runs.set(store.run, { store, home });
  });
}
