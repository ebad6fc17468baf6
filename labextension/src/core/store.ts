/** What the page knows about a run.  No DOM and no Jupyter in this folder. */
import type { Graph, Memory, Mode, Part, Series, Status, StepVerb, Update, Verb } from "../wire.ts";
import { Control, isOver } from "./control.ts";
import { type Curve, Curves } from "./curves.ts";
import type { Source } from "./source.ts";
import { Stepping } from "./stepping.ts";

export type { Curve } from "./curves.ts";
export type Contact = "live" | "replay" | "stale";

/** The kernel gives a sign of life every two seconds while a run is active. */
export const SILENCE = 6_000;

export interface StoreOptions {
  readonly contact?: Contact;
  readonly now?: () => number;
}

export class Store {
  /** Id of the run; "" until the first update. */
  run = "";
  title = "";
  status: Status | undefined;
  graph: Graph | undefined;
  memory: Memory | undefined;
  /** What is known of a paused program. */
  readonly stepping: Stepping;
  contact: Contact;
  /** Milliseconds since 1970 at the last contact. */
  since: number;
  /** Grows with each change. */
  version = 0;
  /** Set by the host when it can interrupt the kernel. */
  interrupt: (() => void) | undefined;

  readonly #now: () => number;
  readonly #curves = new Curves();
  readonly #control: Control;
  readonly #watchers = new Set<() => void>();
  readonly #stops: ((() => void) | undefined)[];
  /** The kernel counts from one. */
  #seq = 0;
  /** An update was missed, so appended points would leave a hole. */
  #hole = false;
  /** No update can come any more. */
  #gone = false;
  #silence: ReturnType<typeof setTimeout> | undefined;

  constructor(source: Source, { contact = "live", now = Date.now }: StoreOptions = {}) {
    this.#now = now;
    this.contact = contact;
    this.since = now();
    this.#control = new Control({
      send: (message) => source.send(message),
      mode: () => this.mode,
      state: () => this.status?.state,
      interrupt: () => this.interrupt,
      changed: () => this.#changed(),
      now,
    });
    this.stepping = new Stepping(
      (wish) => {
        if (this.contact !== "replay") this.#control.ask(wish);
      },
      () => this.#changed(),
    );
    this.#stops = [
      source.listen((update, points) => this.#take(update, points)),
      source.lost?.(() => this.lose()),
    ];
    if (contact === "live") this.#control.hello();
  }

  /** By `${group}/${name}`, in order of first arrival. */
  get curves(): ReadonlyMap<string, Curve> {
    return this.#curves.all;
  }

  group(group: string): Curve[] {
    return this.#curves.group(group);
  }

  /** How commands reach the kernel: what it says, or what its silence tells. */
  get mode(): Mode {
    const told = this.status?.mode ?? "unknown";
    return told === "unknown" && this.#control.deaf ? "interrupt" : told;
  }

  /** Asked, not yet acknowledged and carried out. */
  get pending(): Verb | StepVerb | undefined {
    return this.#control.pending;
  }

  /** A command went unheard and the page has no other means. */
  get unheard(): boolean {
    return this.#control.unheard;
  }

  /** A step may still follow, and somebody would hear a command. */
  get active(): boolean {
    return (
      !this.#gone && this.contact !== "replay" && this.status !== undefined && !isOver(this.status.state)
    );
  }

  /** Call `look` after every change.  Returns a function that stops it. */
  watch(look: () => void): () => void {
    this.#watchers.add(look);
    return () => this.#watchers.delete(look);
  }

  ask(verb: Verb): void {
    if (this.contact !== "replay") this.#control.ask(verb);
  }

  /** The kernel is gone for good; a run that was over is simply history. */
  lose(): void {
    this.#gone = true;
    clearTimeout(this.#silence);
    this.#control.close();
    this.contact = this.status && isOver(this.status.state) ? "replay" : "stale";
    this.#changed();
  }

  close(): void {
    for (const stop of this.#stops) stop?.();
    clearTimeout(this.#silence);
    this.#control.close();
    this.#watchers.clear();
  }

  #take(update: Update, points: Float64Array): void {
    if (this.#gone || (this.run !== "" && update.run !== this.run)) return;
    if (update.seq < this.#seq || (update.seq === this.#seq && !update.keyframe)) return;
    this.#hole = !update.keyframe && (this.#hole || update.seq !== this.#seq + 1);
    this.#seq = update.seq;
    this.run = update.run;
    this.title = update.title;
    let at = 0;
    for (const part of update.parts) at += this.#put(part, points, at);
    if (this.contact !== "replay") this.#contacted(update);
    this.#changed();
  }

  /** Returns how many of the numbers from `at` on the part used. */
  #put(part: Part, points: Float64Array, at: number): number {
    if (part.is === "status") this.status = part;
    else if (part.is === "graph") this.graph = part;
    else if (part.is === "memory") this.memory = part;
    else if (part.is === "events") this.stepping.takeEvents(part);
    else if (part.is === "pause") this.stepping.takePause(part);
    else if (part.is === "card") return this.stepping.takeCard(part, points.subarray(at));
    else if (part.is === "difference") return this.stepping.takeDifference(part, points.subarray(at));
    else return this.#extend(part, points.subarray(at, at + 2 * part.points));
    return 0;
  }

  #extend(part: Series, points: Float64Array): number {
    if (part.replace || !this.#hole) {
      this.#curves.take(part, points.subarray(0, part.points), points.subarray(part.points));
    }
    return points.length;
  }

  #contacted(update: Update): void {
    this.contact = "live";
    this.since = this.#now();
    this.#control.heard(update.acked, update.parts.some(isStep));
    if (this.#hole) this.#control.hello();
    else this.#control.seen(update.seq);
    clearTimeout(this.#silence);
    if (this.active) this.#silence = setTimeout(() => this.#fallSilent(), SILENCE);
  }

  #fallSilent(): void {
    this.contact = "stale";
    this.#changed();
  }

  #changed(): void {
    this.version++;
    for (const look of this.#watchers) look();
  }
}

/** The stepper's answer to whatever was asked of it. */
const isStep = ({ is }: Part): boolean => is === "pause" || is === "card";
