/** What the bar says about a run. */
import type { Curve, Store } from "../core/store.ts";
import { t } from "../core/words.ts";
import { bytes, duration, inUnit, number, step } from "./format.ts";

/** "Step 1 240 · loss 0.218 · lr 0.70 · 3.1 MB live": how it stands, in words and numbers. */
export function sentence(store: Store): string {
  const { status, memory } = store;
  if (!status || (status.step === 0 && status.state === "waiting")) {
    return t("Waiting for the first step: run the cell that trains.");
  }
  const said = [t("Step {0}", step(status.step)), ...store.group("metric").slice(0, 3).map(newest)];
  said.push(rate(store.group("rate")));
  if (memory) said.push(t("{0} live", bytes(memory.now.reduce((sum, size) => sum + size, 0))));
  if (store.contact === "replay" || !store.active) said.push(t("{0} of training", duration(status.elapsed)));
  return said.filter(Boolean).join(" · ");
}

function newest(curve: Curve): string {
  const value = curve.y.at(-1);
  return value === undefined ? "" : `${curve.name} ${inUnit(value, curve.unit)}`;
}

/** One learning rate, or the span of several. */
function rate(curves: readonly Curve[]): string {
  const values = curves.map((curve) => curve.y.at(-1)).filter((value) => value !== undefined);
  if (values.length === 0) return "";
  const [low, high] = [Math.min(...values), Math.max(...values)];
  return low === high ? t("lr {0}", number(low)) : t("lr {0} to {1}", number(low), number(high));
}

const SUFFIX: Partial<Record<Intl.LDMLPluralRule, string>> = { one: "st", two: "nd", few: "rd" };
const ordinals = new Intl.PluralRules("en", { type: "ordinal" });

/** The sampling in force: "every 3rd step". */
export function every(store: Store): string {
  const n = store.status?.every ?? 0;
  if (n < 1) return "";
  return n === 1 ? t("every step") : t("every {0} step", `${step(n)}${SUFFIX[ordinals.select(n)] ?? "th"}`);
}

/** How commands reach the kernel while a cell runs. */
export function mode(store: Store): string {
  if (!store.active) return "";
  switch (store.mode) {
    case "subshell":
      return t("controls: subshell");
    case "interrupt":
      return t("controls: by interrupt");
    case "thread":
      return t("controls: thread");
    default:
      return "";
  }
}

/** What a person should know beyond the numbers, "" if nothing. */
export function advice(store: Store): string {
  if (store.unheard) {
    return t("The kernel does not hear this page while the cell runs: use the cell's own stop button.");
  }
  if (store.contact === "stale") {
    return t("Nothing was heard from the kernel since; the picture shows what was known then.");
  }
  return store.status?.note ?? "";
}
