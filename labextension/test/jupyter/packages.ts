/** As much of @jupyterlab, @lumino and @jupyter-widgets as the tests need. */
export const INotebookTracker = "INotebookTracker";
export const IRenderMimeRegistry = "IRenderMimeRegistry";
export const ICommandPalette = "ICommandPalette";
export const ITranslator = "ITranslator";
export const IJupyterWidgetRegistry = "IJupyterWidgetRegistry";

export class Widget {
  readonly node = document.createElement("div");
  addClass(name: string): void {
    this.node.classList.add(name);
  }
  dispose(): void {}
}

/** A signal as @lumino/signaling has it. */
export class Signal<S, A> {
  readonly #slots = new Set<(sender: S, args: A) => void>();
  readonly #sender: S;
  constructor(sender: S) {
    this.#sender = sender;
  }
  connect(slot: (sender: S, args: A) => void): boolean {
    this.#slots.add(slot);
    return true;
  }
  disconnect(slot: (sender: S, args: A) => void): boolean {
    return this.#slots.delete(slot);
  }
  emit(args: A): void {
    for (const slot of this.#slots) slot(this.#sender, args);
  }
}

type Heard = (...args: unknown[]) => void;

export class WidgetModel {
  static serializers = {};
  widget_manager: unknown;
  comm_live = false;
  readonly sent: { do: string }[] = [];
  #heard = new Map<string, Set<Heard>>();
  #traits: Record<string, unknown>;

  constructor(traits: Record<string, unknown>, options: { comm?: object; widget_manager: unknown }) {
    this.#traits = traits;
    this.initialize(traits, options);
  }
  initialize(_traits: object, { comm, widget_manager }: { comm?: object; widget_manager?: unknown }): void {
    this.widget_manager = widget_manager;
    this.comm_live = comm !== undefined;
  }
  get(trait: string): unknown {
    return this.#traits[trait];
  }
  send(content: { do: string }): void {
    this.sent.push(content);
  }
  on(event: string, heard: Heard): void {
    this.#heard.set(event, (this.#heard.get(event) ?? new Set()).add(heard));
  }
  off(event: string, heard: Heard): void {
    this.#heard.get(event)?.delete(heard);
  }
  trigger(event: string, ...args: unknown[]): void {
    for (const heard of [...(this.#heard.get(event) ?? [])]) heard(...args);
  }
}

export class DOMWidgetModel extends WidgetModel {}

export class DOMWidgetView {
  readonly el = document.createElement("div");
  readonly model: DOMWidgetModel;
  constructor({ model }: { model: DOMWidgetModel }) {
    this.model = model;
  }
  render(): void {}
  remove(): this {
    return this;
  }
}

export const unpack_models = async (value: unknown): Promise<unknown> => value;
