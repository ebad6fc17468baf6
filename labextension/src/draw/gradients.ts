/**
 * A measure of every layer over the steps, at first the gradient norm: one heat strip a layer, its newest value,
 * and a word when it ails.  Whatever measures the run takes can be chosen.
 */
import type { Curve, Store } from "../core/store.ts";
import { t } from "../core/words.ts";
import { sampledOf } from "./curves.ts";
import { h } from "./dom.ts";
import { emptyNote } from "./empty.ts";
import { number, step as stepText } from "./format.ts";
import { shorten } from "./graph-words.ts";
import { advice, healthOf, RANK, verdict } from "./health.ts";
import { type Hover, hoverOf } from "./hover.ts";
import type { Panel } from "./panel.ts";
import { firstFinite, last, steps } from "./points.ts";
import { type Sentence, section, type Table, toggle } from "./section.ts";
import { stripTable } from "./striptable.ts";

/** More layers than this are drawn in thin rows at first. */
const FEW = 12;

export function gradientsPanel(store: Store): Panel {
  const frame = section("gradients", store);
  const hover: Hover = hoverOf(store);
  const picture = stripTable(hover);
  const empty = emptyNote(
    t("The gradient norm of every layer will be drawn here after the first backward()."),
  );
  let every = false;
  const unfold = toggle(t("all names"), t("Give every layer a row of its own"), (on) => {
    every = on;
    draw();
  });
  const choice = measureChoice(() => draw());
  frame.corner.prepend(choice.element, unfold);
  frame.body.append(empty, picture.element);

  function draw(): void {
    choice.draw(store);
    const measure = choice.chosen();
    const layers = store.group(measure).filter(({ x }) => x.length > 0);
    empty.hidden = layers.length > 0;
    picture.element.hidden = layers.length === 0;
    unfold.hidden = layers.length <= FEW;
    frame.swap.hidden = layers.length === 0;
    if (layers.length > 0) picture.draw(layers, steps(layers), every || layers.length <= FEW);
    const title = measure === "gradient" ? t("Gradients") : t("{0} of each layer", wordFor(measure));
    frame.tell(title, tell(layers, measure), sampledOf(layers), () => tableOf(layers));
  }

  return { element: frame.element, draw, close: () => picture.close() };
}

/** How many layers ail, and the first of the worst. */
function tell(layers: readonly Curve[], measure: string): Sentence {
  if (layers.length === 0) return { text: t("no backward pass yet") };
  const rank = ({ y }: Curve): number => RANK[healthOf(y[y.length - 1], measure)];
  const ailing = layers.filter((layer) => rank(layer) > 0).sort((a, b) => rank(b) - rank(a));
  const worst = ailing[0];
  if (!worst) return { text: measure === "gradient" ? healthy(layers) : range(layers) };
  const what = t("{0}: {1}", nameOf(worst), verdict(worst));
  const rest = ailing.length - 1;
  const all = rest > 0 ? t("{0}, and {1} more of {2} layers.", what, rest, layers.length) : t("{0}.", what);
  return { text: `${all} ${advice(healthOf(last(worst.y), measure))}`, alarm: true };
}

function healthy(layers: readonly Curve[]): string {
  const [low, high] = extremes(layers);
  return low === high
    ? t("healthy, norm {0}", number(low))
    : t("healthy, norms from {0} to {1}", number(low), number(high));
}

function range(layers: readonly Curve[]): string {
  const [low, high] = extremes(layers);
  return low === high ? number(low) : t("from {0} to {1}", number(low), number(high));
}

function extremes(layers: readonly Curve[]): [number, number] {
  const newest = layers.map(({ y }) => last(y)).filter(Number.isFinite);
  return [Math.min(...newest), Math.max(...newest)];
}

/** Groups of the store that are not measured layer by layer. */
const OTHERS: ReadonlySet<string> = new Set(["metric", "rate", "memory"]);

/** Which measure is shown: a list of those that the run takes, hidden while there is only one. */
function measureChoice(act: () => void) {
  const element = h("select", { class: "vg-choice", "aria-label": t("measure") });
  let known = "";
  element.addEventListener("change", act);
  return {
    element,
    chosen: (): string => element.value || "gradient",
    draw(store: Store): void {
      const groups = new Set([...store.curves.values()].map(({ group }) => group));
      const measures = [...groups].filter((group) => !OTHERS.has(group));
      element.hidden = measures.length < 2;
      if (known === measures.join("\n")) return;
      known = measures.join("\n");
      const before = element.value;
      element.replaceChildren(...measures.map((name) => h("option", { value: name }, wordFor(name))));
      element.value = measures.includes(before) ? before : (measures[0] ?? "");
    },
  };
}

/** A measure's name is its function's in trace/statistics.py: dead_units is said as "Dead units". */
function wordFor(measure: string): string {
  if (measure === "gradient") return t("Gradient norm");
  if (measure === "weight") return t("Weight norm");
  const words = shorten(measure.replaceAll("_", " "), 32);
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** The model itself has no path. */
export const nameOf = ({ name }: Curve): string => shorten(name, 48) || t("(the model)");

function tableOf(layers: readonly Curve[]): Table {
  const columns = [t("layer"), t("first"), t("latest"), t("at step"), t("state")];
  const rows = layers.map((layer) => [
    nameOf(layer),
    number(firstFinite(layer.y) ?? Number.NaN),
    number(last(layer.y)),
    stepText(layer.x[layer.x.length - 1] ?? Number.NaN),
    verdict(layer) || t("healthy"),
  ]);
  return { columns, rows };
}
