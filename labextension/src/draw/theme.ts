/** The colours and fonts of the moment, read from style/tokens.css, and the maps from values to colours. */

/** Seven kinds of tensor, each with one colour and one pattern in every view. */
export const CATEGORIES = [
  "parameters",
  "gradients",
  "saved",
  "optimizer",
  "other",
  "input",
  "buffer",
] as const;
export type Category = (typeof CATEGORIES)[number];

export interface Theme {
  readonly dark: boolean;
  readonly text: string;
  /** Labels and axes. */
  readonly quiet: string;
  /** Grid lines and borders. */
  readonly line: string;
  readonly surface: string;
  /** Used for alarms alone. */
  readonly alarm: string;
  /** NaN and infinities, always hatched. */
  readonly nan: string;
  /** Colours of the curves, in order. */
  readonly curves: readonly string[];
  readonly category: Readonly<Record<Category, string>>;
  readonly accent: string;
  /** What stands out from the surface a little. */
  readonly raised: string;
  /** Font families. */
  readonly font: string;
  readonly code: string;
}

const CURVES = 6;

const NAMES = [
  "--vg-text",
  "--vg-quiet",
  "--vg-line",
  "--vg-surface",
  "--vg-alarm",
  "--vg-nan",
  "--vg-accent",
  "--vg-raised",
  "--vg-font",
  "--vg-code",
  "--vg-scheme",
  ...Array.from({ length: CURVES }, (_, i) => `--vg-curve-${i}`),
  ...CATEGORIES.map((name) => `--vg-${name}`),
];

/** Where no style sheet is (a test, a bare host), marks are grey and text is black on white. */
const BARE: Record<string, string> = {
  "--vg-text": "#000",
  "--vg-surface": "#fff",
  "--vg-accent": "#1976d2",
  "--vg-raised": "#eee",
  "--vg-font": "sans-serif",
};

let known: Theme | undefined;
let knownKey = "";
/** Read in this turn already: asking makes the browser style the page anew, and a turn draws many pictures. */
let fresh = false;

/** The theme around `element`.  The same object comes back while nothing has changed. */
export function readTheme(element: Element): Theme {
  if (known && fresh) return known;
  fresh = true;
  queueMicrotask(() => {
    fresh = false;
  });
  const style = getComputedStyle(element);
  const values = NAMES.map((name) => style.getPropertyValue(name).trim() || BARE[name] || "#888");
  const key = values.join("|");
  if (!known || key !== knownKey) {
    knownKey = key;
    known = asTheme(new Map(NAMES.map((name, i) => [name, values[i] ?? "#888"])));
  }
  return known;
}

function asTheme(values: Map<string, string>): Theme {
  const of = (name: string): string => values.get(`--vg-${name}`) ?? "#888";
  return {
    dark: of("scheme") === "dark",
    text: of("text"),
    quiet: of("quiet"),
    line: of("line"),
    surface: of("surface"),
    alarm: of("alarm"),
    nan: of("nan"),
    accent: of("accent"),
    raised: of("raised"),
    curves: Array.from({ length: CURVES }, (_, i) => of(`curve-${i}`)),
    category: Object.fromEntries(CATEGORIES.map((name) => [name, of(name)])) as Record<Category, string>,
    font: of("font"),
    code: of("code"),
  };
}

/** What a category is called on the page. */
export function asCategory(name: string): Category {
  return (CATEGORIES as readonly string[]).includes(name) ? (name as Category) : "other";
}

type Rgb = readonly [number, number, number];

/** Viridis at ten even places; perceptually even and readable without colour vision. */
const VIRIDIS: readonly Rgb[] = [
  [68, 1, 84],
  [72, 40, 120],
  [62, 73, 137],
  [49, 104, 142],
  [38, 130, 142],
  [31, 158, 137],
  [53, 183, 121],
  [110, 206, 88],
  [181, 222, 43],
  [253, 231, 37],
];

/** A magnitude, 0 to 1, as a colour. */
export function sequential(part: number): string {
  return between(VIRIDIS, part);
}

const COLD: Rgb = [33, 102, 172];
const WARM: Rgb = [178, 24, 43];
const WHITE: Rgb = [247, 247, 247];
const BLACK: Rgb = [24, 24, 24];

/** A signed value, -1 to 1, as a colour: blue below zero, red above, the page's own shade at zero. */
export function diverging(part: number, dark: boolean): string {
  const zero = dark ? BLACK : WHITE;
  return between([COLD, zero, WARM], (part + 1) / 2);
}

function between(stops: readonly Rgb[], part: number): string {
  const place = Math.min(Math.max(part, 0), 1) * (stops.length - 1);
  const low = Math.min(Math.floor(place), stops.length - 2);
  const [a, b] = [stops[low], stops[low + 1]];
  if (!a || !b) return "#888";
  const mix = (i: 0 | 1 | 2): number => Math.round(a[i] + (b[i] - a[i]) * (place - low));
  return `rgb(${mix(0)},${mix(1)},${mix(2)})`;
}
