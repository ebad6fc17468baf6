/** The bar on top of a run: one sentence, the state, and Pause, Step, Resume or Continue, and Stop. */
import type { Store } from "../core/store.ts";
import { t } from "../core/words.ts";
import type { StepVerb, Verb } from "../wire.ts";
import { advice, every, mode, sentence } from "./barwords.ts";
import { h, setText } from "./dom.ts";
import { type IconName, icon } from "./icons.ts";
import type { Panel } from "./panel.ts";
import { type Shown, shown, stateMark, stateWord } from "./state.ts";

/** A screen reader hears numbers no more often than this; a change of state at once. */
const BETWEEN_ANNOUNCEMENTS = 15_000;

export function barPanel(store: Store): Panel {
  const state = stateMark(store);
  const says = h("span", { class: "vg-sentence" });
  const sampled = h("span", { class: "vg-sampled" });
  const controls = h("span", { class: "vg-mode" });
  const facts = h("span", { class: "vg-facts" }, sampled, controls);
  const buttons = controlButtons(store);
  const note = h("p", { class: "vg-note", hidden: true });
  const announcer = announcing();
  const element = h(
    "section",
    { class: "vg-bar", "aria-label": t("Run") },
    h("div", { class: "vg-bar-row" }, state.element, says, facts, buttons.element),
    note,
    announcer.element,
  );
  return {
    element,
    draw() {
      state.draw();
      setText(says, sentence(store));
      setText(sampled, every(store));
      setText(controls, mode(store));
      const help = advice(store);
      setText(note, help);
      note.hidden = help === "";
      buttons.draw();
      announcer.say(shown(store), [stateWord(store), sentence(store), help].filter(Boolean).join(". "));
    },
    close() {},
  };
}

function controlButtons(store: Store): { element: HTMLElement; draw(): void } {
  const pause = button(store, "pause", "paused", t("Pause"), t("Pause the training"));
  const resume = button(store, "resume", "resume", t("Resume"), t("Resume the training"));
  const go = button(
    store,
    "continue",
    "resume",
    t("Continue"),
    t("Continue without stepping, up to the next breakpoint"),
  );
  const step = button(store, "step", "stepping", t("Step"), t("Step: run to the next op and pause there"));
  const stop = button(store, "stop", "stopped", t("Stop"), t("Stop the training: the model stays usable"));
  const element = h("span", { class: "vg-buttons", role: "group", "aria-label": t("Run controls") });
  element.append(pause, resume, go, step, stop);
  return {
    element,
    draw() {
      element.hidden = !store.active || store.mode === "none";
      const held = document.activeElement;
      const state = store.status?.state;
      const first = state === "stepping" ? go : state === "paused" ? resume : pause;
      for (const one of [pause, resume, go]) one.hidden = one !== first;
      // They take each other's place, and the keyboard's focus with it.
      if (held !== first && [pause, resume, go].some((one) => one === held)) first.focus();
      for (const one of [pause, resume, go, step, stop]) show(one, store);
    },
  };
}

function show(button: HTMLButtonElement, store: Store): void {
  button.setAttribute("aria-disabled", String(waits(store, button.dataset.verb)));
}

/** While something asked waits for its answer only Stop may overtake it.  `disabled` would lose the focus. */
function waits({ pending }: Store, verb: string | undefined): boolean {
  return pending === verb || (pending !== undefined && verb !== "stop");
}

/** What the bar asks of the run itself, and of its stepper. */
type Asked = Extract<Verb, "pause" | "resume" | "stop"> | Extract<StepVerb, "step" | "continue">;

function button(
  store: Store,
  verb: Asked,
  symbol: IconName,
  label: string,
  title: string,
): HTMLButtonElement {
  const act = () => {
    if (waits(store, verb)) return;
    if (verb === "step" || verb === "continue") store.stepping.ask({ do: verb });
    else store.ask(verb);
  };
  return h(
    "button",
    { type: "button", class: "vg-button", "data-verb": verb, title, "aria-label": title, onclick: act },
    icon(symbol),
    h("span", {}, label),
  );
}

function announcing(): { element: HTMLElement; say(state: Shown, text: string): void } {
  const element = h("span", { class: "vg-unseen", role: "status", "aria-live": "polite" });
  let spoken = Number.NEGATIVE_INFINITY;
  let before: Shown | undefined;
  return {
    element,
    say(state, text) {
      if (state === before && Date.now() - spoken < BETWEEN_ANNOUNCEMENTS) return;
      [before, spoken] = [state, Date.now()];
      setText(element, text);
    },
  };
}
