/** Registers the module `vizgrad` with ipywidgets and lets the page speak the reader's language. */

import views from "virtual:views";
import { IJupyterWidgetRegistry } from "@jupyter-widgets/base";
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from "@jupyterlab/application";
import { ITranslator } from "@jupyterlab/translation";
import { version } from "../../package.json";
import { speak } from "../core/words.ts";
import { widgetClasses } from "../widgets/host/classes.ts";

export const widgets: JupyterFrontEndPlugin = {
  id: "vizgrad:widgets",
  description: "The live views of a training run.",
  autoStart: true,
  requires: [IJupyterWidgetRegistry],
  optional: [ITranslator],
  activate(_app: JupyterFrontEnd, registry: IJupyterWidgetRegistry, translator: ITranslator | null) {
    const words = translator?.load("vizgrad");
    if (words) speak((text) => words.__(text));
    registry.registerWidget({ name: "vizgrad", version, exports: widgetClasses(views) });
  },
};
