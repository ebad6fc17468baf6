/** Where the bytes are: memory by category over the steps, now, and at the worst moment. */
import type { Curve, Store } from "../core/store.ts";
import { t } from "../core/words.ts";
import type { Memory } from "../wire.ts";
import { Chart, type Scene } from "./chart.ts";
import type { Reading } from "./crosshair.ts";
import { sampledOf } from "./curves.ts";
import { h, setText } from "./dom.ts";
import { emptyNote } from "./empty.ts";
import { bytes, exact, step as stepText } from "./format.ts";
import { hoverOf } from "./hover.ts";
import type { Panel } from "./panel.ts";
import { paintSwatch } from "./pattern.ts";
import { nearest, steps } from "./points.ts";
import { type Sentence, section, type Table } from "./section.ts";
import { highestTotal, paintPeak, placeIn, Stack, totalAt } from "./stack.ts";
import { asCategory, readTheme, type Theme } from "./theme.ts";

const HEIGHT = 200;

export function memoryPanel(store: Store): Panel {
  const frame = section("memory", store);
  const hover = hoverOf(store);
  const chart = new Chart(hover, HEIGHT);
  const stack = new Stack();
  const legend = memoryLegend();
  const empty = emptyNote(
    t("Memory by category will be drawn here: parameters, gradients, saved activations…"),
  );
  const picture = h("div", { class: "vg-memory-view" }, chart.element, legend.element);
  frame.body.append(empty, picture);
  const label = (): void => legend.draw(store, hover.step, readTheme(frame.element));
  const stop = hover.watch(label);
  return {
    element: frame.element,
    draw() {
      const curves = store.group("memory");
      const any = curves.length > 0 || store.memory !== undefined;
      empty.hidden = any;
      picture.hidden = frame.swap.hidden = !any;
      chart.element.hidden = curves.length === 0;
      label();
      if (curves.length > 0) chart.show(sceneOf(curves, store.memory, stack));
      frame.tell(t("Memory"), tell(store.memory), sampledOf(curves), () => tableOf(store.memory));
    },
    close() {
      stop();
      chart.close();
    },
  };
}

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

function tell(memory: Memory | undefined): Sentence {
  if (!memory) return { text: t("nothing measured yet") };
  return { text: t("{0} now, {1}", bytes(sum(memory.now)), peakOf(memory)) };
}

/** "peak 21.3 MB at step 12, conv2, forward". */
function peakOf(memory: Memory): string {
  const peak = t("peak {0} at step {1}", bytes(sum(memory.peak)), stepText(memory.peak_step));
  return memory.peak_at ? `${peak}, ${memory.peak_at}` : peak;
}

function sceneOf(curves: readonly Curve[], memory: Memory | undefined, stack: Stack): Scene {
  const span = steps(curves);
  const peak = memory ? sum(memory.peak) : 0;
  const high = Math.max(highestTotal(curves), peak);
  return {
    label: t("Memory"),
    unit: "bytes",
    from: span.low,
    to: span.high,
    low: 0,
    // Room above the highest point for the words at the peak.
    high: high > 0 ? high * 1.16 : 1,
    paint(pen) {
      stack.paint(pen, curves);
      if (memory && peak > 0) paintPeak(pen, peak, memory.peak_step, t("peak {0}", bytes(peak)));
    },
    read: (step) => read(curves, step),
  };
}

function read(curves: readonly Curve[], step: number): Reading {
  const base = curves[0];
  const at = base ? nearest(base.x, step) : -1;
  const values = curves.map(({ name, y }) => ({
    name,
    text: exact(y[at] ?? Number.NaN, "bytes"),
    y: Number.NaN,
    colour: `var(--vg-${asCategory(name)})`,
    mark: "■",
  }));
  const all = { name: t("total"), text: exact(totalAt(curves, at), "bytes"), y: totalAt(curves, at) };
  return {
    step: base?.x[at] ?? Number.NaN,
    values: [...values.reverse(), { ...all, colour: "var(--vg-text)", mark: "Σ" }],
  };
}

interface MemoryLegend {
  readonly element: HTMLElement;
  draw(store: Store, step: number | undefined, theme: Theme): void;
}

/** The legend is a table: what, now (or at the step under the pointer), at the peak. */
function memoryLegend(): MemoryLegend {
  const now = h("th", { scope: "col" });
  const head = h(
    "tr",
    {},
    h("th", { scope: "col" }, t("category")),
    now,
    h("th", { scope: "col" }, t("at peak")),
  );
  const rows = h("tbody", {});
  const drawn = h("caption", {}, t("drawn: each step at its fullest moment"));
  const element = h("table", { class: "vg-memory-legend" }, drawn, h("thead", {}, head), rows);
  const made = new Map<string, LegendRow>();
  const rowFor = (name: string): LegendRow => {
    const row = made.get(name) ?? makeLegendRow(name);
    if (!made.has(name)) rows.prepend(row.element);
    made.set(name, row);
    return row;
  };
  const total = makeLegendRow(undefined);
  rows.append(total.element);
  return {
    element,
    draw(store, step, theme) {
      const curves = store.group("memory");
      const memory = store.memory;
      const place = step === undefined ? -1 : placeIn(curves, step);
      const at = curves[0]?.x[place];
      setText(now, at === undefined ? t("now") : t("step {0}", stepText(at)));
      const names = memory?.categories ?? curves.map(({ name }) => name);
      const values = names.map((name, i) => {
        const curve = curves.find((one) => one.name === name);
        return place < 0 ? (memory?.now[i] ?? curve?.y[curve.y.length - 1]) : curve?.y[place];
      });
      for (const [i, name] of names.entries()) rowFor(name).draw(theme, values[i], memory?.peak[i]);
      const known = values.filter((value) => value !== undefined);
      total.draw(theme, sum(known), memory && sum(memory.peak));
    },
  };
}

interface LegendRow {
  readonly element: HTMLElement;
  draw(theme: Theme, now: number | undefined, peak: number | undefined): void;
}

/** `name` undefined: the row of sums. */
function makeLegendRow(name: string | undefined): LegendRow {
  const swatch = h("canvas", { class: "vg-swatch", "aria-hidden": "true" });
  const category = asCategory(name ?? "other");
  const nowCell = h("td", { class: "vg-number" });
  const peakCell = h("td", { class: "vg-number" });
  const label = name === undefined ? [h("span", {}, t("total"))] : [swatch, h("span", {}, wordFor(name))];
  const element = h("tr", {}, h("th", { scope: "row" }, ...label), nowCell, peakCell);
  element.classList.toggle("vg-total", name === undefined);
  return {
    element,
    draw(theme, now, peak) {
      if (name !== undefined) paintSwatch(swatch, category, theme.category[category]);
      cell(nowCell, now);
      cell(peakCell, peak);
    },
  };
}

function cell(element: HTMLElement, value: number | undefined): void {
  setText(element, value === undefined ? "–" : bytes(value));
  element.title = value === undefined ? "" : exact(value, "bytes");
}

/** What a category is called by people. */
function wordFor(name: string): string {
  const words: Record<string, string> = {
    parameters: t("parameters"),
    gradients: t("gradients"),
    saved: t("saved for backward"),
    optimizer: t("optimizer state"),
    other: t("other"),
  };
  return words[name] ?? name;
}

function tableOf(memory: Memory | undefined): Table {
  const columns = [t("category"), t("now"), t("at peak")];
  if (!memory) return { columns, rows: [] };
  const rows = memory.categories.map((name, i) => [
    wordFor(name),
    exact(memory.now[i] ?? Number.NaN, "bytes"),
    exact(memory.peak[i] ?? Number.NaN, "bytes"),
  ]);
  return { columns, rows };
}
