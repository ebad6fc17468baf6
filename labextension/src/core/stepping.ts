/** What the page knows of a paused program: its events, where it waits, the card of one event, and two outcomes. */
import type {
  Ask,
  Card,
  Difference,
  Event,
  Events,
  Pause,
  Phase,
  StepVerb,
  Array as Tensor,
} from "../wire.ts";

export type { Tensor };

/** The kernel forgets its events long before this; the page protects itself all the same. */
export const MOST_EVENTS = 20_000;

/** What to ask of the stepper, in full. */
export type Wish = Omit<Ask, "is" | "version" | "seq">;

/** The numbers of one tensor.  NaN and Inf take no part in the first six, which are NaN where there are none. */
export interface Points {
  readonly least: number;
  readonly mean: number;
  readonly most: number;
  readonly norm: number;
  /** Both ends of the histogram. */
  readonly low: number;
  readonly high: number;
  readonly bins: Float64Array;
  /** Row by row. */
  readonly values: Float64Array;
}

/** A number that the reader pointed at and may want to change. */
export interface Chosen {
  /** What an edit calls its tensor. */
  readonly target: string;
  readonly index: readonly number[];
  readonly value: number;
}

const NOTHING = pointsOf({ bins: 0 }, new Float64Array(0));

export class Stepping {
  /** In the order of time; their numbers grow. */
  events: readonly Event[] = [];
  pause: Pause | undefined;
  card: Card | undefined;
  difference: Difference | undefined;
  /** One number an event from `difference.first` on. */
  differences: Float64Array | undefined;
  /** The last cell that was clicked of a tensor that can be edited. */
  chosen: Chosen | undefined;
  readonly #send: (wish: Wish) => void;
  readonly #changed: () => void;
  #points = new Map<Tensor, Points>();

  /** `changed` is called when a reader chose something. */
  constructor(send: (wish: Wish) => void, changed: () => void) {
    this.#send = send;
    this.#changed = changed;
  }

  /** The numbers of an array of the present card. */
  points(array: Tensor): Points {
    return this.#points.get(array) ?? NOTHING;
  }

  /** The event with that number, if it is known. */
  event(number: number): Event | undefined {
    const first = this.events[0];
    const direct = first && this.events[number - first.number];
    return direct?.number === number ? direct : this.events.find((one) => one.number === number);
  }

  /** The event that the card shows, or is about to. */
  get shown(): Event | undefined {
    return this.pause && this.event(this.pause.shown);
  }

  /** The event that the program waits at. */
  get waiting(): Event | undefined {
    return this.pause && this.event(this.pause.at);
  }

  /** One past the last event that is known or, by the pass before this one, expected. */
  get end(): number {
    const known = (this.events.at(-1)?.number ?? -1) + 1;
    return Math.max(known, this.pause ? this.pause.begins + this.pause.expected : 0);
  }

  /** First event that there is to look at. */
  get first(): number {
    return this.events[0]?.number ?? this.pause?.first ?? 0;
  }

  /** The phase of an event; of one to come, as it was in the pass before, and undefined where there was none. */
  phase(number: number): Phase | undefined {
    const known = this.event(number);
    if (known || !this.pause || this.pause.expected === 0) return known?.phase;
    return this.event(number - this.pause.expected)?.phase;
  }

  choose(chosen: Chosen): void {
    this.chosen = chosen;
    this.#changed();
  }

  /** Ask for something; what is not said is neutral. */
  ask(wish: Partial<Wish> & { readonly do: StepVerb }): void {
    this.#send({ event: -1, target: "", words: "", index: [], value: 0, ...wish });
  }

  takeEvents({ first, events }: Events): void {
    const kept = this.events.filter(({ number }) => number < first);
    this.events = [...kept, ...events].slice(-MOST_EVENTS);
  }

  takePause(pause: Pause): void {
    this.pause = pause;
    const known = this.events[0];
    if (known && known.number < pause.first)
      this.events = this.events.filter(({ number }) => number >= pause.first);
  }

  /** Returns how many of the numbers were used. */
  takeCard(card: Card, numbers: Float64Array): number {
    this.card = card;
    this.#points = new Map();
    let at = 0;
    for (const array of card.arrays) {
      const end = at + array.points;
      if (array.points > 0) this.#points.set(array, pointsOf(array, numbers.slice(at, end)));
      at = end;
    }
    return at;
  }

  /** Returns how many of the numbers were used. */
  takeDifference(difference: Difference, numbers: Float64Array): number {
    this.difference = difference;
    this.differences = numbers.slice(0, difference.points);
    return difference.points;
  }
}

function pointsOf({ bins }: { readonly bins: number }, numbers: Float64Array): Points {
  const at = (i: number): number => numbers[i] ?? Number.NaN;
  return {
    least: at(0),
    mean: at(1),
    most: at(2),
    norm: at(3),
    low: at(4),
    high: at(5),
    bins: numbers.subarray(6, 6 + bins),
    values: numbers.subarray(6 + bins),
  };
}
