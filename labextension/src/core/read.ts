/** Small readers of untrusted JSON: each gives a value of its type, cut to size, or undefined. */
export type Read<T> = (value: unknown) => T | undefined;

/** Control characters, lone surrogates and marks that reverse the reading direction. */
const UNSEEMLY = /[\p{Cc}\p{Cs}\u202a-\u202e\u2066-\u2069]/gu;

export function text(most = 300): Read<string> {
  return (value) => {
    if (typeof value !== "string") return undefined;
    return value
      .slice(0, most)
      .replace(/[\n\t]/g, " ")
      .replace(UNSEEMLY, "\uFFFD");
  };
}

export const finite: Read<number> = (value) =>
  typeof value === "number" && Number.isFinite(value) ? value : undefined;

/** A whole number, zero or more. */
export const count: Read<number> = (value) =>
  Number.isSafeInteger(value) && (value as number) >= 0 ? (value as number) : undefined;

export const flag: Read<boolean> = (value) => (typeof value === "boolean" ? value : undefined);

export function oneOf<const T extends string | number>(...words: readonly T[]): Read<T> {
  return (value) => words.find((word) => word === value);
}

export function orNull<T>(read: Read<T>): Read<T | null> {
  return (value) => (value === null ? null : read(value));
}

/** The readable items among the first `most`; the others are left out. */
export function list<T>(read: Read<T>, most: number): Read<readonly T[]> {
  return (value) => {
    if (!Array.isArray(value)) return undefined;
    return value
      .slice(0, most)
      .map(read)
      .filter((item) => item !== undefined) as T[];
  };
}

/** All items, each readable; undefined where one is not, or where there are more than `most`. */
export function every<T>(read: Read<T>, most: number): Read<readonly T[]> {
  return (value) => {
    const items = list(read, most)(value);
    return items?.length === (value as { length?: unknown } | null)?.length ? items : undefined;
  };
}

/** An object with exactly these fields, each readable. */
export function object<T extends object>(fields: { readonly [K in keyof T]-?: Read<T[K]> }): Read<T> {
  return (value) => {
    if (typeof value !== "object" || value === null) return undefined;
    const result: Partial<T> = {};
    for (const key of Object.keys(fields) as (keyof T & string)[]) {
      const item = fields[key]((value as Record<string, unknown>)[key]);
      if (item === undefined) return undefined;
      result[key] = item;
    }
    return result as T;
  };
}
