/** The learning rate of each parameter group, which holds until the scheduler changes it. */
import type { Curve, Store } from "../core/store.ts";
import { t } from "../core/words.ts";
import { sampledOf } from "./curves.ts";
import { emptyNote } from "./empty.ts";
import { number, step as stepText } from "./format.ts";
import { hoverOf } from "./hover.ts";
import { Lines } from "./lines.ts";
import type { Panel } from "./panel.ts";
import { last, since, steps } from "./points.ts";
import { type Sentence, section } from "./section.ts";
import { tableOfCurves } from "./twin.ts";

const HEIGHT = 184;

export function ratesPanel(store: Store): Panel {
  const frame = section("rates", store);
  const lines = new Lines(hoverOf(store), { held: true, height: HEIGHT });
  const empty = emptyNote(
    t("The learning rate will be drawn here: pass the optimizer to watch(model, optimizer)."),
  );
  frame.body.append(empty, lines.element);
  return {
    element: frame.element,
    draw() {
      const rates = store.group("rate").filter(({ x }) => x.length > 0);
      empty.hidden = rates.length > 0;
      lines.element.hidden = frame.swap.hidden = rates.length === 0;
      const span = steps([...rates, ...store.group("metric")]);
      if (rates.length > 0)
        lines.draw({ label: t("Learning rate"), unit: "", curves: rates, span, smoothed: false });
      frame.tell(t("Learning rate"), tell(rates, store), sampledOf(rates), () => tableOfCurves(rates));
    },
    close: () => lines.close(),
  };
}

function tell(rates: readonly Curve[], store: Store): Sentence {
  const first = rates[0];
  if (!first) return { text: store.status?.step ? t("no optimizer is watched") : t("no step yet") };
  if (rates.length > 1) return { text: rates.map(({ name, y }) => `${name} ${number(last(y))}`).join(" · ") };
  const now = last(first.y);
  const before = first.y.findLast((value) => value !== now);
  if (before === undefined) return { text: t("{0}, unchanged so far", number(now)) };
  const when = since(first, (value) => value === now) ?? 0;
  return { text: t("{0} since step {1}, {2} before", number(now), stepText(when), number(before)) };
}
