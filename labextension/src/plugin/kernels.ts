/** Watches the kernels of the notebooks: their restarts, and runs whose widgets a reload has cut off. */
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from "@jupyterlab/application";
import { INotebookTracker, type NotebookPanel } from "@jupyterlab/notebook";
import type { Kernel } from "@jupyterlab/services";
import { runs } from "../core/runs.ts";
import { overhear } from "./overhear.ts";

const GONE: ReadonlySet<Kernel.Status> = new Set(["restarting", "autorestarting", "terminating", "dead"]);

function follow({ sessionContext }: NotebookPanel): void {
  const onStatus = (kernel: Kernel.IKernelConnection, status: Kernel.Status) => {
    if (GONE.has(status)) runs.lose(kernel.id);
  };
  const join = (kernel: Kernel.IKernelConnection) => {
    kernel.statusChanged.connect(onStatus);
    kernel.iopubMessage.connect(overhear);
  };
  const leave = (kernel: Kernel.IKernelConnection, next: string | undefined) => {
    kernel.statusChanged.disconnect(onStatus);
    kernel.iopubMessage.disconnect(overhear);
    // A new connection to the same kernel changes nothing for its runs.
    if (kernel.id !== next) runs.lose(kernel.id);
  };
  const now = sessionContext.session?.kernel;
  if (now) join(now);
  sessionContext.kernelChanged.connect((_, { oldValue, newValue }) => {
    if (oldValue) leave(oldValue, newValue?.id);
    if (newValue) join(newValue);
  });
}

export const kernels: JupyterFrontEndPlugin = {
  id: "vizgrad:kernels",
  description: "Notices when the kernel of a run restarts, and finds runs again after a page reload.",
  autoStart: true,
  requires: [INotebookTracker],
  activate(_app: JupyterFrontEnd, notebooks: INotebookTracker) {
    notebooks.forEach(follow);
    notebooks.widgetAdded.connect((_, panel) => follow(panel));
  },
};
