/**
 * The frame of every view: a title, one sentence that says what it shows now, a corner for its switches, the
 * picture, and the picture's text twin, a table that takes the picture's place on request.
 */
import type { Store } from "../core/store.ts";
import { t } from "../core/words.ts";
import { h, setText } from "./dom.ts";
import { stateCorner } from "./state.ts";

export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** One sentence for the top of a view. */
export interface Sentence {
  readonly text: string;
  /** Something is wrong: shown with a symbol, in the colour of alarms, and announced. */
  readonly alarm?: boolean;
}

export interface Section {
  readonly element: HTMLElement;
  readonly body: HTMLElement;
  readonly corner: HTMLElement;
  /** Switches to the table and back; hidden while there is nothing to show. */
  readonly swap: HTMLElement;
  /** After each change: the sentence, what was left out of the curves, and how to write the table. */
  tell(title: string, sentence: Sentence, sampled: string, table: () => Table): void;
}

/** A screen reader hears a sentence again no sooner than this many milliseconds. */
const ANNOUNCE_EVERY = 15_000;
/** The table is rewritten no more often than this: a reader needs time. */
const TABLE_EVERY = 1_000;

export function section(name: string, store: Store, now: () => number = Date.now): Section {
  const parts = makeParts(store);
  const { title, symbol, sentence, sampled, body, twin, heard, state } = parts;
  const element = h("section", { class: `vg-section vg-${name}` }, ...parts.children);
  let writtenAt = 0;
  let heardAt = 0;
  let wasAlarm = false;
  return {
    element,
    body,
    corner: parts.corner,
    swap: parts.swap,
    tell(name, { text, alarm = false }, left, table) {
      setText(title, name);
      setText(sentence, text);
      setText(sampled, left);
      symbol.hidden = !alarm;
      element.setAttribute("aria-label", name);
      element.classList.toggle("vg-alarmed", alarm);
      state.draw();
      if (!twin.hidden && now() - writtenAt >= TABLE_EVERY) {
        writtenAt = now();
        twin.replaceChildren(tableOf(name, table()));
      }
      if (alarm !== wasAlarm || now() - heardAt >= ANNOUNCE_EVERY) {
        heardAt = now();
        wasAlarm = alarm;
        setText(heard, text);
      }
      parts.retell = () => twin.replaceChildren(tableOf(name, table()));
    },
  };
}

function makeParts(store: Store) {
  const title = h("h3", { class: "vg-title" });
  const symbol = h("span", { class: "vg-alarm-symbol", role: "img", "aria-label": t("alarm") }, "⚠");
  const sentence = h("span", { class: "vg-sentence" });
  const sampled = h("span", { class: "vg-sampled" });
  const body = h("div", { class: "vg-body" });
  const twin = h("div", { class: "vg-twin" });
  const heard = h("p", { class: "vg-unseen", "aria-live": "polite" });
  const state = stateCorner(store);
  const parts = { title, symbol, sentence, sampled, body, twin, heard, state, retell: () => {} };
  twin.hidden = true;
  symbol.hidden = true;
  const swap = toggle(t("table"), t("Show the numbers as a table"), (on) => {
    twin.hidden = !on;
    body.hidden = on;
    if (on) parts.retell();
  });
  const corner = h("span", { class: "vg-corner" }, sampled, swap, state.element);
  const line = h("p", { class: "vg-line" }, symbol, sentence);
  const children = [h("header", { class: "vg-head" }, title, line, corner), body, twin, heard];
  return Object.assign(parts, { corner, children, swap });
}

/** A small switch; `act` hears its new state. */
export function toggle(word: string, help: string, act: (on: boolean) => void): HTMLButtonElement {
  const button = h(
    "button",
    { class: "vg-toggle", type: "button", "aria-pressed": "false", title: help },
    word,
  );
  button.addEventListener("click", () => {
    const on = button.getAttribute("aria-pressed") !== "true";
    button.setAttribute("aria-pressed", String(on));
    act(on);
  });
  return button;
}

function tableOf(caption: string, { columns, rows }: Table): HTMLElement {
  const row = ([name = "", ...values]: readonly string[]): HTMLElement =>
    h("tr", {}, h("th", { scope: "row" }, name), ...values.map((text) => h("td", {}, text)));
  const head = h("tr", {}, ...columns.map((text) => h("th", { scope: "col" }, text)));
  return h(
    "table",
    { class: "vg-table" },
    h("caption", { class: "vg-unseen" }, caption),
    h("thead", {}, head),
    h("tbody", {}, ...rows.map(row)),
  );
}
