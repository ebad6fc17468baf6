/**
 * Speaks to a widget of a busy kernel whose page was reloaded, before JupyterLab has the widget back.
 *
 * A message for a widget's comm needs no comm on this side.  It goes to a subshell where the kernel has them; else into
 * the queue of the main shell, where a run that is paused, or interrupted, looks for it.
 */
import type { Kernel } from "@jupyterlab/services";
import type { Ask, Command } from "../wire.ts";

/** One subshell a kernel, made when it is first needed. */
const subshells = new WeakMap<Kernel.IKernelConnection, Promise<string | undefined>>();

export async function speak(
  kernel: Kernel.IKernelConnection,
  comm: string,
  message: Command | Ask,
): Promise<void> {
  const subshell = await subshellOf(kernel);
  const header: Record<string, string> = {
    msg_id: crypto.randomUUID(),
    msg_type: "comm_msg",
    username: kernel.username,
    session: kernel.clientId,
    date: new Date().toISOString(),
    version: "5.3",
  };
  if (subshell !== undefined) header.subshell_id = subshell;
  const content = { comm_id: comm, data: { method: "custom", content: message } };
  const rest = { parent_header: {}, metadata: {}, channel: "shell", buffers: [] } as const;
  kernel.sendShellMessage({ header, content, ...rest }, false, true);
}

function subshellOf(kernel: Kernel.IKernelConnection): Promise<string | undefined> {
  // A kernel that has not answered yet may still turn out to have subshells.
  if (!kernel.supportsSubshells || !kernel.requestCreateSubshell) return Promise.resolve(undefined);
  let made = subshells.get(kernel);
  if (!made) {
    made = kernel
      .requestCreateSubshell({})
      .done.then(({ content }) => content.subshell_id)
      .catch(() => undefined);
    subshells.set(kernel, made);
  }
  return made;
}
