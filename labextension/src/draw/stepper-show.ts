/** Looking at other events: at most one is asked for at a time, and the last one that was wanted is shown in the end. */
import type { Store } from "../core/store.ts";
import { listens } from "./stepper-words.ts";

export class Looking {
  readonly #store: Store;
  readonly #moved: () => void;
  #wanted: number | undefined;

  /** `moved` is called when another event is wanted, long before it is there. */
  constructor(store: Store, moved: () => void) {
    this.#store = store;
    this.#moved = moved;
  }

  /** The event that the reader wants to see, which may be on its way. */
  get at(): number {
    return this.#wanted ?? this.#store.stepping.pause?.shown ?? -1;
  }

  show(event: number): void {
    const { stepping } = this.#store;
    const most = stepping.pause?.at ?? -1;
    this.#wanted = Math.min(Math.max(event, stepping.first), most);
    this.#ask();
    this.#moved();
  }

  /** After each change of the store. */
  draw(): void {
    if (!listens(this.#store) || this.#wanted === this.#store.stepping.pause?.shown) this.#wanted = undefined;
    else this.#ask();
  }

  #ask(): void {
    const { stepping, pending } = this.#store;
    if (this.#wanted === undefined || !listens(this.#store) || pending !== undefined) return;
    if (this.#wanted !== stepping.pause?.shown) stepping.ask({ do: "show", event: this.#wanted });
  }
}
