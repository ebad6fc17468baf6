/** Is the gradient of a layer healthy?  The thresholds, the words and the symbols, once. */
import type { Curve } from "../core/store.ts";
import { t } from "../core/words.ts";
import { step as stepText } from "./format.ts";
import { last, since } from "./points.ts";

/** Below this norm a float32 weight of ordinary size does not move any more. */
export const VANISHING = 1e-7;
/** Above this norm one step throws the weights away. */
export const EXPLODING = 1e3;

export type Health = "healthy" | "vanishing" | "exploding" | "broken" | "unknown";

/** Only gradients can be too small or too large; any measure can stop being a number. */
export function healthOf(norm: number | undefined, measure = "gradient"): Health {
  if (norm === undefined) return "unknown";
  if (!Number.isFinite(norm)) return "broken";
  if (measure !== "gradient") return "healthy";
  if (norm < VANISHING) return "vanishing";
  return norm > EXPLODING ? "exploding" : "healthy";
}

export const SYMBOL: Readonly<Record<Health, string>> = {
  healthy: "",
  unknown: "",
  vanishing: "▼",
  exploding: "▲",
  broken: "✕",
};

/** The worse, the larger. */
export const RANK: Readonly<Record<Health, number>> = {
  healthy: 0,
  unknown: 0,
  vanishing: 1,
  exploding: 2,
  broken: 3,
};

export function word(health: Health, norm: number): string {
  if (health === "vanishing") return norm === 0 ? t("zero") : t("vanishing");
  if (health === "exploding") return t("exploding");
  if (health === "broken") return Number.isNaN(norm) ? t("NaN") : t("infinite");
  return "";
}

/** "vanishing since step 310" of the newest point; "" where all is well. */
export function verdict(curve: Curve): string {
  const norm = last(curve.y);
  const health = curve.y.length === 0 ? "unknown" : healthOf(norm, curve.group);
  const begin = since(curve, (value) => healthOf(value, curve.group) === health);
  if (RANK[health] === 0 || begin === undefined) return "";
  return t("{0} since step {1}", word(health, norm), stepText(begin));
}

/** The likely cause and one thing to try. */
export function advice(health: Health): string {
  if (health === "vanishing")
    return t("Saturated activations are the usual cause: try ReLU, or a normalization layer.");
  if (health === "exploding")
    return t("Try clip_grad_norm_ before the optimizer's step, or a smaller learning rate.");
  if (health === "broken")
    return t("Look at the loss first: a learning rate that is too high is the usual cause.");
  return "";
}
