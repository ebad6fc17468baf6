/** Pause, Resume and Stop for the run of the current notebook, in the command palette. */
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from "@jupyterlab/application";
import { ICommandPalette } from "@jupyterlab/apputils";
import { INotebookTracker } from "@jupyterlab/notebook";
import { runs } from "../core/runs.ts";
import type { Store } from "../core/store.ts";
import { t } from "../core/words.ts";
import type { State } from "../wire.ts";

const COMMANDS = [
  { verb: "pause", label: "Pause the training", where: ["waiting", "live"] },
  { verb: "resume", label: "Resume the training", where: ["paused"] },
  { verb: "stop", label: "Stop the training", where: ["waiting", "live", "paused"] },
] as const satisfies readonly { verb: string; label: string; where: readonly State[] }[];

export const commands: JupyterFrontEndPlugin = {
  id: "vizgrad:commands",
  description: "Pause, resume and stop the training of the current notebook.",
  autoStart: true,
  requires: [INotebookTracker],
  optional: [ICommandPalette],
  activate(app: JupyterFrontEnd, notebooks: INotebookTracker, palette: ICommandPalette | null) {
    const current = (): Store | undefined => {
      const kernel = notebooks.currentWidget?.sessionContext.session?.kernel;
      return kernel ? runs.at(kernel.id) : undefined;
    };
    for (const { verb, label, where } of COMMANDS) {
      const command = `vizgrad:${verb}`;
      const fits = (run: Store | undefined) =>
        run?.active === true && where.some((state) => state === run.status?.state);
      app.commands.addCommand(command, {
        label: () => t(label),
        isEnabled: () => fits(current()),
        execute: () => current()?.ask(verb),
      });
      palette?.addItem({ command, category: "VizGrad" });
    }
    // Whether a command is enabled follows the run; the palette looks again when told.
    runs.watch(() => app.commands.notifyCommandChanged());
  },
};
