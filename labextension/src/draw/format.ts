/** How numbers are written for people: three significant digits, SI for bytes and counts, units always. */

/** A space that neither breaks nor stretches, between groups of digits and before units. */
export const THIN = "\u202f";

const PREFIXES = ["", "k", "M", "G", "T", "P"] as const;

/** 0.218, 12.4, 3.10e-5; beyond a thousand in scientific form, because three digits are what is meant. */
export function number(value: number): string {
  if (!Number.isFinite(value)) return notFinite(value);
  const size = Math.abs(value);
  if (size === 0) return "0";
  if (size < 1e-3 || size >= 999.5) return value.toExponential(2).replace("e+", "e");
  return value.toPrecision(3);
}

/** 1.24 k, 3.10 MB: three digits with a prefix that stands for a power of a thousand. */
function prefixed(value: number, unit: string): string {
  if (!Number.isFinite(value)) return notFinite(value);
  let power = 0;
  let rest = Math.abs(value);
  while (rest >= 999.5 && power < PREFIXES.length - 1) {
    rest /= 1000;
    power += 1;
  }
  const digits = power === 0 && Number.isInteger(rest) ? String(rest) : rest.toPrecision(3);
  const tail = `${PREFIXES[power]}${unit}`;
  return `${value < 0 ? "-" : ""}${digits}${tail && THIN}${tail}`;
}

export const bytes = (value: number): string => prefixed(value, "B");

export const count = (value: number): string => prefixed(value, "");

/** A fraction of one, shown in per cent. */
export function percent(value: number): string {
  if (!Number.isFinite(value)) return notFinite(value);
  const hundred = value * 100;
  const size = Math.abs(hundred);
  const digits = size === 0 ? "0" : size >= 99.95 ? String(Math.round(hundred)) : hundred.toPrecision(3);
  return `${digits}${THIN}%`;
}

/** A whole number with its digits in groups of three: a step is never rounded. */
export function step(value: number): string {
  return Number.isFinite(value)
    ? String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, THIN)
    : notFinite(value);
}

/** 8.4 s, 2 min 05 s, 1 h 04 min. */
export function duration(seconds: number): string {
  if (!Number.isFinite(seconds) || seconds < 0) return "–";
  if (seconds < 59.95) return `${seconds.toFixed(1)}${THIN}s`;
  const whole = Math.round(seconds);
  const two = (n: number) => String(n).padStart(2, "0");
  if (whole < 3600) return `${Math.floor(whole / 60)}${THIN}min ${two(whole % 60)}${THIN}s`;
  return `${Math.floor(whole / 3600)}${THIN}h ${two(Math.floor((whole % 3600) / 60))}${THIN}min`;
}

/** 64×32×3×3; a single number has no shape to show. */
export const shape = (sizes: readonly number[]): string => (sizes.length === 0 ? "()" : sizes.join("×"));

/** A value in the unit of its curve. */
export function inUnit(value: number, unit: string): string {
  if (unit === "bytes") return bytes(value);
  if (unit === "fraction") return percent(value);
  return number(value);
}

/** Every digit, for hovering and copying. */
export function exact(value: number, unit = ""): string {
  if (!Number.isFinite(value)) return notFinite(value);
  if (unit === "bytes") return `${step(value)}${THIN}B`;
  if (unit === "fraction") return `${Number((value * 100).toPrecision(12))}${THIN}%`;
  const digits = Number(value.toPrecision(9)); // as many as float32 has
  return digits !== 0 && Math.abs(digits) < 1e-3 ? digits.toExponential() : String(digits);
}

/** Labels of an axis: as many digits as tell neighbours apart, the unit on each. */
export function ticks(values: readonly number[], unit: string): string[] {
  const gap = values.length > 1 ? Math.abs((values[1] ?? 0) - (values[0] ?? 0)) : Math.abs(values[0] ?? 1);
  return values.map((value) => tick(value, gap, unit));
}

function tick(value: number, gap: number, unit: string): string {
  if (unit === "fraction") return `${(value * 100).toFixed(decimals(gap * 100))}${THIN}%`;
  if (unit === "bytes") return tickBytes(value);
  if (value === 0) return "0";
  if (gap < 5e-4 || Math.abs(value) >= 1e5)
    return value.toExponential(1).replace("e+", "e").replace(".0e", "e");
  return value.toFixed(decimals(gap));
}

function tickBytes(value: number): string {
  if (value === 0) return "0";
  const power = Math.min(Math.max(Math.floor(Math.log10(Math.abs(value)) / 3), 0), PREFIXES.length - 1);
  return `${Number((value / 1000 ** power).toPrecision(4))}${THIN}${PREFIXES[power]}B`;
}

/** Labels of a step axis: 800, 1 200, 20 k, 1.5 M. */
export function stepTick(value: number): string {
  if (!Number.isInteger(value)) return "";
  if (value < 10_000) return step(value);
  const [size, prefix] = value >= 1e6 ? [1e6, "M"] : [1e3, "k"];
  return `${Number((value / size).toPrecision(4))}${THIN}${prefix}`;
}

/** Digits after the point that a gap of this size needs: one for 0.5, two for 0.25. */
function decimals(gap: number): number {
  let digits = 0;
  while (
    digits < 6 &&
    Math.abs(gap * 10 ** digits - Math.round(gap * 10 ** digits)) > 1e-6 * gap * 10 ** digits
  ) {
    digits += 1;
  }
  return digits;
}

function notFinite(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  return value > 0 ? "+∞" : "−∞";
}
