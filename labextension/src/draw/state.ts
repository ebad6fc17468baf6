/** How a run is doing, as a symbol and a word, for the corner of every view. */
import type { Store } from "../core/store.ts";
import { t } from "../core/words.ts";
import type { State } from "../wire.ts";
import { h, setText } from "./dom.ts";
import { icon } from "./icons.ts";

/** The state of the run, or of our contact with it. */
export type Shown = State | "replay" | "stale";

export interface StateMark {
  readonly element: HTMLElement;
  draw(): void;
}

export function stateMark(store: Store): StateMark {
  const symbol = h("span", { class: "vg-symbol" });
  const word = h("span", {});
  const element = h("span", { class: "vg-state" }, symbol, word);
  return {
    element,
    draw() {
      const state = shown(store);
      if (element.dataset.state !== state) symbol.replaceChildren(icon(state));
      element.dataset.state = state;
      setText(word, stateWord(store));
    },
  };
}

/** The mark, and beside it a way to step: for views that stand alone, where no bar says either. */
export function stateCorner(store: Store): StateMark {
  const mark = stateMark(store);
  const act = () => {
    if (store.pending === undefined) store.stepping.ask({ do: "step" });
  };
  const help = t("Pause the program at its next op, and step through it");
  const props = { class: "vg-toggle vg-step-here", type: "button", title: help, onclick: act };
  const step = h("button", props, icon("stepping"), h("span", {}, t("step")));
  return {
    element: h("span", { class: "vg-state-corner" }, step, mark.element),
    draw() {
      mark.draw();
      const state = shown(store);
      step.hidden = store.mode === "none" || !(state === "live" || state === "paused");
      step.setAttribute("aria-disabled", String(store.pending !== undefined));
    },
  };
}

export function shown(store: Store): Shown {
  return store.contact === "live" ? (store.status?.state ?? "waiting") : store.contact;
}

export function stateWord(store: Store): string {
  const state = shown(store);
  if (state === "stale") return t("stale since {0}", new Date(store.since).toTimeString().slice(0, 8));
  if (store.pending === "pause") return t("pausing…");
  if (store.pending === "resume") return t("resuming…");
  if (store.pending === "stop") return t("stopping…");
  if (store.pending === "continue") return t("continuing…");
  if (store.pending === "step" && state === "live") return t("pausing at the next op…");
  return t(state);
}
