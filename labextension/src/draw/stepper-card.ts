/** The card of the event that is looked at: formula, tensors, the line that runs, what is kept, the update rule. */
import type { Tensor } from "../core/stepping.ts";
import type { Store } from "../core/store.ts";
import { t } from "../core/words.ts";
import type { Card } from "../wire.ts";
import { h } from "./dom.ts";
import { bytes, step } from "./format.ts";
import { formulas, type Writing } from "./formula.ts";
import { roomFor } from "./heat.ts";
import type { Panel } from "./panel.ts";
import { ruleTable } from "./rule-table.ts";
import { sourceLines } from "./sourceline.ts";
import type { Looking } from "./stepper-show.ts";
import { listens } from "./stepper-words.ts";
import { type TensorCard, tensorCard } from "./tensor-card.ts";

/** More tensors than these are shown on request. */
const FIRST = 8;
/** More than these are shown by their pictures alone. */
const FULL = 4;
/** CSS pixels of a picture: small, and large. */
const SMALL = { width: 88, height: 72 };
const ROOMY = { width: 132, height: 108 };
const LARGE = { width: 640, height: 340 };

export const cardPanel = (store: Store, looking: Looking): Panel => new CardPanel(store, looking);

class CardPanel implements Panel {
  readonly element = h("article", { class: "vg-card", "aria-label": t("Event") });
  readonly #store: Store;
  readonly #looking: Looking;
  #writing: Writing = "names";
  /** Name of the tensor that is shown large. */
  #large: string | undefined;
  #all = false;
  #card: Card | undefined;
  #asks = false;
  /** What was said of its place when it was written. */
  #place = "";
  #tensors: { readonly name: string; readonly tensor: Tensor; readonly part: TensorCard }[] = [];

  constructor(store: Store, looking: Looking) {
    this.#store = store;
    this.#looking = looking;
  }

  draw(): void {
    const { card } = this.#store.stepping;
    const asks = listens(this.#store);
    this.element.hidden = !card;
    this.element.classList.toggle("vg-late", card !== undefined && asks && this.#looking.at !== card.event);
    const place = card ? this.#elsewhere(card, asks) : "";
    if (card && (card !== this.#card || asks !== this.#asks || place !== this.#place)) {
      if (card.event !== this.#card?.event) this.#all = false;
      this.#card = card;
      this.#asks = asks;
      this.#place = place;
      this.#write();
    }
    this.#paint();
  }

  close(): void {}

  #write(): void {
    const card = this.#card;
    if (!card) return;
    const held = keyOf(document.activeElement, this.element);
    const rest = [
      card.rule.length > 0 ? undefined : this.#formulas(card),
      this.#tensorGrid(card),
      ruleTable(card, this.#asks ? (target, index) => this.#pick(target, index) : undefined),
      card.source ? sourceLines(card.source) : undefined,
      facts(card),
    ];
    this.element.replaceChildren(heading(card, this.#place), ...rest.filter((part) => part !== undefined));
    if (held === undefined) return;
    const controls = this.element.querySelectorAll<HTMLElement>("button, input");
    [...controls].find((one) => keyOf(one, this.element) === held)?.focus({ preventScroll: true });
  }

  /** Said where the card is not about what the program waits at. */
  #elsewhere({ event }: Card, asks: boolean): string {
    const { pause } = this.#store.stepping;
    return asks && pause && event !== pause.at ? t("looking back at event {0}", step(event)) : "";
  }

  #formulas(card: Card): HTMLElement | undefined {
    return formulas(card, this.#writing, {
      point: (name) => this.#point(name),
      choose: (writing) => {
        this.#writing = writing;
        this.#write();
        this.#paint();
      },
    });
  }

  #tensorGrid(card: Card): HTMLElement | undefined {
    if (card.arrays.length === 0) return undefined;
    const shown = this.#all ? card.arrays : card.arrays.slice(0, FIRST);
    this.#tensors = shown.map((tensor) => ({ name: tensor.name, tensor, part: this.#tensor(tensor, card) }));
    const given = shown.findIndex(({ role }) => role === "output" || role === "gradient out");
    this.#tensors.forEach(({ part }, i) => {
      part.element.classList.toggle("vg-gives", i === given && i > 0);
    });
    const left = card.arrays.length - shown.length;
    const more = (): void => {
      this.#all = true;
      this.#write();
      this.#paint();
    };
    const button = h("button", { class: "vg-link", type: "button", onclick: more }, t("show {0} more", left));
    const grid = h(
      "div",
      { class: card.arrays.length > FULL ? "vg-tensors vg-many" : "vg-tensors" },
      ...this.#tensors.map(({ part }) => part.element),
    );
    return h("div", {}, grid, left > 0 ? button : undefined);
  }

  #tensor(tensor: Tensor, card: Card): TensorCard {
    const { stepping } = this.#store;
    const element = tensor.role === "parameter" ? card.element : [];
    return tensorCard(tensor, stepping.points(tensor), element, {
      pick: this.#asks ? (index) => this.#pick(tensor.name, index) : undefined,
      choose: this.#chooser(tensor, card),
      open: () => {
        this.#large = this.#large === tensor.name ? undefined : tensor.name;
        this.#paint();
      },
    });
  }

  /** A click on a cell follows that element through the rule, and fills the form that edits it. */
  #chooser(tensor: Tensor, card: Card): ((element: number[], value: number) => void) | undefined {
    const follows = tensor.role === "parameter" && card.rule.length > 0;
    const edits =
      tensor.target !== "" && tensor.pooled === "" && card.event === this.#store.stepping.pause?.at;
    if (!this.#asks || (!follows && !edits)) return undefined;
    return (index, value) => {
      if (edits) this.#store.stepping.choose({ target: tensor.target, index, value });
      if (follows) this.#pick(tensor.name, index);
    };
  }

  #pick(target: string, index: readonly number[]): void {
    this.#store.stepping.ask({ do: "pick", target, index });
  }

  #point(name: string | undefined): void {
    for (const one of this.#tensors) one.part.element.classList.toggle("vg-pointed", one.name === name);
  }

  #paint(): void {
    for (const { name, tensor, part } of this.#tensors) {
      const large = name === this.#large;
      part.element.classList.toggle("vg-large", large);
      // Asked only where it is needed: an answer makes the browser lay out the whole page.
      const room = large ? Math.max(part.element.clientWidth - 24, SMALL.width) : 0;
      const { rows, columns } = tensor;
      const many = this.#tensors.length > FULL;
      const small = many ? SMALL : roomFor(rows, columns, SMALL, ROOMY);
      part.draw(
        large ? { width: Math.min(room, LARGE.width), height: LARGE.height, large } : { ...small, large },
      );
    }
    const rooms = this.#tensors.map(({ part }) => part.room());
    this.#tensors.forEach(({ part }, i) => {
      part.drawBars(rooms[i] ?? 0);
    });
  }
}

/** What a control inside a card is, so that the same one of the next card gets the focus. */
function keyOf(control: Element | null, card: HTMLElement): string | undefined {
  if (!(control instanceof HTMLElement) || !card.contains(control)) return undefined;
  const name = control.closest<HTMLElement>(".vg-tensor")?.dataset.name;
  return JSON.stringify([name, control.className, { ...control.dataset }]);
}

function heading({ title, says, path, settings, note }: Card, elsewhere: string): HTMLElement {
  const crumbs = path.map((layer) => h("li", { title: layer }, layer));
  const line = h(
    "div",
    { class: "vg-card-line" },
    h("h4", {}, title),
    elsewhere === "" ? undefined : h("span", { class: "vg-elsewhere" }, elsewhere),
    ...settings.map((one) => h("code", { class: "vg-setting" }, one)),
    path.length > 0
      ? h("ol", { class: "vg-crumbs", "aria-label": t("Layers around it") }, ...crumbs)
      : undefined,
  );
  return h(
    "header",
    { class: "vg-card-head" },
    line,
    says === "" ? undefined : h("p", { class: "vg-card-says" }, says),
    note === "" ? undefined : h("p", { class: "vg-card-note" }, note),
  );
}

function facts({ kept, kept_bytes, check }: Card): HTMLElement | undefined {
  const keeps =
    kept.length === 0
      ? undefined
      : h("p", {}, h("b", {}, t("kept for backward: ")), `${kept.join(", ")} (${bytes(kept_bytes)})`);
  const checked = check === "" ? undefined : h("p", { class: "vg-check" }, h("b", {}, t("check: ")), check);
  return keeps || checked ? h("div", { class: "vg-card-facts" }, keeps, checked) : undefined;
}
