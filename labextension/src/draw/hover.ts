/** The step and the layer under the reader's pointer, shared by all views of a run: mark it in one, see it in all. */
import { latest } from "../core/latest.ts";
import type { Store } from "../core/store.ts";

export class Hover {
  #step: number | undefined;
  #layer: string | undefined;
  readonly #looks = new Set<() => void>();
  readonly #tell = latest(() => {
    for (const look of this.#looks) look();
  });

  get step(): number | undefined {
    return this.#step;
  }

  get layer(): string | undefined {
    return this.#layer;
  }

  /** Point at a step, a layer, both or nothing. */
  point(step: number | undefined, layer?: string): void {
    if (step === this.#step && layer === this.#layer) return;
    this.#step = step;
    this.#layer = layer;
    this.#tell();
  }

  /** Call `look` after every change, at most once per frame.  Returns a function that stops it. */
  watch(look: () => void): () => void {
    this.#looks.add(look);
    return () => this.#looks.delete(look);
  }
}

const hovers = new WeakMap<Store, Hover>();

/** The one pointer of a run. */
export function hoverOf(store: Store): Hover {
  const hover = hovers.get(store) ?? new Hover();
  hovers.set(store, hover);
  return hover;
}
