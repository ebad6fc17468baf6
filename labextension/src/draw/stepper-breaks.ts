/** Where the program is to pause by itself: a list to add to and to take from. */
import type { Store } from "../core/store.ts";
import { breakOf, type Condition, layersOf, linesOf, opsOf } from "../core/wishes.ts";
import { t } from "../core/words.ts";
import type { Break, Phase } from "../wire.ts";
import { h, setText } from "./dom.ts";
import { step } from "./format.ts";
import { shorten } from "./graph-words.ts";
import { icon } from "./icons.ts";
import type { Panel } from "./panel.ts";
import { asked, Choice, complaint, field, form, frame, input, listens, type Option } from "./stepper-form.ts";

export function breaksPanel(store: Store): Panel {
  return new BreaksPanel(store);
}

type Kind = Condition["kind"];

const PHASES: readonly Phase[] = ["forward", "backward", "update"];

class BreaksPanel implements Panel {
  readonly element: HTMLElement;
  readonly #store: Store;
  readonly #says = h("p", {});
  readonly #list = h("ul", { class: "vg-entries" });
  readonly #kind = new Choice(() => this.#fit());
  readonly #name = new Choice(() => {});
  readonly #line = input("cell 4:12");
  readonly #lines = h("datalist", {});
  readonly #number = input("100");
  readonly #phase = new Choice(() => {});
  readonly #amiss = complaint();
  readonly #fields: Record<"name" | "line" | "number", HTMLElement>;
  readonly #nameLabel: Element;
  readonly #numberLabel: Element;
  readonly #form: HTMLElement;
  #written: readonly Break[] | undefined;

  constructor(store: Store) {
    this.#store = store;
    this.#fields = {
      name: field(t("op"), this.#name.element),
      line: field(t("line"), this.#line),
      number: field(t("bound"), this.#number),
    };
    this.#nameLabel = this.#fields.name.querySelector("label") as Element;
    this.#numberLabel = this.#fields.number.querySelector("label") as Element;
    this.#lines.id = `${this.#line.id}-known`;
    this.#line.setAttribute("list", this.#lines.id);
    this.#kind.offer(kinds());
    this.#phase.offer(phases());
    this.#form = form(
      () => this.#send(),
      field(t("pause at"), this.#kind.element),
      ...Object.values(this.#fields),
      field(t("in"), this.#phase.element),
      h("button", { class: "vg-button vg-main", type: "submit" }, t("Add")),
      this.#lines,
    );
    this.element = frame(t("Breakpoints"), this.#says, this.#list, this.#form, this.#amiss.element);
  }

  draw(): void {
    const { pause, events } = this.#store.stepping;
    this.element.hidden = !pause;
    if (!pause) return;
    const { breaks } = pause;
    setText(this.#says, sentence(breaks.length));
    const asks = listens(this.#store);
    this.#form.hidden = !asks;
    this.#write(breaks, asks);
    const lines = linesOf(events);
    if (lines.length !== this.#lines.childElementCount)
      this.#lines.replaceChildren(...lines.map((value) => h("option", { value })));
    this.#fit();
  }

  close(): void {}

  /** The list, keeping the keyboard's place when one of them goes. */
  #write(breaks: readonly Break[], asks: boolean): void {
    this.element.classList.toggle("vg-deaf", !asks);
    if (breaks === this.#written) return;
    this.#written = breaks;
    const held = [...this.#list.querySelectorAll("button")].indexOf(
      document.activeElement as HTMLButtonElement,
    );
    this.#list.replaceChildren(...breaks.map((one) => this.#entry(one)));
    this.#list.hidden = breaks.length === 0;
    if (held < 0) return;
    const left = this.#list.querySelectorAll("button");
    (left[Math.min(held, left.length - 1)] ?? this.#kind.element).focus();
  }

  #entry(one: Break): HTMLElement {
    const name = words(one);
    const help = t("Remove the breakpoint: {0}", name);
    const act = () => this.#store.stepping.ask({ do: "unbreak", event: one.id });
    const props = { class: "vg-remove", type: "button", title: help, "aria-label": help, onclick: act };
    return h(
      "li",
      {},
      h("span", { class: "vg-entry-name" }, name),
      h("span", { class: "vg-entry-note" }, `${inPhases(one.phases)} · ${hits(one.hits)}`),
      h("button", props, icon("remove")),
    );
  }

  /** Only the fields that the chosen kind of breakpoint needs. */
  #fit(): void {
    const kind = this.#kind.value as Kind;
    const { graph, stepping } = this.#store;
    const names = kind === "layer" ? layersOf(graph) : opsOf(graph, stepping.events);
    this.#name.offer(names.map((value) => ({ value, text: shorten(value, 60) })));
    this.#fields.name.hidden = kind !== "op" && kind !== "layer";
    this.#fields.line.hidden = kind !== "line";
    this.#fields.number.hidden = kind !== "above" && kind !== "ratio";
    setText(this.#nameLabel, kind === "layer" ? t("layer") : t("op"));
    setText(this.#numberLabel, kind === "ratio" ? t("times the usual") : t("bound c"));
    this.#number.placeholder = kind === "ratio" ? "10" : "100";
  }

  #send(): void {
    const kind = this.#kind.value as Kind;
    const target = kind === "line" ? this.#line.value : this.#name.value;
    const wanted = { kind, target, number: this.#number.value, phase: Number(this.#phase.value) };
    this.#amiss.say(asked(this.#store, breakOf(wanted)));
  }
}

const kinds = (): Option[] => [
  { value: "op", text: t("an op"), group: t("a place") },
  { value: "layer", text: t("a layer"), group: t("a place") },
  { value: "line", text: t("a source line"), group: t("a place") },
  { value: "nan", text: t("NaN or Inf"), group: t("a value") },
  { value: "above", text: t("|x| above c"), group: t("a value") },
  { value: "ratio", text: t("norm far above the usual"), group: t("a value") },
  { value: "zero", text: t("all zero"), group: t("a value") },
];

const phases = (): Option[] => [
  { value: "-1", text: t("every phase") },
  ...PHASES.map((phase, i) => ({ value: String(i), text: t(phase) })),
];

function sentence(count: number): string {
  if (count === 0) return t("None yet: Continue runs to the end of the block.");
  return count === 1
    ? t("Continue pauses where this is met.")
    : t("Continue pauses where one of these is met.");
}

/** "every relu", "layer fc1", "NaN or Inf". */
function words({ kind, what }: Break): string {
  const name = shorten(what, 80);
  if (kind === "op") return t("every {0}", name);
  if (kind === "layer") return t("layer {0}", name);
  if (kind === "line") return t("line {0}", name);
  return kind === "python" ? t("predicate {0}", name) : name;
}

function inPhases(list: readonly Phase[]): string {
  if (list.length === 0 || list.length === PHASES.length) return t("every phase");
  return list.map((phase) => t(phase)).join(", ");
}

function hits(count: number): string {
  if (count === 0) return t("not met yet");
  return count === 1 ? t("met once") : t("met {0} times", step(count));
}
