/** Continue twice, as it was and as edited, and see the two outcomes side by side. */
import { decadesOf, partOf } from "../core/norms.ts";
import { type Gap, type Outcomes, outcomesOf } from "../core/outcomes.ts";
import { MUCH } from "../core/progress.ts";
import type { Store } from "../core/store.ts";
import { t } from "../core/words.ts";
import type { Difference, Event } from "../wire.ts";
import { h, setText } from "./dom.ts";
import { exact, number, percent, step } from "./format.ts";
import { differs } from "./graph-steps.ts";
import { shorten } from "./graph-words.ts";
import type { Panel } from "./panel.ts";
import { action, deaf, frame, listens } from "./stepper-form.ts";

export function differencePanel(store: Store): Panel {
  return new DifferencePanel(store);
}

class DifferencePanel implements Panel {
  readonly element: HTMLElement;
  readonly #store: Store;
  readonly #says = h("p", {});
  readonly #branch: HTMLElement;
  readonly #found = h("div", { class: "vg-found" });
  readonly #keep: HTMLElement;
  readonly #heard = h("p", { class: "vg-unseen", "aria-live": "polite" });
  #written: readonly unknown[] = [];

  constructor(store: Store) {
    this.#store = store;
    const until = (words: string) => () => store.stepping.ask({ do: "branch", words });
    this.#branch = h(
      "div",
      { class: "vg-actions", role: "group", "aria-label": t("Continue twice") },
      h("span", {}, t("Continue twice until")),
      action(t("backward"), until("backward")),
      action(t("next update"), until("update")),
      action(t("the end"), until("end")),
    );
    const keep = (words: string) => () => store.stepping.ask({ do: "keep", words });
    this.#keep = h(
      "div",
      { class: "vg-actions", role: "group", "aria-label": t("Which outcome to go on with") },
      action(t("Go on with the edited"), keep("edited"), "edited"),
      action(t("Go on as it was"), keep("was"), "resume"),
    );
    const parts = [this.#branch, this.#found, this.#keep, this.#heard];
    this.element = frame(t("Difference"), this.#says, ...parts);
  }

  draw(): void {
    const { stepping } = this.#store;
    const { difference, differences, events, pause } = stepping;
    const asks = listens(this.#store);
    this.element.hidden = !pause;
    this.#branch.hidden = !asks || (pause?.failed ?? false) || pause?.edits.length === 0;
    this.#keep.hidden = !asks || !difference || difference.kept;
    const outcomes = outcomesOf(stepping);
    setText(this.#says, this.#sentence(difference, outcomes));
    const made = [difference, differences, events, asks];
    if (made.every((one, i) => one === this.#written[i])) return;
    this.#written = made;
    const found = difference && outcomes ? [table(difference, outcomes), ...this.#gaps(outcomes, asks)] : [];
    this.#found.replaceChildren(...found);
    if (difference) setText(this.#heard, this.#says.textContent ?? "");
  }

  close(): void {}

  #sentence(difference: Difference | undefined, outcomes: Outcomes | undefined): string {
    const { pause } = this.#store.stepping;
    if (!difference || !outcomes) {
      if (!listens(this.#store)) return deaf(this.#store);
      if (pause?.edits.length === 0)
        return t(
          "Edit a value first: then the rest of the pass can run once without the edit and once with it.",
        );
      return t(
        "Runs the rest of the pass once without your edits and once with them, and compares every event.",
      );
    }
    const edits = shorten(difference.edits.join(", "), 100);
    const twice = edits === "" ? t("Run twice") : t("Run twice, without and with “{0}”", edits);
    const [n, all] = [step(outcomes.differing), step(outcomes.compared)];
    const said = t("{0}: {1} of {2} events differ.", twice, n, all);
    return difference.note === "" ? said : `${said} ${shorten(difference.note, 300)}`;
  }

  /** The events that differ most, each a button that shows it. */
  #gaps({ top }: Outcomes, asks: boolean): HTMLElement[] {
    if (top.length === 0) return [];
    const decades = decadesOf(top.map(({ value }) => value));
    const row = ({ event, value }: Gap): HTMLElement => {
      const bar = h("span", { class: "vg-gap-bar", "aria-hidden": "true" });
      const part = Number.isFinite(value) ? 0.04 + 0.96 * partOf(value, decades) : 1;
      bar.style.width = `${(100 * part).toFixed(1)}%`;
      bar.classList.toggle("vg-much", !(value <= MUCH));
      const words = [h("span", {}, eventName(event)), h("span", { class: "vg-number" }, differs(value))];
      const track = h("span", { class: "vg-gap-track" }, bar);
      if (!asks) return h("li", {}, h("span", { class: "vg-gap" }, ...words, track));
      const act = () => this.#store.stepping.ask({ do: "show", event: event.number });
      const props = { class: "vg-gap", type: "button", title: exact(value), onclick: act };
      return h("li", {}, h("button", props, ...words, track));
    };
    return [
      h("h5", {}, t("Furthest apart, on a log scale; hatched: more than {0}", percent(MUCH))),
      h("ol", { class: "vg-gaps" }, ...top.map(row)),
    ];
  }
}

/** "event 7, relu backward". */
function eventName({ number: at, name, phase }: Event): string {
  return t("{0} · {1} · {2}", step(at), shorten(name, 40), t(phase));
}

function table({ was, edited, live }: Difference, { first, top }: Outcomes): HTMLElement {
  const cell = (text: string, which?: Difference["live"]): HTMLElement =>
    h("td", which === live ? { class: "vg-live" } : {}, text);
  const head = (which: Difference["live"], text: string): HTMLElement =>
    h(
      "th",
      { scope: "col", ...(which === live ? { class: "vg-live" } : {}) },
      live === which ? t("{0} ● live", text) : text,
    );
  const whole = (text: string): HTMLElement => h("td", { colspan: 2 }, text);
  const row = (name: string, ...cells: HTMLElement[]): HTMLElement =>
    h("tr", {}, h("th", { scope: "row" }, name), ...cells);
  const most = top[0];
  return h(
    "table",
    { class: "vg-table vg-outcomes" },
    h("thead", {}, h("tr", {}, h("td", {}), head("was", t("as it was")), head("edited", t("edited")))),
    h(
      "tbody",
      {},
      row(t("loss"), ...losses(was, edited).map((text, i) => cell(text, i === 0 ? "was" : "edited"))),
      row(
        t("largest difference"),
        whole(most ? `${differs(most.value)} · ${eventName(most.event)}` : t("none")),
      ),
      row(
        t("first event that differs"),
        whole(first ? eventName(first.event) : t("none: the outcomes are the same, bit for bit")),
      ),
    ),
  );
}

/** With as many digits as tell them apart. */
function losses(...both: (number | null)[]): string[] {
  const short = both.map((loss) => (loss === null ? t("not reached") : number(loss)));
  if (both[0] === both[1] || short[0] !== short[1]) return short;
  return both.map((loss) => (loss === null ? t("not reached") : exact(loss)));
}
