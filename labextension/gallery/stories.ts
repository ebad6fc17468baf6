/** Every state that a component can be in, as a run that brings it there. */
import type { Contact } from "../src/core/store.ts";
import type { Line, Story } from "./data.ts";

export interface Specimen extends Story {
  readonly name: string;
  readonly says: string;
  readonly contact?: Contact;
  /** Views shown; all when absent. */
  readonly views?: readonly string[];
}

const VIEWS = ["Curves", "Rates", "Gradients", "Memory"];
const DASHBOARD = ["Dashboard"];

const LONG = "encoder.transformer.blocks.11.self_attention.output_projection_with_a_long_name";
const HOSTILE = "<img src=x onerror=alert(1)>";

const deep = Array.from(
  { length: 60 },
  (_, i) => `layer${1 + Math.floor(i / 6)}.${i % 6}.conv${1 + (i % 2)}`,
);

const change =
  (group: string, how: (line: Line, i: number) => Line) =>
  (lines: Line[]): Line[] => {
    let seen = 0;
    return lines.map((line) => (line.group === group ? how(line, seen++) : line));
  };

const onlyLoss = (lines: Line[]): Line[] =>
  lines
    .filter(({ group, name }) => group !== "metric" || name === "loss")
    .filter(({ group }) => group !== "rate");

/** From step 640 on the loss is not a number, a little later nothing is. */
const broken = (lines: Line[]): Line[] =>
  lines.map((line) => {
    const from = line.name === "loss" ? 640 : line.group === "gradient" ? 644 : Number.POSITIVE_INFINITY;
    return { ...line, y: line.y.map((value, i) => ((line.x[i] ?? 0) >= from ? Number.NaN : value)) };
  });

const ailing = change("gradient", (line, i) => {
  const fate = [
    (value: number) => value,
    (value: number, step: number) => value * Math.exp(-Math.max(step - 150, 0) / 45),
    (value: number, step: number) => value * Math.exp(Math.max(step - 500, 0) / 62),
    (value: number, step: number) => (step > 900 && step < 960 ? Number.POSITIVE_INFINITY : value),
  ][i % 4];
  return { ...line, y: line.y.map((value, k) => fate?.(value, line.x[k] ?? 0) ?? value) };
});

function manyMetrics(lines: Line[]): Line[] {
  const x = lines[0]?.x ?? [];
  const wave = (i: number) =>
    x.map((step) => 0.2 + 0.5 * Math.exp(-step / (90 + 60 * i)) + 0.02 * Math.sin(step / 9 + i));
  const losses = Array.from(
    { length: 19 },
    (_, i): Line => ({ group: "metric", name: `loss_${i + 2}`, x, y: wave(i) }),
  );
  const perplexity: Line = {
    group: "metric",
    name: "perplexity",
    x,
    y: wave(3).map((value) => Math.exp(6 * value)),
  };
  const used: Line = {
    group: "metric",
    name: "cache",
    unit: "bytes",
    x,
    y: x.map((step) => 3e5 * Math.sqrt(step)),
  };
  return [...lines, ...losses, perplexity, used];
}

const groups = (lines: Line[]): Line[] => {
  const rate = lines.find(({ group }) => group === "rate") as Line;
  const warm = rate.x.map(
    (step) => 1e-3 * Math.min(step / 200, 1) * (0.5 + 0.5 * Math.cos((Math.PI * step) / 1240)),
  );
  return [
    ...lines.filter(({ group }) => group !== "rate"),
    { ...rate, name: "decoder", y: warm },
    { ...rate, name: "encoder", y: warm.map((value) => value / 4) },
  ];
};

const spiky = change("metric", (line) =>
  line.name === "loss"
    ? {
        ...line,
        y: line.y.map((value, i) =>
          i % 311 === 200 ? Number.NaN : i === 500 ? Number.POSITIVE_INFINITY : value,
        ),
      }
    : line,
);

const named =
  (name: string) =>
  (lines: Line[]): Line[] =>
    lines.map((line) => ({ ...line, name: `${line.name} ${name}` }));

const sampled = (lines: Line[]): Line[] => lines.map((line) => ({ ...line, sampled: "every 8th step" }));

export const specimens: readonly Specimen[] = [
  { name: "waiting", says: "Before the first step.", state: "waiting", steps: 0 },
  { name: "first", says: "After one single step.", steps: 1 },
  { name: "live", says: "In the middle of a healthy run." },
  { name: "paused", says: "Pause was pressed.", state: "paused", views: DASHBOARD },
  { name: "finished", says: "The run is over.", state: "finished", views: DASHBOARD },
  { name: "stopped", says: "Stop was pressed.", state: "stopped", views: DASHBOARD },
  {
    name: "failed",
    says: "The training raised an error.",
    state: "failed",
    note: "ValueError in fc1: 9216 columns meet 9000 rows.",
    views: DASHBOARD,
  },
  { name: "stale", says: "Contact with the kernel is lost.", contact: "stale" },
  { name: "replay", says: "From a saved notebook.", contact: "replay", state: "finished" },
  { name: "nan", says: "The loss is not a number since step 640.", lines: broken },
  { name: "spikes", says: "Single points are missing.", lines: spiky, views: ["Curves"] },
  { name: "ailing", says: "One layer vanishes, one explodes, one was infinite.", lines: ailing },
  { name: "one", says: "Only the loss, no optimizer watched.", lines: onlyLoss },
  { name: "metrics", says: "Twenty losses, other units.", lines: manyMetrics, views: ["Curves"] },
  { name: "groups", says: "Two parameter groups, warm-up and cosine.", lines: groups, views: ["Rates"] },
  { name: "deep", says: "Sixty layers.", layers: deep, title: "ResNet" },
  { name: "deep-ailing", says: "Sixty layers, some ail.", layers: deep, lines: ailing, views: ["Gradients"] },
  { name: "thinned", says: "Long run: every 8th step is shown.", every: 8, steps: 32_768, lines: sampled },
  {
    name: "long",
    says: "Long names.",
    layers: [LONG, `${LONG}.2`, "fc"],
    lines: named("of the second validation set"),
  },
  {
    name: "hostile",
    says: "Names that try to be HTML.",
    layers: [HOSTILE, "fc"],
    title: HOSTILE,
    lines: named(HOSTILE),
  },
].map((one) => ({ views: [...VIEWS, ...DASHBOARD], ...one }) as Specimen);
