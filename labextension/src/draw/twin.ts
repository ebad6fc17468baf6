/** Tables that say what charts show. */
import type { Curve } from "../core/store.ts";
import { t } from "../core/words.ts";
import { inUnit, step as stepText } from "./format.ts";
import { firstFinite, last, nearest, noRange, placeOf, steps, widen } from "./points.ts";
import type { Table } from "./section.ts";

/** Steps in a table. */
const ROWS = 12;
/** More curves than this become rows instead of columns. */
const COLUMNS = 6;

/** Some steps with the value of each curve there, or, with many curves, each curve's own summary. */
export function tableOfCurves(curves: readonly Curve[]): Table {
  return curves.length > COLUMNS ? summaries(curves) : overTime(curves);
}

function overTime(curves: readonly Curve[]): Table {
  const columns = [t("step"), ...curves.map(({ name }) => name)];
  const longest = curves.toSorted((a, b) => b.x.length - a.x.length)[0];
  if (!longest) return { columns, rows: [] };
  const span = steps(curves);
  const wanted = Array.from({ length: ROWS }, (_, i) => {
    const target = span.low + ((span.high - span.low) * i) / (ROWS - 1);
    return longest.x[nearest(longest.x, target)];
  });
  const rows = [...new Set(wanted)]
    .filter((step) => step !== undefined)
    .map((step) => [stepText(step), ...curves.map(({ x, y, unit }) => written(y[placeOf(x, step)], unit))]);
  return { columns, rows };
}

function summaries(curves: readonly Curve[]): Table {
  const columns = [t("curve"), t("first"), t("lowest"), t("highest"), t("latest")];
  const rows = curves.map(({ name, unit, y }) => {
    const { low, high } = widen(noRange(), y);
    return [name, ...[firstFinite(y), low, high, last(y)].map((value) => written(value, unit))];
  });
  return { columns, rows };
}

const written = (value: number | undefined, unit: string): string =>
  value === undefined ? "–" : inUnit(value, unit);
