/** What the stepper's forms are made of: labelled fields, choices that keep what was chosen, a line for what is amiss. */

import type { Store } from "../core/store.ts";
import type { Asked } from "../core/wishes.ts";
import { t } from "../core/words.ts";
import { type Child, h, setText } from "./dom.ts";
import { type IconName, icon } from "./icons.ts";

let counted = 0;

/** A control under its label; `help` is read along with it. */
export function field(label: string, control: HTMLElement, help = ""): HTMLElement {
  counted += 1;
  control.id ||= `vg-field-${counted}`;
  const note = help === "" ? undefined : h("small", { id: `${control.id}-help` }, help);
  if (note) control.setAttribute("aria-describedby", note.id);
  return h("div", { class: "vg-field" }, h("label", { for: control.id }, label), control, note);
}

export interface Option {
  readonly value: string;
  readonly text: string;
  /** Options with the same group stand together under its name. */
  readonly group?: string;
}

/** A select whose options may change while it keeps its choice. */
export class Choice {
  readonly element = h("select", { class: "vg-input" });
  #written = "";

  constructor(act: () => void) {
    this.element.addEventListener("change", act);
  }

  get value(): string {
    return this.element.value;
  }

  offer(options: readonly Option[]): void {
    const key = JSON.stringify(options);
    if (key === this.#written) return;
    this.#written = key;
    const chosen = this.element.value;
    const groups = new Map<string, HTMLElement[]>();
    for (const { value, text, group = "" } of options) {
      const list = groups.get(group) ?? [];
      groups.set(group, [...list, h("option", { value }, text)]);
    }
    const parts = [...groups].flatMap(([label, list]) =>
      label === "" ? list : [h("optgroup", { label }, ...list)],
    );
    this.element.replaceChildren(...parts);
    this.choose(options.some(({ value }) => value === chosen) ? chosen : (options[0]?.value ?? ""));
  }

  choose(value: string): void {
    this.element.value = value;
  }
}

export function input(placeholder = ""): HTMLInputElement {
  const props = { class: "vg-input", type: "text", autocomplete: "off", spellcheck: "false", placeholder };
  return h("input", props);
}

export function action(text: string, act: () => void, symbol?: IconName): HTMLButtonElement {
  return h(
    "button",
    { class: "vg-button", type: "button", onclick: act },
    symbol && icon(symbol),
    h("span", {}, text),
  );
}

/** Says at once what is amiss with what was typed. */
export function complaint(): { readonly element: HTMLElement; say(text: string): void } {
  const element = h("p", { class: "vg-amiss", role: "alert", hidden: true });
  return {
    element,
    say(text) {
      element.hidden = text === "";
      setText(element, text);
    },
  };
}

/** Ask what was meant, or return the sentence that says what is amiss. */
export function asked(store: Store, what: Asked): string {
  if ("amiss" in what) return what.amiss;
  store.stepping.ask(what.wish);
  return "";
}

/** Whether the program waits in the stepper and can be asked. */
export const listens = (store: Store): boolean =>
  store.status?.state === "stepping" && store.contact === "live" && (store.stepping.pause?.at ?? -1) >= 0;

/** Why nothing can be asked now. */
export function deaf(store: Store): string {
  if (store.contact === "replay") return t("This was saved: nothing can be changed in it any more.");
  if (store.contact === "stale") return t("The kernel is silent: nothing can be changed now.");
  return t("The program runs: values are changed where it waits.");
}

/** A form that Enter sends. */
export function form(send: () => void, ...children: readonly Child[]): HTMLFormElement {
  const element = h("form", { class: "vg-fields" }, ...children);
  element.noValidate = true;
  element.addEventListener("submit", (event) => {
    event.preventDefault();
    send();
  });
  return element;
}

/** The frame of a form: its name, one sentence, what it is made of. */
export function frame(name: string, says: HTMLElement, ...children: readonly Child[]): HTMLElement {
  // JupyterLab's own keys stay out of the fields.
  const props = { class: "vg-form", "aria-label": name, "data-lm-suppress-shortcuts": "true" };
  return h("section", props, h("h4", {}, name), says, ...children);
}
