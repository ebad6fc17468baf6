// Written by tools/wire.py from vizgrad/trace/wire.py: change that file, then run `make wire`.

/**
 * What travels between the kernel and the page.  `tools/wire.py` writes labextension/src/wire.ts from it.
 *
 * One `Update` per tick carries everything that changed since the last one, and at most one binary buffer: the
 * float64 points of its parts, in the order of the parts.  Of a `Series` first its x values, then its y values (so
 * twice `points`); of a `Card` the `points` numbers of each of its arrays in turn; of a `Difference` its
 * `points` numbers.  Numbers that may be NaN or infinite travel in that buffer only; JSON has no words for them.
 */

export const VERSION = 1;

export type State = "waiting" | "live" | "paused" | "stepping" | "finished" | "stopped" | "failed";

export type Mode = "unknown" | "subshell" | "interrupt" | "thread" | "none";

export type Verb = "hello" | "seen" | "pause" | "resume" | "stop";

export type StepVerb =
  | "step"
  | "over"
  | "out"
  | "to"
  | "backward"
  | "update"
  | "continue"
  | "show"
  | "pick"
  | "rewind"
  | "edit"
  | "undo"
  | "branch"
  | "keep"
  | "break"
  | "unbreak";

export type Phase = "forward" | "backward" | "update";

export type Mark = "" | "edited" | "failed";

export type Role = "input" | "output" | "gradient in" | "gradient out" | "parameter" | "state";

export type BreakKind = "op" | "layer" | "line" | "nan" | "above" | "ratio" | "zero" | "python";

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

/** One thing that a pass does: an op, a node of the backward pass, the update of one parameter. */
export interface Event {
  /** from 0, in the order of time */
  readonly number: number;
  readonly phase: Phase;
  /** "linear", "LinearBackward0", "fc1.weight" */
  readonly name: string;
  /** row of the op table; "" for updates */
  readonly op: string;
  readonly layer: string;
  /** the user's source line, "cell 4:12" */
  readonly line: string;
  /** id in the graph: of the op, of the op whose node it is, of the parameter; -1 if it has none */
  readonly node: number;
  /** number of the event that it is a part of, or -1 */
  readonly inside: number;
  /** of the pass it belongs to: optimizer steps before it */
  readonly step: number;
  readonly mark: Mark;
}

/** Events in a row.  What the page has from number `first` on is replaced by these. */
export interface Events {
  readonly is: "events";
  readonly first: number;
  readonly events: readonly Event[];
}

/** Where the program is to pause by itself. */
export interface Break {
  readonly id: number;
  readonly kind: BreakKind;
  /** "relu", "fc1", "cell 4:12", "NaN or Inf", "|x| > 100", the name of a Python predicate */
  readonly what: string;
  readonly phases: readonly Phase[];
  readonly hits: number;
}

/** Where the stepper stands.  Latest wins. */
export interface Pause {
  readonly is: "pause";
  /** the event that the program waits at; -1 while it runs */
  readonly at: number;
  /** it waits after that event (a condition on its values was met), not before it */
  readonly after: boolean;
  /** the event that the card shows */
  readonly shown: number;
  /** where the program itself waits; ``at`` is less after a rewind */
  readonly frontier: number;
  /** that event raised, and ended the block */
  readonly failed: boolean;
  /** one sentence: what made it pause */
  readonly why: string;
  /** first event that is known; earlier ones are forgotten */
  readonly first: number;
  /** first event of the present pass */
  readonly begins: number;
  /** events of the pass before this one; 0 if there was none */
  readonly expected: number;
  /** bytes of values held for looking back */
  readonly held: number;
  /** bytes that may be held */
  readonly budget: number;
  /** first event whose values are held; those before it are computed again when looked at */
  readonly oldest: number;
  readonly breaks: readonly Break[];
  /** made at this event and not yet run: "output · 2" */
  readonly edits: readonly string[];
  readonly note: string;
}

/** A few lines of the user's own code. */
export interface Source {
  /** "cell 4", "train.py" */
  readonly place: string;
  /** line number of the first of them */
  readonly first: number;
  /** line number of the one that runs */
  readonly at: number;
  readonly lines: readonly string[];
}

/**
 * One tensor of an event.
 *
 * `points` numbers in the buffer: smallest, mean, largest, norm, both ends of the histogram, its `bins`
 * counts, then `rows` times `columns` values, row by row.  NaN and Inf take no part in the first six.
 */
export interface Array {
  /** "x", "W", "y", "g", "∂L/∂x", "exp_avg" */
  readonly name: string;
  /** "output of relu in fc1, kept for backward" */
  readonly says: string;
  readonly role: Role;
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly nbytes: number;
  /** it stays in memory for the backward pass */
  readonly kept: boolean;
  /** what an `Ask` calls it to edit it; "" if it cannot be edited */
  readonly target: string;
  readonly nans: number;
  readonly infs: number;
  readonly zeros: number;
  /** of the leading dimensions: which slice is shown */
  readonly index: readonly number[];
  readonly rows: number;
  readonly columns: number;
  /** "" if a cell is one element, else how many it stands for: "each cell: mean of 4×4" */
  readonly pooled: string;
  readonly bins: number;
  readonly points: number;
}

/** One line of an update rule as it runs on one element. */
export interface Line {
  /** "exp_avg′" */
  readonly name: string;
  /** "β₁ · exp_avg + (1 - β₁) · g" */
  readonly formula: string;
  /** "0.9 · 0.1 + 0.1 · 0.03" */
  readonly numbers: string;
  /** in full, as Python prints it: "0.093", "nan" */
  readonly value: string;
}

/** Everything about one event.  Latest wins. */
export interface Card {
  readonly is: "card";
  readonly event: number;
  /** "linear in fc1", "update of fc1.weight by Adam" */
  readonly title: string;
  /** what the op is, in one sentence */
  readonly says: string;
  /** "y = x @ Wᵀ + b"; "∂L/∂x = g @ W"; the lines of a rule */
  readonly formulas: readonly string[];
  /** the same with shapes, "5×4 @ (3×4)ᵀ + 3 → 5×3" */
  readonly shapes: string;
  /** the same with its numbers, for small tensors; else "" */
  readonly numbers: string;
  /** "dim=1", "lr=0.01" */
  readonly settings: readonly string[];
  /** layers around it, outermost first: "Net", "fc1: Linear(…)" */
  readonly path: readonly string[];
  readonly source: Source | null;
  readonly arrays: readonly Array[];
  /** of an update, on one element */
  readonly rule: readonly Line[];
  /** the index of that element */
  readonly element: readonly number[];
  /** what is kept for backward, by name */
  readonly kept: readonly string[];
  readonly kept_bytes: number;
  /** "finite differences agree to 3e-9", "" if that was not asked */
  readonly check: string;
  /** how these numbers were come by, if not by the program itself */
  readonly note: string;
}

/**
 * Two outcomes of one pass: as it was, and as edited.  Latest wins.
 *
 * `points` numbers in the buffer, one an event from `first` on: ‖edited - was‖ / ‖was‖ of its values, -1
 * where there is nothing to compare.
 */
export interface Difference {
  readonly is: "difference";
  /** the event that was edited */
  readonly first: number;
  readonly edits: readonly string[];
  readonly points: number;
  /** the loss, where the pass came to one */
  readonly was: number | null;
  readonly edited: number | null;
  /** the outcome that the program goes on with */
  readonly live: "was" | "edited";
  /** somebody has chosen that one */
  readonly kept: boolean;
  readonly note: string;
}

export type Part = Status | Series | Graph | Memory | Events | Pause | Card | Difference;

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

/** What the page may ask of a run.  Besides this and `Ask` nothing is listened to. */
export interface Command {
  readonly is: "command";
  readonly version: number;
  readonly do: Verb;
  /** of this command; for "seen", of the last update drawn */
  readonly seq: number;
}

/**
 * What the page may ask of the stepper.
 *
 * step, over (the present layer), out (of it), backward, update (run to the next one), continue: no further
 * words.  to: run to graph node `event` in phase `words`.  show, rewind: `event`.  pick: of array
 * `target` the slice or element `index`.  edit: `target` is an array's target, "lr" or a parameter's
 * name; `words` is set, scale, zero, clip or noise; `value` the number; `index` the element, () for all.
 * undo: takes the edits of this event back.  branch: go on to `words` (backward, update, end) twice.  keep:
 * `words` is was or edited.  break: `words` is a BreakKind other than python, `target` an op, a layer or
 * "cell 4:12", `value` a bound, `event` -1 for all phases or 0, 1, 2 for forward, backward, update.
 * unbreak: `event` is the id.
 */
export interface Ask {
  readonly is: "ask";
  readonly version: number;
  readonly do: StepVerb;
  readonly seq: number;
  readonly event: number;
  readonly target: string;
  readonly words: string;
  readonly index: readonly number[];
  readonly value: number;
}
