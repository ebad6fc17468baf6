/** The gradient norm of every layer over the steps: one heat strip each, its newest value, and a word when it ails. */
import type { Curve, Store } from "../core/store.ts";
import { t } from "../core/words.ts";
import { sampledOf } from "./curves.ts";
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
  frame.corner.prepend(unfold);
  frame.body.append(empty, picture.element);

  function draw(): void {
    const layers = store.group("gradient").filter(({ x }) => x.length > 0);
    empty.hidden = layers.length > 0;
    picture.element.hidden = layers.length === 0;
    unfold.hidden = layers.length <= FEW;
    frame.swap.hidden = layers.length === 0;
    if (layers.length > 0) picture.draw(layers, steps(layers), every || layers.length <= FEW);
    frame.tell(t("Gradients"), tell(layers), sampledOf(layers), () => tableOf(layers));
  }

  return { element: frame.element, draw, close: () => picture.close() };
}

/** How many layers ail, and the first of the worst. */
function tell(layers: readonly Curve[]): Sentence {
  if (layers.length === 0) return { text: t("no backward pass yet") };
  const ailing = layers
    .filter(({ y }) => RANK[healthOf(y[y.length - 1])] > 0)
    .sort((a, b) => RANK[healthOf(last(b.y))] - RANK[healthOf(last(a.y))]);
  const worst = ailing[0];
  if (!worst) return { text: healthy(layers) };
  const what = t("{0}: {1}", nameOf(worst), verdict(worst));
  const rest = ailing.length - 1;
  const all = rest > 0 ? t("{0}, and {1} more of {2} layers.", what, rest, layers.length) : t("{0}.", what);
  return { text: `${all} ${advice(healthOf(last(worst.y)))}`, alarm: true };
}

function healthy(layers: readonly Curve[]): string {
  const norms = layers.map(({ y }) => last(y)).filter(Number.isFinite);
  const [low, high] = [Math.min(...norms), Math.max(...norms)];
  return low === high
    ? t("healthy, norm {0}", number(low))
    : t("healthy, norms from {0} to {1}", number(low), number(high));
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
