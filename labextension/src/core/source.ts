/** Where updates come from: a widget model, a kernel's messages, a saved notebook, a test. */
import type { Ask, Command, Update } from "../wire.ts";

export interface Source {
  /** Ask for updates, each with the numbers of its parts.  Returns a function that stops them. */
  listen(hear: (update: Update, points: Float64Array) => void): () => void;
  send(message: Command | Ask): void;
  /** Be told once when no update can come any more.  Returns a function that stops it. */
  lost?(tell: () => void): () => void;
}
