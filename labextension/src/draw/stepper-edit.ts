/** Change a number of the event that the program waits at: an array, a parameter or the learning rate. */
import type { Chosen } from "../core/stepping.ts";
import type { Store } from "../core/store.ts";
import { editOf, type How } from "../core/wishes.ts";
import { t } from "../core/words.ts";
import type { Pause } from "../wire.ts";
import { h, setText } from "./dom.ts";
import { shape as shapeText, step } from "./format.ts";
import { shorten } from "./graph-words.ts";
import type { Panel } from "./panel.ts";
import {
  action,
  asked,
  Choice,
  complaint,
  deaf,
  field,
  form,
  frame,
  input,
  listens,
  type Option,
} from "./stepper-form.ts";

export function editPanel(store: Store): Panel {
  return new EditPanel(store);
}

class EditPanel implements Panel {
  readonly element: HTMLElement;
  readonly #store: Store;
  readonly #what = new Choice(() => this.#fit());
  readonly #how = new Choice(() => this.#fit());
  readonly #number = input("0");
  readonly #place = input();
  readonly #numberLabel;
  readonly #numberField;
  readonly #placeField;
  readonly #says = h("p", {});
  readonly #amiss = complaint();
  readonly #form: HTMLFormElement;
  readonly #rewind: HTMLElement;
  readonly #list = h("ul", { class: "vg-entries" });
  readonly #waiting: HTMLElement;
  #chosen: Chosen | undefined;

  constructor(store: Store) {
    this.#store = store;
    this.#numberField = field(t("to"), this.#number);
    this.#numberLabel = this.#numberField.querySelector("label") as HTMLElement;
    this.#placeField = field(t("element"), this.#place, t("empty: every element"));
    const apply = h("button", { class: "vg-button vg-main", type: "submit" }, t("Apply"));
    this.#form = form(
      () => this.#send(),
      field(t("what"), this.#what.element),
      field(t("how"), this.#how.element),
      this.#numberField,
      this.#placeField,
      apply,
    );
    this.#rewind = action(t("Rewind to the event shown"), () => {
      store.stepping.ask({ do: "rewind", event: store.stepping.pause?.shown ?? -1 });
    });
    const undo = action(t("Undo these edits"), () => store.stepping.ask({ do: "undo" }));
    const heading = h("h5", {}, t("Edited here, and not yet run"));
    this.#waiting = h("div", { class: "vg-waiting" }, heading, this.#list, undo);
    const parts = [this.#form, this.#amiss.element, this.#rewind, this.#waiting];
    this.element = frame(t("Edit"), this.#says, ...parts);
  }

  draw(): void {
    const { pause } = this.#store.stepping;
    this.element.hidden = !pause;
    if (!pause) return;
    const asks = listens(this.#store);
    const here = pause.shown === pause.at;
    setText(this.#says, asks ? this.#sentence(pause) : deaf(this.#store));
    this.#form.hidden = !asks || !here || pause.failed;
    this.#rewind.hidden = !asks || here || pause.failed;
    this.#waiting.hidden = !asks || pause.edits.length === 0;
    if (!asks) return;
    this.#list.replaceChildren(...pause.edits.map((edit) => h("li", {}, shorten(edit, 120))));
    this.#what.offer(this.#targets());
    this.#prefill();
    this.#fit();
  }

  close(): void {}

  #sentence({ at, after, shown, failed }: Pause): string {
    if (failed) return t("The block ended with an error, so nothing can be edited any more.");
    if (shown !== at) {
      return t(
        "Event {0} is shown, but the program waits at event {1}: edits are made where it waits.",
        step(shown),
        step(at),
      );
    }
    const name = shorten(this.#store.stepping.waiting?.name ?? "", 60);
    return after
      ? t("The program goes on from {0}, event {1}, with what you change.", name, step(at))
      : t("{0}, event {1}, will run with what you change.", name, step(at));
  }

  /** The arrays of the card, then parameters that it does not show; where one is updated, the learning rate. */
  #targets(): Option[] {
    const { arrays, event } = this.#store.stepping.card ?? { arrays: [], event: -1 };
    const own = event === this.#store.stepping.pause?.at ? arrays.filter(({ target }) => target !== "") : [];
    const shown = own.map(({ target, name, shape }): Option => {
      return { value: target, text: named(name, shape), group: t("this event") };
    });
    const known = new Set(shown.map(({ value }) => value));
    const nodes = this.#store.graph?.nodes.filter(({ kind }) => kind === "parameter") ?? [];
    const rest = nodes
      .filter(({ name }) => !known.has(name))
      .map(({ name, shape }): Option => ({ value: name, text: named(name, shape), group: t("parameters") }));
    const rate = { value: "lr", text: t("learning rate"), group: t("optimizer") };
    const updates = this.#store.stepping.waiting?.phase === "update";
    return [...(updates ? [rate] : []), ...shown, ...rest];
  }

  #shape(): readonly number[] | undefined {
    const target = this.#what.value;
    if (target === "lr") return undefined;
    const array = this.#store.stepping.card?.arrays.find((one) => one.target === target);
    return array?.shape ?? this.#store.graph?.nodes.find(({ name }) => name === target)?.shape ?? [];
  }

  /** A clicked cell fills the form once. */
  #prefill(): void {
    const { chosen } = this.#store.stepping;
    if (!chosen || chosen === this.#chosen) return;
    this.#chosen = chosen;
    this.#what.choose(chosen.target);
    this.#how.choose("set");
    this.#number.value = Number.isFinite(chosen.value) ? String(chosen.value) : "0";
    this.#place.value = chosen.index.join(", ");
    this.#amiss.say("");
  }

  /** Only the fields that the chosen kind of change needs. */
  #fit(): void {
    const shape = this.#shape();
    this.#how.offer(shape === undefined ? ofRate() : changes());
    const how = this.#how.value as How;
    this.#numberField.hidden = how === "zero";
    setText(this.#numberLabel, labelOf(how));
    this.#placeField.hidden = shape === undefined || shape.length === 0;
    this.#place.placeholder = (shape ?? []).map((size) => `0–${size - 1}`).join(", ");
  }

  #send(): void {
    const how = this.#how.value as How;
    const edit = editOf({
      target: this.#what.value,
      how,
      number: this.#number.value,
      element: this.#place.value,
      shape: this.#shape(),
    });
    this.#amiss.say(asked(this.#store, edit));
  }
}

function named(name: string, shape: readonly number[]): string {
  const sizes = shape.length === 0 ? "" : shapeText(shape.slice(0, 12));
  return [shorten(name, 48), sizes].filter(Boolean).join(" · ");
}

const changes = (): Option[] => [
  { value: "set", text: t("set") },
  { value: "scale", text: t("multiply") },
  { value: "zero", text: t("set to zero") },
  { value: "clip", text: t("clip") },
  { value: "noise", text: t("add noise") },
];

const ofRate = (): Option[] => changes().slice(0, 2);

function labelOf(how: How): string {
  const words: Record<How, string> = {
    set: t("to"),
    scale: t("by"),
    zero: "",
    clip: t("to at most (±)"),
    noise: t("standard deviation"),
  };
  return words[how];
}
