/**
 * Finds the runs of a busy kernel after a page reload.
 *
 * JupyterLab rebuilds widgets only when the kernel's main shell answers, which is when the cell ends.  The updates
 * themselves arrive all the same, and a kernel that hears nobody sends keyframes.
 */
import type { Kernel } from "@jupyterlab/services";
import { type Heard, readUpdate } from "../core/hostile.ts";
import { runs } from "../core/runs.ts";
import type { Source } from "../core/source.ts";
import { Store } from "../core/store.ts";
import { speak } from "./speak.ts";

type Hear = (heard: Heard) => void;

/** The stores made here, with the way into each. */
const overheard = new WeakMap<Store, Hear>();

/** To be connected to `iopubMessage` of a kernel. */
export function overhear(
  kernel: Kernel.IKernelConnection,
  { header, content, buffers }: Kernel.IMessage,
): void {
  if (header.msg_type !== "comm_msg" || kernel.hasComm(String(content.comm_id))) return;
  const data = content.data as { method?: unknown; content?: unknown } | null | undefined;
  if (data?.method !== "custom") return;
  const heard = readUpdate(data.content, buffers?.[0]);
  if (!heard) return;
  const { run, keyframe } = heard.update;
  const store = runs.get(run);
  if (store) overheard.get(store)?.(heard);
  else if (keyframe && !runs.isOver(run)) begin(kernel, String(content.comm_id), heard);
}

/** The first store of a run that nobody else follows; the widget's own takes over when it is back. */
function begin(kernel: Kernel.IKernelConnection, comm: string, first: Heard): void {
  let hear: Hear = () => {};
  const source: Source = {
    listen(take) {
      hear = ({ update, points }) => take(update, points);
      return () => {
        hear = () => {};
      };
    },
    send: (command) => void speak(kernel, comm, command),
  };
  const store = new Store(source);
  store.interrupt = () => void kernel.interrupt();
  overheard.set(store, (heard) => hear(heard));
  hear(first);
  const id = first.update.run;
  runs.set(id, { store, home: kernel.id });
  const stop = runs.watch(() => {
    if (runs.get(id) === store) return;
    stop();
    store.close();
  });
}
