/** From what a reader typed into the stepper's forms to what is asked of it, or one sentence that says what is amiss. */

import type { BreakKind, Event, Graph } from "../wire.ts";
import type { Wish } from "./stepping.ts";
import { t } from "./words.ts";

export type How = "set" | "scale" | "zero" | "clip" | "noise";

export interface Edit {
  readonly target: string;
  readonly how: How;
  readonly number: string;
  /** "3, 1", or nothing for all elements. */
  readonly element: string;
  /** Sizes of the tensor; undefined where it is one number. */
  readonly shape: readonly number[] | undefined;
}

export interface Condition {
  readonly kind: Exclude<BreakKind, "python">;
  /** Of an op or a layer its name, of a line its place. */
  readonly target: string;
  readonly number: string;
  /** -1 for all, or 0, 1, 2 for forward, backward, update. */
  readonly phase: number;
}

export type Asked = { readonly wish: Partial<Wish> & Pick<Wish, "do"> } | { readonly amiss: string };

/** An edit as it is asked for. */
export function editOf({ target, how, number, element, shape }: Edit): Asked {
  if (target === "") return { amiss: t("Choose what to change.") };
  const index = shape === undefined ? [] : indexOf(element, shape);
  if (typeof index === "string") return { amiss: index };
  const value = how === "zero" ? 0 : numberOf(number);
  if (value === undefined) return { amiss: t("Write a number, such as 0.5 or 1e-3.") };
  if ((how === "clip" || how === "noise") && value <= 0) {
    return { amiss: t("Write a number above zero: {0} would change nothing sensible.", String(value)) };
  }
  if (target === "lr" && (how === "set" || how === "scale") && value < 0) {
    return { amiss: t("A learning rate is zero or more; {0} would walk uphill.", String(value)) };
  }
  return { wish: { do: "edit", target, words: how, value, index } };
}

/** Each number in its dimension; counted from the end where it is negative. */
function indexOf(text: string, shape: readonly number[]): number[] | string {
  const parts = text
    .replace(/[[\]()]/g, "")
    .split(/[\s,]+/)
    .filter((part) => part !== "");
  if (parts.length === 0) return [];
  const found = parts.map(Number);
  if (found.some((one) => !Number.isInteger(one))) {
    return t("Write whole numbers with commas, such as {0}, or nothing for all elements.", example(shape));
  }
  if (parts.length !== shape.length) {
    return t(
      "This tensor has {0} dimensions, so write {1}, or nothing for all elements.",
      shape.length,
      example(shape),
    );
  }
  const wrong = found.findIndex((one, i) => one >= (shape[i] ?? 0) || one < -(shape[i] ?? 0));
  if (wrong >= 0) {
    const size = shape[wrong] ?? 0;
    return t("Dimension {0} goes from 0 to {1}; {2} is outside.", wrong, size - 1, found[wrong] ?? 0);
  }
  return found.map((one, i) => (one < 0 ? one + (shape[i] ?? 0) : one));
}

const example = (shape: readonly number[]): string => shape.map((size) => Math.min(1, size - 1)).join(", ");

function numberOf(text: string): number | undefined {
  const value = Number(text.trim().replace(",", ".").replace("−", "-"));
  return text.trim() !== "" && Number.isFinite(value) ? value : undefined;
}

/** A breakpoint as it is asked for. */
export function breakOf({ kind, target, number, phase }: Condition): Asked {
  const wish = { do: "break", words: kind, event: phase } as const;
  if (kind === "nan" || kind === "zero") return { wish };
  if (kind === "above" || kind === "ratio") {
    const value = numberOf(number);
    if (value === undefined || value <= 0) return { amiss: t("Write a number above zero, such as 100.") };
    return { wish: { ...wish, value } };
  }
  const name = target.trim();
  if (name === "") return { amiss: said(kind) };
  if (kind === "line" && !/:\d+$/.test(name)) {
    return { amiss: t("Write a place and a line, such as cell 4:12 or train.py:31.") };
  }
  return { wish: { ...wish, target: name } };
}

function said(kind: "op" | "layer" | "line"): string {
  if (kind === "op") return t("Choose an op, such as relu.");
  if (kind === "layer") return t("Choose a layer, such as fc1.");
  return t("Write a place and a line, such as cell 4:12 or train.py:31.");
}

/** Ops that ran or that the graph has, by name. */
export function opsOf(graph: Graph | undefined, events: readonly Event[]): string[] {
  const names = [...(graph?.nodes ?? []), ...events].map(({ op }) => op);
  return sorted(names);
}

/** Layers by path. */
export const layersOf = (graph: Graph | undefined): string[] =>
  sorted((graph?.layers ?? []).map(({ path }) => path));

/** Lines of the user's code that events came from. */
export const linesOf = (events: readonly Event[]): string[] => sorted(events.map(({ line }) => line));

/** More choices than this are not looked through. */
const MOST = 500;

function sorted(names: readonly string[]): string[] {
  const order = new Intl.Collator(undefined, { numeric: true });
  return [...new Set(names)]
    .filter((name) => name !== "")
    .sort(order.compare)
    .slice(0, MOST);
}
