// Written by tools/wire.py from vizgrad/trace/wire.py: change that file, then run `make wire`.

/**
 * What travels between the kernel and the page.  `tools/wire.py` writes labextension/src/wire.ts from it.
 *
 * One `Update` per tick carries everything that changed since the last one, and at most one binary buffer: the
 * float64 points of its `Series` parts, in the order of the parts, for each part first its x values, then its y
 * values.  Numbers that may be NaN or infinite travel in that buffer only; JSON has no words for them.
 */

export const VERSION = 1;

export type State = "waiting" | "live" | "paused" | "finished" | "stopped" | "failed";

export type Mode = "unknown" | "subshell" | "interrupt" | "thread" | "none";

export type Verb = "hello" | "seen" | "pause" | "resume" | "stop";

export type NodeKind = "op" | "parameter" | "buffer" | "input" | "constant" | "loss";

/** How the run is doing.  Latest wins. */
export interface Status {
  readonly is: "status";
  readonly state: State;
  /** how commands reach the kernel while a cell runs */
  readonly mode: Mode;
  /** optimizer steps so far */
  readonly step: number;
  /** a reading is taken every so many steps (1: every step) */
  readonly every: number;
  /** seconds since the run began, pauses left out */
  readonly elapsed: number;
  /** optimizer steps per second, lately */
  readonly rate: number | null;
  /** one sentence for people, e.g. what failed */
  readonly note: string;
}

/**
 * Points of one curve, appended to what the page has, or replacing it.
 *
 * `group`: "metric" (loss, accuracy, anything logged), "rate" (learning rate of each parameter group),
 * "memory" (bytes by category at the fullest moment of a step), or a measure of trace/statistics.py ("gradient",
 * "weight": a curve a layer).
 * `unit`: "", "fraction" (shown in per cent) or "bytes".
 * `sampled` says what was left out, "" if nothing.
 */
export interface Series {
  readonly is: "series";
  readonly group: string;
  readonly name: string;
  readonly unit: string;
  readonly points: number;
  readonly replace: boolean;
  readonly sampled: string;
}

/** A module of the model, by its dotted path ("" is the model itself). */
export interface Layer {
  readonly path: string;
  /** class name */
  readonly kind: string;
  /** extra_repr: "1, 32, kernel_size=(3, 3)" */
  readonly note: string;
  /** elements in its own parameters and those below it */
  readonly parameters: number;
}

/** One op that ran, or one tensor that fed it.  Inputs come before the nodes that read them. */
export interface Node {
  readonly id: number;
  readonly kind: NodeKind;
  /** row of the op table; "" for tensors */
  readonly op: string;
  /** "conv1.weight" for parameters; what to write on the node */
  readonly name: string;
  /** path of the innermost layer it ran in */
  readonly layer: string;
  readonly inputs: readonly number[];
  readonly shape: readonly number[];
  readonly dtype: string;
  /** what is kept for backward, by name */
  readonly kept: readonly string[];
  readonly kept_bytes: number;
  /** the user's source line, "train.py:12" or "cell 4:12" */
  readonly line: string;
}

/** What an op is: one sentence, its formula, and its gradients, printed by running them on ink. */
export interface Rule {
  readonly op: string;
  readonly says: string;
  readonly forward: string;
  /** "∂L/∂input = g * (1 - y**2)" */
  readonly gradients: readonly string[];
}

/** The computation of one step.  Sent only when its shape differs from the last one. */
export interface Graph {
  readonly is: "graph";
  readonly key: number;
  readonly step: number;
  readonly layers: readonly Layer[];
  readonly nodes: readonly Node[];
  readonly rules: readonly Rule[];
  /** nodes left out because there were too many */
  readonly omitted: number;
}

/** Bytes now and at the worst moment, by category.  Latest wins. */
export interface Memory {
  readonly is: "memory";
  /** parameters, gradients, saved, optimizer, other */
  readonly categories: readonly string[];
  readonly now: readonly number[];
  /** each category at the moment when the total was largest */
  readonly peak: readonly number[];
  readonly peak_step: number;
  /** "conv2, forward" */
  readonly peak_at: string;
}

export type Part = Status | Series | Graph | Memory;

/** Everything that changed since the last tick; a keyframe carries everything there is. */
export interface Update {
  readonly is: "update";
  readonly version: number;
  /** id of the run */
  readonly run: string;
  /** class name of the model, or what the user called it */
  readonly title: string;
  /** grows by one with each update of a run */
  readonly seq: number;
  readonly keyframe: boolean;
  /** number of the last command that was accepted; when it is carried out, the state tells */
  readonly acked: number;
  readonly parts: readonly Part[];
}

/** What the page may ask for.  Nothing else is listened to. */
export interface Command {
  readonly is: "command";
  readonly version: number;
  readonly do: Verb;
  /** of this command; for "seen", of the last update drawn */
  readonly seq: number;
}
