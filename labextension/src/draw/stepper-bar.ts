/** The bar of the stepper: where the program waits, and how to go on, by button or by key. */
import type { Store } from "../core/store.ts";
import { t } from "../core/words.ts";
import { advice, mode } from "./barwords.ts";
import { h, setText } from "./dom.ts";
import { icon } from "./icons.ts";
import type { Panel } from "./panel.ts";
import { stateMark } from "./state.ts";
import { type Action, act, actions, can, keyName } from "./stepper-actions.ts";
import type { Looking } from "./stepper-show.ts";
import { isStepped, reasons, sentence } from "./stepper-words.ts";

export function stepperBar(store: Store, looking: Looking): Panel {
  const state = stateMark(store);
  const says = h("span", { class: "vg-sentence" });
  const how = h("span", { class: "vg-mode" });
  const why = h("p", { class: "vg-stepper-why", hidden: true });
  const heard = h("span", { class: "vg-unseen", role: "status", "aria-live": "polite" });
  const tools = toolbar(store, looking);
  const line = h("div", { class: "vg-stepper-line" }, state.element, says, how);
  return {
    element: h("div", { class: "vg-stepper-bar" }, line, why, tools.element, heard),
    draw() {
      state.draw();
      setText(says, sentence(store));
      setText(how, store.stepping.pause && store.contact === "live" ? mode(store) : "");
      // What failed is said by the pause already.
      const help = store.unheard || store.contact === "stale" ? advice(store) : "";
      const text = [...reasons(store), help].filter(Boolean).join(" · ");
      setText(why, text);
      why.hidden = text === "";
      why.classList.toggle("vg-alarm-text", store.stepping.pause?.failed ?? false);
      tools.draw();
      setText(heard, [sentence(store), text].filter(Boolean).join(". "));
    },
    close() {},
  };
}

function toolbar(store: Store, looking: Looking): { element: HTMLElement; draw(): void } {
  const buttons = new Map<HTMLElement, Action>();
  const groups = actions().map((group) => {
    const made = group.map((action) => {
      const one = button(action, () => act(store, action.name, looking));
      buttons.set(one, action);
      return one;
    });
    return h("span", { class: "vg-stepper-group", role: "group" }, ...made);
  });
  const keys = keysHelp();
  const element = h(
    "div",
    { class: "vg-stepper-tools", role: "toolbar", "aria-label": t("Stepping") },
    ...groups,
    keys,
  );
  return {
    element,
    draw() {
      element.hidden = store.contact !== "live" || !store.active || !isStepped(store);
      const asked = store.pending === "show" ? undefined : store.pending;
      for (const [one, { name }] of buttons) {
        one.setAttribute("aria-disabled", String(!can(store, name, looking)));
        one.classList.toggle("vg-busy", asked === name);
      }
    },
  };
}

function button({ name, icon: symbol, word, help, keys }: Action, onclick: () => void): HTMLElement {
  const title = `${help} (${keys.map(keyName).join(", ")})`;
  return h(
    "button",
    {
      type: "button",
      class: "vg-button",
      "data-act": name,
      title,
      "aria-keyshortcuts": keys.join(" "),
      onclick,
    },
    icon(symbol),
    h("span", {}, word),
  );
}

function keysHelp(): HTMLElement {
  const rows = actions()
    .flat()
    .map(({ word, keys, help }) =>
      h(
        "tr",
        {},
        h("th", { scope: "row" }, word),
        h("td", {}, ...keys.map((key) => h("kbd", {}, keyName(key)))),
        h("td", {}, help),
      ),
    );
  const table = h("table", { class: "vg-keys" }, h("tbody", {}, ...rows));
  const note = h("p", {}, t("Keys count while the focus is in this view and not in a field."));
  return h(
    "details",
    { class: "vg-stepper-keys" },
    h("summary", { title: t("Keys of the stepper") }, t("keys")),
    h("div", { class: "vg-keys-box" }, table, note),
  );
}
