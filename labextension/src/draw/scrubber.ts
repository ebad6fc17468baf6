/** All events of a pass in a row, by phase: drag to look at one, and see where the program itself waits. */
import type { Store } from "../core/store.ts";
import { t } from "../core/words.ts";
import type { Phase } from "../wire.ts";
import { h, setText } from "./dom.ts";
import { step } from "./format.ts";
import { icon } from "./icons.ts";
import type { Panel } from "./panel.ts";
import { moving } from "./stepper-actions.ts";
import type { Looking } from "./stepper-show.ts";
import { listens, titleOf } from "./stepper-words.ts";

/** A stretch of events of one phase, `from` inclusive, `to` exclusive. */
export interface Stretch {
  readonly phase: Phase | undefined;
  readonly from: number;
  readonly to: number;
}

export function scrubber(store: Store, looking: Looking): Panel {
  return new Scrubber(store, looking);
}

class Scrubber implements Panel {
  readonly element: HTMLElement;
  readonly #store: Store;
  readonly #looking: Looking;
  readonly #phases = h("div", { class: "vg-scrub-phases", "aria-hidden": "true" });
  readonly #marks = h("div", { class: "vg-scrub-marks", "aria-hidden": "true" });
  readonly #done = h("div", { class: "vg-scrub-done", "aria-hidden": "true" });
  readonly #wait = h("div", {
    class: "vg-scrub-wait",
    "aria-hidden": "true",
    title: t("the program waits here"),
  });
  readonly #handle = h("div", { class: "vg-scrub-handle", "aria-hidden": "true" });
  readonly #track: HTMLElement;
  readonly #label = h("span", { class: "vg-scrub-label" });
  readonly #foot: HTMLElement;
  readonly #rewind: HTMLElement;
  readonly #return: HTMLElement;
  #written = "";

  constructor(store: Store, looking: Looking) {
    this.#store = store;
    this.#looking = looking;
    const props = { class: "vg-scrub-track", role: "slider", tabindex: 0, "aria-label": t("Event") };
    this.#track = h("div", props, this.#phases, this.#done, this.#marks, this.#wait, this.#handle);
    this.#rewind = this.#button(
      "rewind",
      t("Rewind here"),
      t("Put the program back before this event, values and all"),
      () => store.stepping.ask({ do: "rewind", event: looking.at }),
    );
    this.#return = this.#button("forth", t("Return"), t("Look at where the program waits"), () =>
      looking.show(store.stepping.pause?.at ?? 0),
    );
    this.#foot = h("div", { class: "vg-scrub-foot" }, this.#label, this.#rewind, this.#return);
    this.element = h("div", { class: "vg-scrub" }, this.#track, this.#foot);
    this.#listen();
  }

  draw(): void {
    const { stepping } = this.#store;
    const { pause, first, end } = stepping;
    this.element.hidden = !pause || end <= first;
    if (!pause || end <= first) return;
    const at = pause.at < 0 ? pause.shown : pause.at;
    const shown = this.#looking.at;
    this.#regions(at);
    this.#place(this.#handle, shown + 0.5);
    this.#place(this.#wait, at + (pause.after ? 1 : 0.5));
    this.#wait.hidden = pause.at < 0;
    this.#done.style.width = `${100 * this.#part(at)}%`;
    this.#speak(shown, at);

    const away = listens(this.#store) && shown >= 0 && shown < pause.at;
    this.#rewind.hidden = this.#return.hidden = !away;
    this.#foot.hidden = shown === at;
    this.#rewind.setAttribute("aria-disabled", String(moving(this.#store)));
  }

  close(): void {}

  #button(name: "rewind" | "forth", word: string, help: string, onclick: () => void): HTMLElement {
    const props = {
      type: "button",
      class: "vg-button",
      "data-act": name === "forth" ? "return" : name,
      title: help,
      hidden: true,
    };
    const act = (): void => {
      if (!moving(this.#store)) onclick();
    };
    return h("button", { ...props, onclick: act }, icon(name), h("span", {}, word));
  }

  #speak(shown: number, at: number): void {
    const { stepping } = this.#store;
    const event = stepping.event(shown);
    const number = step(shown);
    const name = event ? titleOf(event) : "";
    const text =
      shown === at ? t("event {0}: {1}", number, name) : t("looking at event {0}: {1}", number, name);
    setText(this.#label, text);
    const facts = {
      valuemin: stepping.first,
      valuemax: Math.max(at, shown),
      valuenow: shown,
      valuetext: text,
    };
    for (const [name, value] of Object.entries(facts))
      this.#track.setAttribute(`aria-${name}`, String(value));
    this.#track.setAttribute("aria-disabled", String(!listens(this.#store)));
  }

  /** Phases and marks change with the events; they are made anew only then. */
  #regions(at: number): void {
    const { stepping } = this.#store;
    const stretches = stretchesOf(stepping.first, knownEnd(this.#store), this.#end, (number) =>
      stepping.phase(number),
    );
    const odd = stepping.events.filter(({ mark }) => mark !== "");
    const key = JSON.stringify([
      stretches,
      odd.map(({ number, mark }) => [number, mark]),
      at,
      stepping.pause?.why,
    ]);
    if (key === this.#written) return;
    this.#written = key;
    this.#phases.replaceChildren(...stretches.map((one) => this.#stretch(one)));
    const hit =
      stepping.pause && stepping.pause.at >= 0 && stepping.pause.after ? [["hit", at] as const] : [];
    const ticks = [...odd.map(({ number, mark }) => [mark, number] as const), ...hit];
    this.#marks.replaceChildren(...ticks.map(([mark, number]) => this.#tick(mark, number)));
  }

  #stretch({ phase, from, to }: Stretch): HTMLElement {
    const known = knownEnd(this.#store);
    const box = h(
      "div",
      { class: "vg-scrub-phase", "data-phase": phase ?? "none" },
      phase ? h("span", {}, t(phase)) : undefined,
    );
    box.classList.toggle("vg-expected", from >= known);
    box.style.left = `${100 * this.#part(from)}%`;
    box.style.width = `${100 * (this.#part(to) - this.#part(from))}%`;
    return box;
  }

  #tick(mark: string, number: number): HTMLElement {
    const words: Record<string, string> = { edited: t("edited"), failed: t("failed"), hit: t("breakpoint") };
    const tick = h("i", { class: "vg-scrub-tick", "data-mark": mark, title: words[mark] });
    this.#place(tick, number + 0.5);
    return tick;
  }

  /** One past the last event there is room for: of a first pass nobody knows how long it will be. */
  get #end(): number {
    const { first, end, pause } = this.#store.stepping;
    const open = pause?.expected === 0 && pause.at >= 0;
    return open ? end + Math.max(2, Math.ceil((end - first) / 5)) : end;
  }

  #part(number: number): number {
    const { first } = this.#store.stepping;
    return Math.min(Math.max((number - first) / Math.max(this.#end - first, 1), 0), 1);
  }

  #place(box: HTMLElement, number: number): void {
    box.style.left = `${100 * this.#part(number)}%`;
  }

  #listen(): void {
    const to = (event: PointerEvent): void => {
      const box = this.#track.getBoundingClientRect();
      const { first } = this.#store.stepping;
      const part = (event.clientX - box.left) / Math.max(box.width, 1);
      if (listens(this.#store)) this.#looking.show(first + Math.floor(part * (this.#end - first)));
    };
    this.#track.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      this.#track.setPointerCapture(event.pointerId);
      to(event);
    });
    this.#track.addEventListener("pointermove", (event) => {
      if (this.#track.hasPointerCapture(event.pointerId)) to(event);
    });
    this.#track.addEventListener("keydown", (event) => this.#key(event));
  }

  #key(event: KeyboardEvent): void {
    if (event.shiftKey || event.ctrlKey || event.metaKey || event.altKey || !listens(this.#store)) return;
    const { first, pause } = this.#store.stepping;
    const at = this.#looking.at;
    const places: Record<string, number> = {
      ArrowLeft: at - 1,
      ArrowDown: at - 1,
      ArrowRight: at + 1,
      ArrowUp: at + 1,
      PageDown: at - 10,
      PageUp: at + 10,
      Home: first,
      End: pause?.at ?? at,
    };
    const place = places[event.key];
    if (place === undefined) return;
    event.preventDefault();
    this.#looking.show(place);
  }
}

/** One past the last event that is known. */
const knownEnd = ({ stepping }: Store): number => (stepping.events.at(-1)?.number ?? -1) + 1;

/** Neighbours of one phase together; what is only expected stands apart from what is `known`. */
export function stretchesOf(
  first: number,
  known: number,
  end: number,
  phase: (number: number) => Phase | undefined,
): Stretch[] {
  const found: Stretch[] = [];
  for (let number = first; number < end; number++) {
    const [last, now] = [found.at(-1), phase(number)];
    if (last && last.phase === now && number !== known) found[found.length - 1] = { ...last, to: number + 1 };
    else found.push({ phase: now, from: number, to: number + 1 });
  }
  return found;
}
