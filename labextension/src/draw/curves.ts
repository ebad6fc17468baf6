/** Loss, accuracy and whatever else was logged, over the steps. */
import type { Curve, Store } from "../core/store.ts";
import { t } from "../core/words.ts";
import { h } from "./dom.ts";
import { emptyNote } from "./empty.ts";
import { inUnit, step as stepText } from "./format.ts";
import { shorten } from "./graph-words.ts";
import { hoverOf } from "./hover.ts";
import { Lines } from "./lines.ts";
import type { Panel } from "./panel.ts";
import { firstFinite, last, since, steps } from "./points.ts";
import { type Sentence, section, toggle } from "./section.ts";
import { tableOfCurves } from "./twin.ts";

/** Curves that share a chart. */
interface Group {
  readonly key: string;
  readonly label: string;
  readonly unit: string;
  readonly curves: readonly Curve[];
}

const HEIGHT = 184;
/** A run that logs more units than this shows the rest in the table. */
const MOST_CHARTS = 6;

export function curvesPanel(store: Store): Panel {
  const frame = section("curves", store);
  const charts = new Map<string, Lines>();
  const grid = h("div", { class: "vg-charts" });
  const empty = emptyNote(
    t("The loss of every step will be drawn here, and what you log: run.log(accuracy=…)."),
  );
  let smoothed = false;
  const softer = toggle(t("smoothed 0.9"), t("Draw a moving average over the points"), (on) => {
    smoothed = on;
    draw();
  });
  frame.corner.prepend(softer);
  frame.body.append(empty, grid);

  function draw(): void {
    const all = store.group("metric").filter(({ x }) => x.length > 0);
    const groups = chartsOf(all).slice(0, MOST_CHARTS);
    const span = steps(all);
    empty.hidden = all.length > 0;
    softer.hidden = frame.swap.hidden = all.length === 0;
    for (const group of groups) {
      const lines = charts.get(group.key) ?? add(group.key);
      lines.draw({ ...group, span, smoothed });
    }
    frame.tell(titleOf(groups), tell(groups), sampledOf(all), () => tableOfCurves(all));
  }

  function add(key: string): Lines {
    const lines = new Lines(hoverOf(store), { held: false, height: HEIGHT });
    charts.set(key, lines);
    grid.append(lines.element);
    return lines;
  }

  const close = (): void => {
    for (const lines of charts.values()) lines.close();
  };
  return { element: frame.element, draw, close };
}

/** Losses first, then fractions, then everything else by unit. */
export function chartsOf(curves: readonly Curve[]): Group[] {
  const isLoss = (curve: Curve): boolean => /loss/i.test(curve.name) && curve.unit !== "fraction";
  const loss = curves.filter(isLoss);
  const fractions = curves.filter((curve) => curve.unit === "fraction");
  const rest = new Map<string, Curve[]>();
  for (const curve of curves) {
    if (!isLoss(curve) && curve.unit !== "fraction")
      rest.set(curve.unit, [...(rest.get(curve.unit) ?? []), curve]);
  }
  return [
    { key: "loss", label: t("Loss"), unit: loss[0]?.unit ?? "", curves: loss },
    { key: "fraction", label: t("Fractions"), unit: "fraction", curves: fractions },
    ...[...rest].map(([unit, some]) => ({ key: `unit ${unit}`, label: namesOf(some), unit, curves: some })),
  ].filter((group) => group.curves.length > 0);
}

const namesOf = (curves: readonly Curve[]): string => curves.map(({ name }) => name).join(", ");

function titleOf(groups: readonly Group[]): string {
  const has = (key: string): boolean => groups.some((group) => group.key === key);
  if (groups.length === 0 || !has("loss")) return t("Metrics");
  if (groups.length === 1) return t("Loss");
  const accuracy = groups.find(({ key }) => key === "fraction")?.curves.some(({ name }) => /acc/i.test(name));
  return groups.length === 2 && accuracy ? t("Loss and accuracy") : t("Loss and metrics");
}

/** What a reader should know at a glance. */
function tell(groups: readonly Group[]): Sentence {
  const loss = groups.find(({ key }) => key === "loss")?.curves[0];
  const broken = groups.flatMap(({ curves }) => curves).find((curve) => !Number.isFinite(last(curve.y)));
  if (broken) return alarm(broken);
  const rest = groups
    .filter(({ key }) => key === "fraction")
    .flatMap(({ curves }) => curves.slice(0, 2))
    .map((curve) => t("{0} {1}", shorten(curve.name, 40), inUnit(last(curve.y), curve.unit)));
  const said = [...(loss ? [lossSentence(loss)] : []), ...rest];
  return { text: said.length > 0 ? said.join(" · ") : t("nothing logged yet") };
}

function lossSentence(loss: Curve): string {
  const [now, first] = [last(loss.y), firstFinite(loss.y) ?? Number.NaN];
  const name = shorten(loss.name, 40);
  const value = inUnit(now, loss.unit);
  if (loss.y.length < 2 || now === first) return t("{0} {1}", name, value);
  const before = inUnit(first, loss.unit);
  return now < first
    ? t("{0} {1}, down from {2}", name, value, before)
    : t("{0} {1}, up from {2}", name, value, before);
}

function alarm(curve: Curve): Sentence {
  const when = since(curve, (value) => !Number.isFinite(value)) ?? 0;
  const what = t(
    "{0} is {1} since step {2}.",
    shorten(curve.name, 40),
    inUnit(last(curve.y), curve.unit),
    stepText(when),
  );
  const advice = t("A learning rate that is too high is the usual cause: try a tenth of it.");
  return { text: /loss/i.test(curve.name) ? `${what} ${advice}` : what, alarm: true };
}

/** What the kernel left out of the curves, said once. */
export const sampledOf = (curves: readonly Curve[]): string =>
  curves.find(({ sampled }) => sampled !== "")?.sampled ?? "";
