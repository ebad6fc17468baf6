/** Cards of the stepper, from tensors made up with a fixed seed and described as the kernel would. */
import type { Card, Event, Line, Array as Tensor } from "../src/wire.ts";
import { cardOf, tensor } from "../test/steps.ts";
import { dice } from "./data.ts";

/** A card and the numbers of its arrays. */
export interface Laid {
  readonly card: Card;
  readonly numbers: readonly number[];
}

const SIDE = 32;
const BINS = 24;

interface Made {
  readonly array: Tensor;
  readonly numbers: readonly number[];
}

type Fill = (place: number, row: number, column: number) => number;

/** A tensor as the kernel describes it: statistics, histogram, a slice, pooled where it is large. */
function made(name: string, shape: readonly number[], fill: Fill, more: Partial<Tensor> = {}): Made {
  const [rows, columns] = [shape.length > 1 ? shape.at(-2)! : 1, shape.at(-1) ?? 1];
  const planes = shape.slice(0, -2).reduce((a, b) => a * b, 1);
  const plane = (p: number): number[] =>
    Array.from({ length: rows * columns }, (_, i) =>
      fill(p * rows * columns + i, Math.floor(i / columns), i % columns),
    );
  const index = more.index ?? shape.slice(0, -2).map(() => 0);
  const place = index.reduce((sum, at, i) => sum * shape[i]! + at, 0);
  const shown = plane(place);
  const all = planes > 64 ? shown : Array.from({ length: planes }, (_, p) => plane(p)).flat();
  const [tall, wide] = [Math.ceil(rows / SIDE), Math.ceil(columns / SIDE)];
  const cells = pooled(shown, rows, columns, tall, wide);
  const finite = all.filter(Number.isFinite);
  const seen = statistics(finite);
  const array = tensor({
    name,
    shape,
    says: more.role ?? "input",
    nbytes: 4 * planes * rows * columns,
    target: "",
    nans: all.filter(Number.isNaN).length,
    infs: all.filter((value) => Math.abs(value) === Number.POSITIVE_INFINITY).length,
    zeros: all.filter((value) => value === 0).length,
    rows: Math.ceil(rows / tall),
    columns: Math.ceil(columns / wide),
    pooled: tall * wide > 1 ? `each cell: mean of ${tall}×${wide}` : "",
    bins: finite.length > 0 ? BINS : 0,
    ...more,
    index,
    points: 6 + (finite.length > 0 ? BINS : 0) + cells.length,
  });
  return { array, numbers: [...seen, ...cells] };
}

function pooled(values: number[], rows: number, columns: number, tall: number, wide: number): number[] {
  const cells: number[] = [];
  for (let r = 0; r < rows; r += tall) {
    for (let c = 0; c < columns; c += wide) {
      let [sum, size] = [0, 0];
      for (let i = r; i < Math.min(r + tall, rows); i++) {
        for (let k = c; k < Math.min(c + wide, columns); k++) {
          sum += values[i * columns + k]!;
          size += 1;
        }
      }
      cells.push(sum / size);
    }
  }
  return cells;
}

function statistics(values: number[]): number[] {
  if (values.length === 0) return Array.from({ length: 6 }, () => Number.NaN);
  let [low, high] = [values[0]!, values[0]!];
  for (const value of values) [low, high] = [Math.min(low, value), Math.max(high, value)];
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  const norm = Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
  const first = [low, mean, high, norm];
  if (low === high) [low, high] = [low - 0.5, high + 0.5];
  const bins = Array.from({ length: BINS }, () => 0);
  for (const value of values)
    bins[Math.min(Math.floor(((value - low) / (high - low)) * BINS), BINS - 1)]! += 1;
  return [...first, low, high, ...bins];
}

/** Numbers like those of a normal distribution, the same for the same place. */
const normal =
  (seed: number, scale: number, shift = 0): Fill =>
  (place) => {
    const random = dice(seed * 7919 + place * 104729);
    random();
    return shift + scale * (random() + random() + random() + random() - 2) * 1.7;
  };

const relu =
  (f: Fill): Fill =>
  (...at) =>
    Math.max(f(...at), 0);

function laid(number: number, all: readonly Made[], more: Partial<Card>): Laid {
  const card = cardOf(
    number,
    all.map(({ array }) => array),
    { source: CODE, path: ["Net", "fc1: Linear(9216, 128)"], ...more },
  );
  return { card, numbers: all.flatMap(({ numbers }) => numbers) };
}

const CODE: Card["source"] = {
  place: "cell 4",
  first: 11,
  at: 12,
  lines: [
    "    h = self.pool(torch.relu(self.conv2(h)))",
    "    h = torch.relu(self.fc1(h.flatten(1)))",
    "    return self.fc2(h)",
  ],
};

const AHEAD = "computed ahead: what the event will give";

export function linear({ number }: Event, picks: ReadonlyMap<string, readonly number[]>): Laid {
  const index = picks.get("W");
  return laid(
    number,
    [
      made("x", [64, 128], relu(normal(1, 1.1, 0.1)), {
        kept: true,
        target: "",
        says: "input, kept for backward",
      }),
      made("W", [128, 128], (p, r, c) => normal(2, 0.09)(p, r, c) + 0.05 * Math.sin(c / 5 + r / 9), {
        role: "parameter",
        kept: true,
        target: "fc1.weight",
        says: "parameter, kept for backward",
        ...(index && { index }),
      }),
      made("b", [128], normal(3, 0.05), { role: "parameter", target: "fc1.bias", says: "parameter" }),
      made("y", [64, 128], normal(4, 1.3), { role: "output", target: "output", says: "output" }),
    ],
    {
      title: "linear in fc1",
      says: "Each output is a weighted sum of all inputs, plus a bias.",
      formulas: ["y = x @ Wᵀ + b"],
      shapes: "64×128 @ (128×128)ᵀ + 128 → 64×128",
      kept: ["x", "W"],
      kept_bytes: 98_304,
      note: AHEAD,
    },
  );
}

/** Two by three, with numbers that can be checked in one's head. */
export function product({ number }: Event): Laid {
  const [g, b] = [
    [0.5, -1, 0.25, 2, 0, -0.5],
    [2, -3, 0.5, 1.5, 4, -1],
  ];
  return laid(
    number,
    [
      made("g", [2, 3], (p) => g![p]!, {
        role: "gradient in",
        target: "grad output",
        says: "gradient that arrives",
      }),
      made("b", [2, 3], (p) => b![p]!, { kept: true, says: "input, kept for backward" }),
      made("∂L/∂a", [2, 3], (p) => g![p]! * b![p]!, {
        role: "gradient out",
        says: "gradient that is handed on",
      }),
    ],
    {
      title: "MulBackward0 in gate",
      says: "Multiplies element by element.",
      formulas: ["∂L/∂a = g * b"],
      shapes: "2×3 * 2×3 → 2×3",
      numbers:
        "[[0.5, -1, 0.25], [2, 0, -0.5]] * [[2, -3, 0.5], [1.5, 4, -1]] = [[1, 3, 0.125], [3, 0, 0.5]]",
      path: ["Net", "gate: Gate(3)"],
      kept: ["a", "b"],
      kept_bytes: 48,
      check: "finite differences agree to 3e-9",
      source: {
        place: "cell 4",
        first: 16,
        at: 17,
        lines: ["value = self.value(x)", "h = gate * value", "return self.out(h)"],
      },
    },
  );
}

export function adam({ number, name }: Event, picks: ReadonlyMap<string, readonly number[]>): Laid {
  const element = picks.get(name) ?? [3, 1];
  const [w, g] = [normal(2, 0.2), normal(8, 0.01)];
  const [shape, at] = [[10, 12], element[0]! * 12 + element[1]!];
  const [p, dx] = [w(at, 0, 0), g(at, 0, 0)];
  const [m, v] = [0.9 * 0.02 + 0.1 * dx, 0.999 * 4e-5 + 0.001 * dx * dx];
  const line = (name: string, formula: string, numbers: string, value: number): Line => ({
    name,
    formula,
    numbers,
    value: String(value),
  });
  const [ps, ds] = [p.toPrecision(6), dx.toPrecision(6)];
  return laid(
    number,
    [
      made(name, shape, w, { role: "parameter", target: name, says: "parameter" }),
      made("g", shape, g, { role: "gradient in", target: "grad", says: "gradient that arrives" }),
      made("exp_avg", shape, (i) => 0.9 * 0.02 + 0.1 * g(i, 0, 0), {
        role: "state",
        says: "the optimizer's memory",
      }),
      made("exp_avg_sq", shape, (i) => 4e-5 + 0.001 * g(i, 0, 0) ** 2, {
        role: "state",
        says: "the optimizer's memory",
      }),
      made(`${name}′`, shape, (i) => w(i, 0, 0) - 0.001 * Math.sign(g(i, 0, 0)), {
        role: "output",
        says: "what it will be",
      }),
    ],
    {
      title: `update of ${name} by Adam`,
      says: "Adam: a step of its own size for each element, from running means of gradient and squared gradient.",
      formulas: [
        "exp_avg = β₁ * exp_avg + (1 - β₁) * g",
        "exp_avg_sq = β₂ * exp_avg_sq + (1 - β₂) * g**2",
        "p = p - lr * (exp_avg / (1 - β₁**t)) / (sqrt(exp_avg_sq / (1 - β₂**t)) + eps)",
      ],
      settings: ["lr=0.001", "betas=(0.9, 0.999)"],
      path: ["Net", "fc2: Linear(12, 10)"],
      source: { place: "cell 4", first: 24, at: 25, lines: ["    loss.backward()", "    optimizer.step()"] },
      element,
      rule: [
        line("exp_avg", "β₁ * exp_avg + (1 - β₁) * g", `0.9 * 0.02 + 0.1 * ${ds}`, m),
        line("exp_avg_sq", "β₂ * exp_avg_sq + (1 - β₂) * g**2", `0.999 * 4e-05 + 0.001 * ${ds}**2`, v),
        line(
          "p′",
          "p - lr * m̂ / (sqrt(v̂) + eps)",
          `${ps} - 0.001 * ${(m / 0.19).toPrecision(6)} / (${Math.sqrt(v / 2e-3).toPrecision(6)} + 1e-08)`,
          p - (0.001 * m) / 0.19 / Math.sqrt(v / 2e-3),
        ),
      ],
    },
  );
}

export function convolution({ number }: Event, picks: ReadonlyMap<string, readonly number[]>): Laid {
  const index = (name: string) => ({ index: picks.get(name) ?? [0, 0] });
  const blob: Fill = (p, r, c) =>
    Math.max(
      0,
      1.2 * Math.exp(-((r - 13 - (Math.floor(p / 676) % 7)) ** 2 + (c - 12) ** 2) / 30) +
        normal(5, 0.02)(p, r, c),
    );
  return laid(
    number,
    [
      made("x", [64, 32, 26, 26], blob, { kept: true, says: "input, kept for backward", ...index("x") }),
      made("W", [64, 32, 3, 3], normal(6, 0.12), {
        role: "parameter",
        target: "conv2.weight",
        kept: true,
        says: "parameter, kept for backward",
        ...index("W"),
      }),
      made("b", [64], normal(7, 0.05), { role: "parameter", target: "conv2.bias", says: "parameter" }),
      made("y", [64, 64, 24, 24], (p, r, c) => blob(p, r, c) - blob(p, r, c + 2) + normal(9, 0.01)(p, r, c), {
        role: "output",
        target: "output",
        says: "output",
        ...index("y"),
      }),
    ],
    {
      title: "conv2d in conv2",
      says: "Slides a small window of weights over the image, a weighted sum at each place.",
      formulas: ["y = conv2d(x, W, b)"],
      shapes: "conv2d(64×32×26×26, 64×32×3×3, 64) → 64×64×24×24",
      path: ["Net", "features: Sequential", "conv2: Conv2d(32, 64, kernel_size=(3, 3))"],
      kept: ["x", "W"],
      kept_bytes: 5_611_520,
    },
  );
}

export function broken({ number }: Event): Laid {
  const [x, y]: [Fill, Fill] = [
    (p, r, c) => (p % 23 === 5 ? 0 : relu(normal(11, 1))(p, r, c)),
    (p, r, c) =>
      p % 23 === 5
        ? Number.NaN
        : p % 17 === 3
          ? Number.NEGATIVE_INFINITY
          : p % 31 === 4
            ? Number.POSITIVE_INFINITY
            : Math.log(relu(normal(11, 1))(p, r, c) + 0.01),
  ];
  return laid(
    number,
    [
      made("x", [8, 10], x, { kept: true, says: "input, kept for backward" }),
      made("y", [8, 10], y, { role: "output", target: "output", says: "output" }),
    ],
    { title: "log", says: "The natural logarithm of each element.", formulas: ["y = log(x)"], path: ["Net"] },
  );
}

/** An op that raises has inputs and no output. */
export function raises({ number }: Event): Laid {
  const { card, numbers } = laid(
    number,
    [
      made("x", [64, 9216], relu(normal(1, 1))),
      made("W", [128, 9000], normal(2, 0.1), { role: "parameter" }),
    ],
    {
      title: "linear in fc1",
      says: "Each output is a weighted sum of all inputs, plus a bias.",
      formulas: ["y = x @ Wᵀ + b"],
      note: "this will raise ValueError: linear: 9216 columns meet 9000 rows (x is 64×9216, W is 128×9000) in fc1",
    },
  );
  return { card, numbers };
}

const HOSTILE = "<img src=x onerror=alert(1)>";
export const hostile = ({ number }: Event): Laid =>
  laid(
    number,
    [made(HOSTILE.repeat(4), [3, 4], normal(1, 1)), made("y", [], () => 2.31, { role: "output" })],
    {
      title: `${HOSTILE} in ${"encoder.blocks.11.".repeat(8)}`,
      says: HOSTILE.repeat(8),
      formulas: [`y = ${HOSTILE.repeat(6)}`],
      path: ["Net", HOSTILE, `${HOSTILE.repeat(6)}`],
      source: {
        place: HOSTILE,
        first: 999_998,
        at: 999_999,
        lines: ["x = 1", `y = "${HOSTILE.repeat(20)}"`],
      },
    },
  );
