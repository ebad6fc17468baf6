/** Asks the kernel for things, notices when it does not answer, and then interrupts it. */
import { type Ask, type Command, type Mode, type State, type StepVerb, VERSION, type Verb } from "../wire.ts";
import type { Wish } from "./stepping.ts";

/** A command that is not acknowledged within this time is followed by an interrupt. */
export const ANSWER_WITHIN = 1_000;
/** Where only an interrupt makes the kernel look into its queue, the command gets this head start into it. */
export const KNOCK_AFTER = 50;
/** An interrupted kernel, or one that acknowledged, is given this long: one op may take seconds. */
export const PATIENCE = 10_000;
/** A kernel that leaves our greeting unanswered this long cannot hear while its cell runs. */
export const GREETING_WITHIN = 1_500;
/** Keyframes are dear: not asked for more often than this, and life signs no more often either. */
export const BETWEEN_GREETINGS = 1_000;

/** What the control needs to know of its store. */
export interface Controlled {
  send(message: Command | Ask): void;
  /** How commands reach the kernel, as far as known. */
  mode(): Mode;
  state(): State | undefined;
  /** Interrupts the kernel; undefined where the page cannot. */
  interrupt(): (() => void) | undefined;
  changed(): void;
  now(): number;
}

export class Control {
  /** Asked, not yet acknowledged and carried out. */
  pending: Verb | StepVerb | undefined;
  /** The kernel has not answered our greeting. */
  deaf = false;
  /** A command went unheard and nothing more can be done from here. */
  unheard = false;
  readonly #store: Controlled;
  #number = 0;
  /** Number of the command that we wait for. */
  #awaited = 0;
  #acked = false;
  #greeted = Number.NEGATIVE_INFINITY;
  #seen = Number.NEGATIVE_INFINITY;
  #greeting: Timer;
  #answer: Timer;

  constructor(store: Controlled) {
    this.#store = store;
  }

  /** Ask for everything there is, on arrival or when something was missed. */
  hello(): void {
    if (this.#store.now() - this.#greeted < BETWEEN_GREETINGS) return;
    this.#greeted = this.#store.now();
    this.#send("hello", this.#next());
    this.#greeting ??= setTimeout(() => {
      this.deaf = this.#store.mode() === "unknown";
      if (this.deaf) this.#store.changed();
    }, GREETING_WITHIN);
  }

  /** Tell the kernel that somebody is looking. */
  seen(seq: number): void {
    if (this.#store.now() - this.#seen < BETWEEN_GREETINGS) return;
    this.#seen = this.#store.now();
    this.#send("seen", seq);
  }

  /** Ask the run for something, or its stepper. */
  ask(what: Verb | Wish): void {
    this.#awaited = this.#next();
    this.#acked = false;
    this.unheard = false;
    if (typeof what === "string") {
      this.pending = what;
      this.#send(what, this.#awaited);
    } else {
      this.pending = what.do;
      this.#store.send({ is: "ask", version: VERSION, ...what, seq: this.#awaited });
    }
    this.#wait(this.#mustKnock(this.pending) ? KNOCK_AFTER : ANSWER_WITHIN, () => this.#insist());
    this.#store.changed();
  }

  /** The kernel heard our commands up to `acked`, the run is in some state, and the stepper may have `answered`. */
  heard(acked: number, answered = false): void {
    if (this.pending === undefined) return;
    const told = answered && isStep(this.pending) && (this.#acked || acked >= this.#awaited);
    if (told || this.#isDone(this.pending)) this.#forget();
    else if (!this.#acked && acked >= this.#awaited) {
      this.#acked = true;
      this.unheard = false;
      this.#wait(PATIENCE, () => this.#settle());
    }
  }

  /** Nobody is left who could answer. */
  close(): void {
    clearTimeout(this.#greeting);
    this.#forget();
  }

  #settle(): void {
    this.#forget();
    this.#store.changed();
  }

  #forget(): void {
    clearTimeout(this.#answer);
    this.pending = undefined;
    this.unheard = false;
  }

  #isDone(verb: Verb | StepVerb): boolean {
    const state = this.#store.state();
    if (state === undefined) return false;
    if (isOver(state)) return true;
    return (verb === "pause" && state === "paused") || (verb === "resume" && state === "live");
  }

  /** A paused kernel looks into its queue by itself; a running one only when it is interrupted. */
  #mustKnock(verb: Verb | StepVerb): boolean {
    return verb !== "resume" && this.#store.mode() === "interrupt" && !this.#looks();
  }

  #looks(): boolean {
    const state = this.#store.state();
    return state === "paused" || state === "stepping";
  }

  /** The interrupt makes the kernel look into its queue, where our command waits.  Unread, it would mean stop. */
  #insist(): void {
    if (this.pending === undefined) return;
    const mayNot = this.pending === "resume" || (isStep(this.pending) && this.#looks());
    const interrupt = mayNot ? undefined : this.#store.interrupt();
    const giveUp = () => {
      this.unheard = true;
      this.#store.changed();
    };
    interrupt?.();
    if (interrupt || isStep(this.pending)) this.#wait(PATIENCE, giveUp);
    else giveUp();
  }

  #wait(time: number, then: () => void): void {
    clearTimeout(this.#answer);
    this.#answer = setTimeout(then, time);
  }

  #send(verb: Verb, seq: number): void {
    this.#store.send({ is: "command", version: VERSION, do: verb, seq });
  }

  /** Grows over reloads and over pages of the same run, as the kernel remembers the last number only. */
  #next(): number {
    this.#number = Math.max(this.#number + 1, this.#store.now());
    return this.#number;
  }
}

type Timer = ReturnType<typeof setTimeout> | undefined;

/** Whether this is asked of the stepper. */
function isStep(verb: Verb | StepVerb): verb is StepVerb {
  return verb !== "hello" && verb !== "seen" && verb !== "pause" && verb !== "resume" && verb !== "stop";
}

/** No step will follow in this state. */
export function isOver(state: State): boolean {
  return state === "finished" || state === "stopped" || state === "failed";
}
