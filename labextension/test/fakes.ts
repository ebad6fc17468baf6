/** A kernel to play with: it records commands and sends what a test tells it to. */
import type { Source } from "../src/core/source.ts";
import type { Ask, Command, Memory, Part, Series, Status, Update } from "../src/wire.ts";

export class FakeKernel implements Source {
  readonly commands: (Command | Ask)[] = [];
  listening = false;
  seq = 0;
  #hear: (update: Update, points: Float64Array) => void = () => {};
  #tell: () => void = () => {};

  listen(hear: (update: Update, points: Float64Array) => void): () => void {
    this.#hear = hear;
    this.listening = true;
    return () => {
      this.listening = false;
    };
  }

  lost(tell: () => void): () => void {
    this.#tell = tell;
    return () => {};
  }

  send(command: Command | Ask): void {
    this.commands.push(command);
  }

  /** Send an update; `points` are the numbers of its series. */
  say(parts: readonly Part[], points: readonly number[] = [], more: Partial<Update> = {}): void {
    this.seq = more.seq ?? this.seq + 1;
    this.#hear(update(parts, { ...more, seq: this.seq }), Float64Array.from(points));
  }

  /** Acknowledge everything asked so far. */
  acknowledge(parts: readonly Part[] = []): void {
    this.say(parts, [], { acked: this.commands.at(-1)?.seq ?? 0 });
  }

  die(): void {
    this.#tell();
  }

  asked(verb: string): (Command | Ask)[] {
    return this.commands.filter((command) => command.do === verb);
  }
}

/** The run that everything here is about; the page remembers runs that are over, so a test may want its own. */
export const RUN = { id: "run-1" };

export function update(parts: readonly Part[], more: Partial<Update> = {}): Update {
  return {
    is: "update",
    version: 1,
    run: RUN.id,
    title: "Net",
    seq: 1,
    keyframe: false,
    acked: 0,
    parts,
    ...more,
  };
}

export function status(more: Partial<Status> = {}): Status {
  return {
    is: "status",
    state: "live",
    mode: "subshell",
    step: 1240,
    every: 3,
    elapsed: 12,
    rate: 100,
    note: "",
    ...more,
  };
}

export function series(name: string, points: number, more: Partial<Series> = {}): Series {
  return { is: "series", group: "metric", name, unit: "", points, replace: false, sampled: "", ...more };
}

export function memory(more: Partial<Memory> = {}): Memory {
  return {
    is: "memory",
    categories: ["parameters", "saved"],
    now: [1_000_000, 2_100_000],
    peak: [1_000_000, 3_000_000],
    peak_step: 12,
    peak_at: "conv2, forward",
    ...more,
  };
}
