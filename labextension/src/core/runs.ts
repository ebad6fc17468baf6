/** The runs that are live on this page, so that a saved view finds its run when it comes back to life. */
import type { Store } from "./store.ts";

export interface Run {
  readonly store: Store;
  /** Id of the kernel it runs in. */
  readonly home: string;
}

export class Runs {
  readonly #runs = new Map<string, Run>();
  /** Runs whose kernel is gone; late messages do not bring them back. */
  readonly #over = new Set<string>();
  readonly #watchers = new Set<() => void>();

  get(id: string): Store | undefined {
    return this.#runs.get(id)?.store;
  }

  /** The newest run of a kernel. */
  at(home: string): Store | undefined {
    return [...this.#runs.values()].findLast((run) => run.home === home)?.store;
  }

  isOver(id: string): boolean {
    return this.#over.has(id);
  }

  set(id: string, run: Run): void {
    this.#over.delete(id);
    this.#runs.delete(id);
    this.#runs.set(id, run);
    this.#tell();
  }

  /** The kernel with this id restarted or died, and its runs with it. */
  lose(home: string): void {
    for (const [id, run] of this.#runs) {
      if (run.home !== home) continue;
      this.#runs.delete(id);
      this.#over.add(id);
      run.store.lose();
    }
    this.#tell();
  }

  /** Call `look` when a run comes or goes.  Returns a function that stops it. */
  watch(look: () => void): () => void {
    this.#watchers.add(look);
    return () => this.#watchers.delete(look);
  }

  #tell(): void {
    for (const look of [...this.#watchers]) look();
  }
}

export const runs = new Runs();
