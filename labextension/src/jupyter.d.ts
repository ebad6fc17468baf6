/**
 * The parts of JupyterLab and ipywidgets that we use, and no more.
 *
 * Their own type packages would bring 390 npm packages into the lockfile.  The browser tests run against the real
 * thing, so a signature that changes there is noticed.
 */

declare module "@lumino/coreutils" {
  export class Token<T> {
    readonly name: string;
    readonly value?: T;
  }
}

declare module "@lumino/signaling" {
  export interface ISignal<S, A> {
    connect(slot: (sender: S, args: A) => void): boolean;
    disconnect(slot: (sender: S, args: A) => void): boolean;
  }
}

declare module "@lumino/widgets" {
  export class Widget {
    readonly node: HTMLElement;
    addClass(name: string): void;
    dispose(): void;
    get isDisposed(): boolean;
  }
}

declare module "@jupyterlab/services" {
  import type { ISignal } from "@lumino/signaling";

  export namespace Kernel {
    type Status =
      | "unknown"
      | "starting"
      | "idle"
      | "busy"
      | "terminating"
      | "restarting"
      | "autorestarting"
      | "dead";

    interface IMessage {
      readonly header: { readonly msg_type: string };
      readonly content: { readonly [field: string]: unknown };
      readonly buffers?: readonly (ArrayBuffer | ArrayBufferView)[];
    }

    interface IShellMessage {
      header: Readonly<Record<string, string>>;
      parent_header: object;
      metadata: object;
      content: object;
      channel: "shell";
      buffers: readonly [];
    }

    interface IKernelConnection {
      readonly id: string;
      readonly iopubMessage: ISignal<IKernelConnection, IMessage>;
      readonly statusChanged: ISignal<IKernelConnection, Status>;
      readonly clientId: string;
      readonly username: string;
      readonly supportsSubshells?: boolean;
      requestCreateSubshell?(content: object): { done: Promise<{ content: { subshell_id?: string } }> };
      sendShellMessage(message: IShellMessage, expectReply: boolean, dispose: boolean): unknown;
      interrupt(): Promise<void>;
      hasComm(id: string): boolean;
    }
  }
}

declare module "@jupyterlab/application" {
  import type { Token } from "@lumino/coreutils";

  export interface JupyterFrontEnd {
    readonly commands: {
      addCommand(
        id: string,
        options: { label: () => string; execute: () => void; isEnabled?: () => boolean },
      ): void;
      notifyCommandChanged(id?: string): void;
    };
  }

  export interface JupyterFrontEndPlugin {
    readonly id: string;
    readonly description: string;
    readonly autoStart: boolean;
    readonly requires?: readonly Token<unknown>[];
    readonly optional?: readonly Token<unknown>[];
    // biome-ignore lint/suspicious/noExplicitAny: each plugin names the services it requires
    activate(app: JupyterFrontEnd, ...services: any[]): void;
  }
}

declare module "@jupyterlab/apputils" {
  import type { Kernel } from "@jupyterlab/services";
  import type { Token } from "@lumino/coreutils";
  import type { ISignal } from "@lumino/signaling";

  export interface ISessionContext {
    readonly session: { readonly kernel: Kernel.IKernelConnection | null } | null;
    readonly kernelChanged: ISignal<
      ISessionContext,
      {
        readonly oldValue: Kernel.IKernelConnection | null;
        readonly newValue: Kernel.IKernelConnection | null;
      }
    >;
  }

  export interface ICommandPalette {
    addItem(item: { command: string; category: string }): void;
  }
  export const ICommandPalette: Token<ICommandPalette>;
}

declare module "@jupyterlab/notebook" {
  import type { ISessionContext } from "@jupyterlab/apputils";
  import type { Token } from "@lumino/coreutils";
  import type { ISignal } from "@lumino/signaling";

  export interface NotebookPanel {
    readonly sessionContext: ISessionContext;
  }

  export interface INotebookTracker {
    readonly currentWidget: NotebookPanel | null;
    readonly widgetAdded: ISignal<INotebookTracker, NotebookPanel>;
    forEach(visit: (panel: NotebookPanel) => void): void;
  }
  export const INotebookTracker: Token<INotebookTracker>;
}

declare module "@jupyterlab/rendermime" {
  import type { Token } from "@lumino/coreutils";
  import type { Widget } from "@lumino/widgets";

  export namespace IRenderMime {
    interface IMimeModel {
      readonly data: { readonly [mimeType: string]: unknown };
    }

    interface IRenderer extends Widget {
      renderModel(model: IMimeModel): Promise<void>;
    }

    interface IRendererFactory {
      readonly safe: boolean;
      readonly mimeTypes: readonly string[];
      createRenderer(): IRenderer;
    }
  }

  export interface IRenderMimeRegistry {
    addFactory(factory: IRenderMime.IRendererFactory, rank?: number): void;
  }
  export const IRenderMimeRegistry: Token<IRenderMimeRegistry>;
}

declare module "@jupyterlab/translation" {
  import type { Token } from "@lumino/coreutils";

  export interface ITranslator {
    load(domain: string): { __(text: string): string };
  }
  export const ITranslator: Token<ITranslator>;
}

declare module "@jupyter-widgets/base" {
  import type { Token } from "@lumino/coreutils";

  /** The manager of JupyterLab has a kernel; others may not. */
  export interface IWidgetManager {
    readonly kernel?: { readonly id: string; interrupt(): Promise<void> } | null;
  }

  type Serializers = { [trait: string]: { deserialize?(value: unknown, manager: unknown): unknown } };

  export class WidgetModel {
    static serializers: Serializers;
    readonly widget_manager: IWidgetManager;
    readonly comm_live: boolean;
    initialize(attributes: object, options: object): void;
    get(trait: string): unknown;
    send(content: object, callbacks?: object): void;
    on(event: string, heard: (...args: never[]) => void): void;
    off(event: string, heard: (...args: never[]) => void): void;
  }

  export class DOMWidgetModel extends WidgetModel {}

  export class DOMWidgetView {
    readonly el: HTMLElement;
    readonly model: DOMWidgetModel;
    render(): void;
    remove(): this;
  }

  export function unpack_models(value: unknown, manager: unknown): Promise<unknown>;

  export interface IJupyterWidgetRegistry {
    registerWidget(data: { name: string; version: string; exports: Record<string, unknown> }): void;
  }
  export const IJupyterWidgetRegistry: Token<IJupyterWidgetRegistry>;
}

declare module "virtual:views" {
  /** The default exports of src/widgets/*.ts, by name, gathered by build.mjs; each is loaded when it is shown. */
  const views: import("./widgets/host/classes.ts").Views;
  export default views;
}
