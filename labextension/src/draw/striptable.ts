/**
 * The picture of gradientsPanel: names, strips, numbers and verdicts in four columns.
 *
 * All strips are one canvas in the second column.  With many layers its rows are thin; then one name stands for
 * the few rows beside it, that of the layer that ails most, and pointing at a row shows any other.
 */
import type { Curve } from "../core/store.ts";
import { t } from "../core/words.ts";
import { h, setText } from "./dom.ts";
import { exact, number, step as stepText } from "./format.ts";
import { shorten } from "./graph-words.ts";
import { healthOf, RANK, SYMBOL, verdict, word } from "./health.ts";
import type { Hover } from "./hover.ts";
import { last, type Range } from "./points.ts";
import { onResize } from "./resize.ts";
import { scaleLine } from "./scale.ts";
import { decades, normAt, Strips } from "./strips.ts";
import { readTheme } from "./theme.ts";

/** CSS pixels. */
const LEAST_ROW = 24;
const LARGEST_ROW = 36;
/** Few layers share this height, and so do many. */
const HEIGHT = 192;
const THIN_HEIGHT = 264;
const GAP = 4;

export interface StripTable {
  readonly element: HTMLElement;
  /** `roomy`: every layer has a row of its own. */
  draw(layers: readonly Curve[], span: Range, roomy: boolean): void;
  close(): void;
}

interface Shown {
  readonly layers: readonly Curve[];
  readonly span: Range;
  readonly row: number;
  readonly gap: number;
  /** Layers that share one name. */
  readonly block: number;
}

export function stripTable(hover: Hover): StripTable {
  const strips = new Strips();
  const parts = makeParts(strips.canvas);
  const rows: Row[] = [];
  let shown: Shown | undefined;
  let width = 0;

  const paint = (): void => {
    if (!shown || width <= 0) return;
    const theme = readTheme(parts.table);
    const scale = decades(shown.layers);
    parts.scale.draw(scale);
    strips.draw(shown.layers, shown.span, scale, { width, row: shown.row, gap: shown.gap }, theme);
  };
  const label = (): void => {
    if (shown) drawRows(rows, parts.table, shown, hover);
    if (shown) drawTip(parts, shown, hover);
  };
  const unsize = onResize(parts.stage, () => {
    const now = Math.floor(parts.stage.clientWidth);
    if (now === width) return;
    width = now;
    paint();
  });
  point(parts.stage, hover, () => shown);
  const stop = hover.watch(label);
  return {
    element: parts.table,
    draw(layers, span, roomy) {
      shown = layOut(layers, span, roomy);
      setText(parts.from, t("step {0}", stepText(span.low)));
      const newest = Math.max(...layers.map(({ x }) => x[x.length - 1] ?? 0));
      setText(parts.to, newest > span.low ? t("step {0}", stepText(newest)) : "");
      label();
      paint();
    },
    close() {
      stop();
      unsize();
    },
  };
}

function layOut(layers: readonly Curve[], span: Range, roomy: boolean): Shown {
  if (roomy) {
    const row = Math.min(Math.max(Math.floor(HEIGHT / layers.length), LEAST_ROW), LARGEST_ROW);
    return { layers, span, row, gap: GAP, block: 1 };
  }
  const row = Math.max(Math.floor(THIN_HEIGHT / layers.length), 2);
  return { layers, span, row, gap: row > 4 ? 1 : 0, block: Math.ceil(20 / row) };
}

function makeParts(canvas: HTMLCanvasElement) {
  canvas.setAttribute("aria-hidden", "true");
  const line = h("div", { class: "vg-cross-line" });
  const tip = h("div", { class: "vg-cross-box" });
  const stage = h("div", { class: "vg-strips-stage" }, canvas, line, tip);
  const from = h("span", {});
  const to = h("span", {});
  const scale = scaleLine(t("log scale"));
  const head = h(
    "div",
    { class: "vg-strip-row vg-strip-head", role: "row" },
    h("span", { class: "vg-strip-name", role: "columnheader" }, t("layer")),
    h("span", { class: "vg-strip-value", role: "columnheader" }, t("norm")),
    h("span", { class: "vg-unseen", role: "columnheader" }, t("state")),
  );
  const foot = h("div", { class: "vg-strips-foot" }, from, to);
  const label = t("Norms of the layers");
  const table = h(
    "div",
    { class: "vg-strips", role: "table", "aria-label": label },
    head,
    scale.element,
    stage,
    foot,
  );
  return { table, stage, line, tip, from, to, scale };
}

interface Row {
  readonly element: HTMLElement;
  readonly name: HTMLElement;
  readonly value: HTMLElement;
  readonly mark: HTMLElement;
}

function makeRow(): Row {
  const name = h("span", { class: "vg-strip-name", role: "rowheader" });
  const value = h("span", { class: "vg-strip-value vg-number", role: "cell" });
  const mark = h("span", { class: "vg-strip-mark", role: "cell" });
  return { element: h("div", { class: "vg-strip-row", role: "row" }, name, value, mark), name, value, mark };
}

function drawRows(rows: Row[], table: HTMLElement, shown: Shown, hover: Hover): void {
  const { layers, row, block } = shown;
  const blocks = Math.ceil(layers.length / block);
  while (rows.length < blocks) {
    const made = makeRow();
    rows.push(made);
    table.append(made.element);
  }
  table.style.setProperty("--vg-row", `${row}px`);
  table.style.setProperty("--vg-rows", String(layers.length));
  for (const [i, one] of rows.entries()) {
    const some = layers.slice(i * block, (i + 1) * block);
    one.element.hidden = some.length === 0;
    if (some.length > 0) drawRow(one, chosen(some, hover.layer), i * block, block, hover);
  }
}

/** The layer that speaks for its neighbours: the one pointed at, else the one that ails most. */
function chosen(some: readonly Curve[], pointed: string | undefined): Curve {
  const found = some.find(({ name }) => name === pointed);
  const rank = ({ y, group }: Curve): number => RANK[healthOf(y[y.length - 1], group)];
  return found ?? some.reduce((a, b) => (rank(b) > rank(a) ? b : a));
}

function drawRow(one: Row, layer: Curve, first: number, block: number, hover: Hover): void {
  const norm = hover.step === undefined ? last(layer.y) : normAt(layer, hover.step);
  const health = healthOf(norm, layer.group);
  const place = `${first + 2} / span ${block}`; // below the head
  for (const part of [one.name, one.value, one.mark]) {
    if (part.style.gridRow !== place) part.style.gridRow = place;
  }
  setText(one.name, shorten(layer.name, 32) || t("(the model)"));
  one.name.title = layer.name;
  setText(one.value, norm === undefined ? "–" : number(norm));
  one.value.title = norm === undefined ? "" : exact(norm);
  // The newest verdict keeps its room while the pointer is at a better step, so that nothing moves.
  const ails = RANK[health] > 0;
  const said = ails ? norm : last(layer.y);
  setText(one.mark, markText(said, layer.group));
  one.mark.title = hover.step === undefined ? verdict(layer) : "";
  one.element.classList.toggle("vg-ails", ails);
  one.mark.classList.toggle("vg-ghost", !ails);
  one.element.classList.toggle("vg-pointed", layer.name === hover.layer);
}

function markText(norm: number | undefined, measure: string): string {
  const health = healthOf(norm, measure);
  return RANK[health] > 0 ? `${SYMBOL[health]} ${word(health, norm ?? 0)}` : "";
}

/** The line at the step under the pointer, and, where the pointer is, which layer and what norm. */
function drawTip(parts: ReturnType<typeof makeParts>, shown: Shown, hover: Hover): void {
  const { step, layer } = hover;
  const { span, layers, row } = shown;
  const left = step === undefined ? Number.NaN : (step - span.low) / (span.high - span.low);
  const seen = left >= 0 && left <= 1;
  parts.stage.classList.toggle("vg-on", seen);
  parts.line.style.left = `${left * 100}%`;
  const at = layers.findIndex(({ name }) => name === layer);
  const found = layers[at];
  parts.tip.classList.toggle("vg-on", seen && found !== undefined);
  if (!seen || !found || step === undefined) return;
  const norm = normAt(found, step);
  parts.tip.classList.toggle("vg-flip", left > 0.5);
  parts.tip.style.left = `${left * 100}%`;
  parts.tip.style.top = `${(at + 1) * row}px`;
  parts.tip.replaceChildren(
    h("div", { class: "vg-cross-step" }, t("step {0}", stepText(step))),
    h("div", {}, h("code", {}, found.name), ` ${norm === undefined ? "–" : exact(norm)}`),
  );
}

function point(stage: HTMLElement, hover: Hover, shown: () => Shown | undefined): void {
  stage.addEventListener("pointermove", (event) => {
    const now = shown();
    const box = stage.getBoundingClientRect();
    if (!now || box.width === 0) return;
    const part = (event.clientX - box.left) / box.width;
    const layer = now.layers[Math.floor((event.clientY - box.top) / now.row)];
    hover.point(Math.round(now.span.low + part * (now.span.high - now.span.low)), layer?.name);
  });
  stage.addEventListener("pointerleave", () => hover.point(undefined));
}
