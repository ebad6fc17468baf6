/** A line through a chart at one step, with the exact values there; by pointer or by arrow keys. */
import { t } from "../core/words.ts";
import { h } from "./dom.ts";
import { step as stepText } from "./format.ts";
import type { Hover } from "./hover.ts";

/** One value under the cross-hair. */
export interface Value {
  readonly name: string;
  /** Its exact value, written out. */
  readonly text: string;
  /** Height at which its dot sits; NaN for none. */
  readonly y: number;
  /** A CSS colour. */
  readonly colour: string;
  readonly mark: string;
}

export interface Reading {
  readonly step: number;
  readonly values: readonly Value[];
}

export interface Frame {
  readonly label: string;
  readonly from: number;
  readonly to: number;
  readonly low: number;
  readonly high: number;
}

export interface Crosshair {
  /** Lies over the plot. */
  readonly element: HTMLElement;
  place(frame: Frame, plot: HTMLElement): void;
  close(): void;
}

const SHOWN = 8;

export function crosshair(hover: Hover, read: (step: number) => Reading | undefined): Crosshair {
  const line = h("div", { class: "vg-cross-line" });
  const dots = h("div", { class: "vg-cross-dots" });
  const box = h("div", { class: "vg-cross-box" });
  const element = h("div", { class: "vg-cross", role: "slider", tabindex: "0" }, line, dots, box);
  let frame: Frame = { label: "", from: 0, to: 1, low: 0, high: 1 };
  let inside = false;

  const show = (): void => {
    const reading = hover.step === undefined ? undefined : read(hover.step);
    element.classList.toggle("vg-on", reading !== undefined);
    if (!reading) return;
    const left = (reading.step - frame.from) / (frame.to - frame.from);
    line.style.left = `${left * 100}%`;
    dots.replaceChildren(...reading.values.map((value) => dotFor(value, left, frame)));
    box.classList.toggle("vg-on", inside);
    box.classList.toggle("vg-flip", left > 0.5);
    box.style.left = `${left * 100}%`;
    if (inside) box.replaceChildren(...boxRows(reading));
    element.setAttribute("aria-valuenow", String(reading.step));
    element.setAttribute("aria-valuetext", spoken(reading));
  };
  const stop = hover.watch(show);
  const enter = (yes: boolean): void => {
    inside = yes;
  };
  listen(element, hover, () => frame, enter);
  keys(element, hover, () => frame, read, enter);
  return {
    element,
    place(next) {
      frame = next;
      describe(element, next);
      if (hover.step !== undefined) show();
    },
    close: stop,
  };
}

function describe(element: HTMLElement, frame: Frame): void {
  element.setAttribute("aria-label", frame.label);
  element.setAttribute("aria-valuemin", String(frame.from));
  element.setAttribute("aria-valuemax", String(frame.to));
  if (!element.hasAttribute("aria-valuenow")) element.setAttribute("aria-valuenow", String(frame.to));
}

function listen(element: HTMLElement, hover: Hover, frame: () => Frame, enter: (yes: boolean) => void): void {
  element.addEventListener("pointermove", (event) => {
    const box = element.getBoundingClientRect();
    const { from, to } = frame();
    enter(true);
    if (box.width > 0) hover.point(from + ((event.clientX - box.left) / box.width) * (to - from));
  });
  element.addEventListener("pointerleave", () => {
    enter(false);
    hover.point(undefined);
  });
  element.addEventListener("blur", () => {
    enter(false);
    hover.point(undefined);
  });
}

function keys(
  element: HTMLElement,
  hover: Hover,
  frame: () => Frame,
  read: (step: number) => Reading | undefined,
  enter: (yes: boolean) => void,
): void {
  element.addEventListener("keydown", (event) => {
    const { from, to } = frame();
    const here = hover.step ?? to;
    const jump = (to - from) / (event.shiftKey ? 10 : 100);
    const ways: Record<string, () => number> = {
      ArrowLeft: () => next(read, here, -jump, frame()),
      ArrowRight: () => next(read, here, jump, frame()),
      Home: () => from,
      End: () => to,
    };
    const there = event.key === "Escape" ? undefined : ways[event.key]?.();
    if (there === undefined && event.key !== "Escape") return;
    enter(there !== undefined);
    hover.point(there);
    event.preventDefault();
    event.stopPropagation();
  });
}

/** The nearest step in one direction, at least `jump` away, that reads differently. */
function next(read: (step: number) => Reading | undefined, here: number, jump: number, frame: Frame): number {
  const now = read(here)?.step;
  let there = here;
  for (let i = 0; i < 100 && there >= frame.from && there <= frame.to; i++) {
    there += jump;
    const step = read(there)?.step;
    if (step !== undefined && step !== now) return step;
  }
  return now ?? here;
}

function dotFor(value: Value, left: number, frame: Frame): HTMLElement {
  const dot = h("span", { class: "vg-cross-dot" });
  const up = (value.y - frame.low) / (frame.high - frame.low);
  dot.style.left = `${left * 100}%`;
  dot.style.bottom = `${up * 100}%`;
  dot.style.color = value.colour;
  dot.hidden = !Number.isFinite(up);
  return dot;
}

function boxRows({ step, values }: Reading): HTMLElement[] {
  const head = h("div", { class: "vg-cross-step" }, t("step {0}", stepText(step)));
  const rows = values.slice(0, SHOWN).map(({ mark, colour, name, text }) => {
    const symbol = h("span", { class: "vg-mark" }, mark);
    symbol.style.color = colour;
    return h(
      "div",
      { class: "vg-cross-row" },
      symbol,
      h("span", { class: "vg-name" }, name),
      h("span", { class: "vg-number" }, text),
    );
  });
  const more = values.length - SHOWN;
  return more > 0 ? [head, ...rows, h("div", {}, t("and {0} more", more))] : [head, ...rows];
}

function spoken({ step, values }: Reading): string {
  const said = values.slice(0, SHOWN).map(({ name, text }) => `${name} ${text}`);
  return [t("step {0}", stepText(step)), ...said].join(", ");
}
