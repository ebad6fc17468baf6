/** A notebook with a kernel, as the plugins see them. */
import type { JupyterFrontEnd } from "@jupyterlab/application";
import type { Kernel } from "@jupyterlab/services";
import { vi } from "vitest";
import { Signal } from "./packages.ts";

export class FakeConnection {
  readonly id: string;
  readonly comms = new Set<string>();
  readonly clientId = "page";
  readonly username = "";
  supportsSubshells: boolean | undefined;
  readonly requestCreateSubshell = vi.fn(() => ({
    done: Promise.resolve({ content: { subshell_id: "beside" } }),
  }));
  readonly sendShellMessage = vi.fn(
    (_message: Kernel.IShellMessage, _reply: boolean, _dispose: boolean) => {},
  );
  readonly interrupt = vi.fn(async () => {});
  readonly iopubMessage = new Signal<this, Kernel.IMessage>(this);
  readonly statusChanged = new Signal<this, Kernel.Status>(this);

  constructor(id: string) {
    this.id = id;
  }
  hasComm(id: string): boolean {
    return this.comms.has(id);
  }
  /** A message that ipywidgets' comm `comm_id` would carry. */
  publish(content: unknown, buffers: ArrayBuffer[] = [], comm_id = "comm-1"): void {
    const data = { method: "custom", content };
    this.iopubMessage.emit({ header: { msg_type: "comm_msg" }, content: { comm_id, data }, buffers });
  }
}

interface Change {
  readonly oldValue: FakeConnection | null;
  readonly newValue: FakeConnection | null;
}

export class FakeNotebook {
  readonly sessionContext: {
    readonly session: { readonly kernel: FakeConnection | null };
    readonly kernelChanged: Signal<unknown, Change>;
  };

  constructor(kernel: FakeConnection) {
    this.sessionContext = { session: { kernel }, kernelChanged: new Signal<unknown, Change>(undefined) };
  }
}

export class FakeTracker {
  readonly notebooks: FakeNotebook[];
  readonly widgetAdded = new Signal<unknown, FakeNotebook>(undefined);
  constructor(...notebooks: FakeNotebook[]) {
    this.notebooks = notebooks;
  }
  get currentWidget(): FakeNotebook | null {
    return this.notebooks[0] ?? null;
  }
  forEach(visit: (notebook: FakeNotebook) => void): void {
    this.notebooks.forEach(visit);
  }
}

interface Command {
  label(): string;
  isEnabled(): boolean;
  execute(): void;
}

export function fakeApp(): { app: JupyterFrontEnd; commands: Map<string, Command> } {
  const commands = new Map<string, Command>();
  const addCommand = (id: string, command: Command) => commands.set(id, command);
  const app = { commands: { addCommand, notifyCommandChanged() {} } };
  return { app: app as unknown as JupyterFrontEnd, commands };
}
