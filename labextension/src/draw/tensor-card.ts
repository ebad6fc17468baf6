/** One tensor: its name and size, its numbers as a picture, how they are spread, and what is odd about them. */
import { cellName, cellOf, elementAt } from "../core/cells.ts";
import type { Points, Tensor } from "../core/stepping.ts";
import { t } from "../core/words.ts";
import { h } from "./dom.ts";
import { bytes, count, exact, number, percent, shape } from "./format.ts";
import { Heat } from "./heat.ts";
import { histogram } from "./histogram.ts";
import { icon } from "./icons.ts";
import { sliceBox } from "./slice.ts";

export interface TensorHands {
  /** Another slice or element was chosen; undefined where nobody can be asked. */
  readonly pick?: ((index: readonly number[]) => void) | undefined;
  /** A cell was clicked; undefined where that says nothing. */
  readonly choose?: ((element: number[], value: number) => void) | undefined;
  /** Open it, or shut it. */
  open(): void;
}

/** Room for its picture, in CSS pixels. */
export interface Frame {
  readonly width: number;
  readonly height: number;
  /** It is the large one. */
  readonly large: boolean;
}

export interface TensorCard {
  readonly element: HTMLElement;
  /** Paint: sizes and colours are known only in the page. */
  draw(frame: Frame): void;
  /** Wide enough for this many CSS pixels: asked of all cards together, after all are painted. */
  room(): number;
  drawBars(room: number): void;
}

/** The sign of these matters even where all are above zero. */
const SIGNED: ReadonlySet<Tensor["role"]> = new Set(["gradient in", "gradient out", "parameter"]);
const HISTOGRAM = { width: 120, height: 18 };

export function tensorCard(
  tensor: Tensor,
  points: Points,
  element: readonly number[],
  hands: TensorHands,
): TensorCard {
  const { rows, columns } = tensor;
  const { choose } = hands;
  const click =
    choose &&
    ((row: number, column: number) =>
      choose(elementAt(tensor, row, column), points.values[row * columns + column] ?? Number.NaN));
  const picture = new Heat({ name: (row, column) => cellName(tensor, row, column), click });
  const bars = histogram(HISTOGRAM.height);
  const shown = points.values.length > 0;
  const signed = SIGNED.has(tensor.role) && /float|complex/.test(tensor.dtype);
  const place = h("div", { class: "vg-tensor-picture" }, shown ? picture.element : t("no values"));
  const beside = h(
    "div",
    { class: "vg-tensor-facts" },
    h("p", { class: "vg-tensor-says", title: tensor.says }, tensor.says),
    shown ? bars.element : undefined,
    shown ? statistics(points) : undefined,
    oddities(tensor),
    sliceBox(tensor, hands.pick),
  );
  const figure = h(
    "figure",
    { class: "vg-tensor", "data-role": tensor.role, "data-name": tensor.name },
    heading(tensor, hands),
    h("div", { class: "vg-tensor-body" }, place, beside),
  );
  return {
    element: figure,
    draw({ width, height, large }) {
      figure.classList.toggle("vg-large", large);
      const button = figure.querySelector(".vg-tensor-name");
      button?.setAttribute("aria-expanded", String(large));
      if (!shown) return;
      picture.draw({ rows, columns, values: points.values, signed }, width, height);
      picture.mark(element.length > 0 ? cellOf(tensor, element) : undefined);
    },
    room: () => beside.clientWidth,
    drawBars(room) {
      if (shown) bars.draw(points, room || HISTOGRAM.width);
    },
  };
}

function heading(tensor: Tensor, hands: TensorHands): HTMLElement {
  const { name, says, kept, dtype, nbytes } = tensor;
  const button = h(
    "button",
    {
      class: "vg-tensor-name",
      type: "button",
      title: t("{0}: {1}; show it large, or small again", name, says),
      "aria-expanded": "false",
      onclick: hands.open,
    },
    h("code", {}, shortName(name)),
    h("span", { class: "vg-tensor-arrow", "aria-hidden": "true" }, "⤢"),
  );
  const keeps = h(
    "span",
    {
      class: "vg-tensor-kept",
      role: "img",
      "aria-label": t("kept"),
      title: t("kept in memory for the backward pass"),
    },
    icon("kept"),
  );
  const size = h(
    "span",
    { class: "vg-tensor-size", title: `${dtype}, ${bytes(nbytes)}` },
    h("b", {}, shape(tensor.shape)),
    ` ${dtype}`,
  );
  return h("figcaption", {}, button, kept ? keeps : undefined, size);
}

/** Three digits where they have room, else two; the exact value is in the title. */
function brief(value: number): string {
  const long = number(value);
  return long.length <= 7 ? long : value.toExponential(1).replace("e+", "e");
}

/** Of a parameter's path the end: the card says which layer it is about. */
const shortName = (name: string): string => (name.length > 10 ? (name.split(".").at(-1) ?? name) : name);

function statistics({ least, mean, most, norm }: Points): HTMLElement {
  const one = (name: string, value: number): HTMLElement =>
    h(
      "div",
      {},
      h("dt", {}, name),
      h("dd", { title: exact(value) }, Number.isNaN(value) ? "–" : brief(value)),
    );
  return h(
    "dl",
    { class: "vg-tensor-numbers" },
    one(t("min"), least),
    one(t("max"), most),
    one(t("mean"), mean),
    one(t("norm"), norm),
  );
}

/** What is not an ordinary number: NaN and infinities are alarms, zeros are not.  And what a cell is. */
function oddities({ nans, infs, zeros, shape: sizes, pooled }: Tensor): HTMLElement {
  const all = sizes.reduce((product, size) => product * size, 1);
  const alarm = [nans > 0 ? t("{0} NaN", count(nans)) : "", infs > 0 ? t("{0} Inf", count(infs)) : ""];
  const said = alarm.filter(Boolean).join(", ");
  const plain = zeros > 0 && all > 0 ? t("{0} zero", percent(zeros / all)) : "";
  return h(
    "p",
    { class: "vg-tensor-odd" },
    said === "" ? undefined : h("span", { class: "vg-tensor-alarm" }, `⚠ ${said}`),
    plain === "" ? undefined : h("span", {}, plain),
    pooled === "" ? undefined : h("span", { title: pooled }, pooled),
  );
}
