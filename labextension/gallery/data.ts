/** Runs made up for the gallery: what a kernel would have sent, from formulas and a fixed seed. */
import type { Source } from "../src/core/source.ts";
import {
  type Layer,
  type Memory,
  type Node,
  type Part,
  type Series,
  type State,
  type Update,
  VERSION,
} from "../src/wire.ts";

export interface Line {
  readonly group: string;
  readonly name: string;
  readonly unit?: string;
  readonly sampled?: string;
  readonly x: number[];
  readonly y: number[];
}

export interface Story {
  readonly title?: string;
  readonly state?: State;
  readonly note?: string;
  readonly steps?: number;
  readonly layers?: readonly string[];
  readonly every?: number;
  /** Change or add lines. */
  readonly lines?: (lines: Line[]) => Line[];
  readonly graph?: boolean;
  readonly memory?: boolean;
}

/** The same numbers on every page load. */
export function dice(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1664525 + 1013904223) % 4294967296;
    return state / 4294967296;
  };
}

const LAYERS = ["conv1", "conv2", "fc1", "fc2"];
const PER_EPOCH = 90;

export function linesOf(story: Story): Line[] {
  const steps = story.steps ?? 1240;
  const every = story.every ?? 1;
  const x = Array.from({ length: Math.ceil(steps / every) }, (_, i) => 1 + i * every);
  const lines = [lossLine(x), ...testLines(steps), rateLine(x), ...gradientLines(x, story.layers ?? LAYERS)];
  return story.lines ? story.lines([...lines, ...memoryLines(x)]) : [...lines, ...memoryLines(x)];
}

function lossLine(x: number[]): Line {
  const random = dice(7);
  const y = x.map(
    (step) => (0.06 + 2.25 * Math.exp(-step / 160)) * (0.55 + 0.9 * random()) + 0.02 * random(),
  );
  return { group: "metric", name: "loss", x, y };
}

function testLines(steps: number): Line[] {
  const x = Array.from({ length: Math.floor(steps / PER_EPOCH) }, (_, i) => (i + 1) * PER_EPOCH);
  const y = x.map((step) => 0.985 - 0.62 * Math.exp(-step / 130));
  const loss = x.map((step) => 0.055 + 1.6 * Math.exp(-step / 150));
  return [
    { group: "metric", name: "accuracy", unit: "fraction", x, y },
    { group: "metric", name: "test_loss", x, y: loss },
  ];
}

function rateLine(x: number[]): Line {
  return { group: "rate", name: "group 0", x, y: x.map((step) => 0.7 ** Math.floor(step / PER_EPOCH)) };
}

function gradientLines(x: number[], layers: readonly string[]): Line[] {
  return layers.map((name, i) => {
    const random = dice(100 + i);
    const size = 10 ** (-0.4 - (1.6 * ((i * 7) % layers.length)) / layers.length);
    const y = x.map(
      (step) => size * (0.35 + 1.3 * Math.exp(-step / (120 + 60 * (i % 5)))) * (0.6 + 0.8 * random()),
    );
    return { group: "gradient", name, x, y };
  });
}

const CATEGORIES = ["parameters", "gradients", "saved", "optimizer", "other"];
const SIZES = [4.8e6, 4.8e6, 9.2e6, 9.6e6, 1.4e6];

function memoryLines(x: number[]): Line[] {
  const random = dice(3);
  return CATEGORIES.map((name, i) => {
    const size = SIZES[i] ?? 0;
    const warm = (step: number) => (name === "parameters" ? 1 : step < 3 ? 0.1 : 1);
    const y = x.map((step) =>
      Math.round(size * warm(step) * (i === 2 || i === 4 ? 0.82 + 0.18 * random() : 1)),
    );
    return { group: "memory", name, unit: "bytes", x, y };
  });
}

const MEMORY: Memory = {
  is: "memory",
  categories: CATEGORIES,
  now: [4.8e6, 4.8e6, 8.1e6, 9.6e6, 1.25e6],
  peak: [4.8e6, 4.8e6, 9.2e6, 9.6e6, 1.4e6],
  peak_step: 412,
  peak_at: "conv2, forward",
};

/** The update and its points, as the wire has them. */
export function tellStory(run: string, story: Story): { update: Update; points: Float64Array } {
  const steps = story.steps ?? 1240;
  const lines = steps > 0 ? linesOf(story) : [];
  const parts: Part[] = [status(story, steps), ...lines.map(seriesOf)];
  if (steps > 0 && story.memory !== false) parts.push(MEMORY);
  if (steps > 0 && story.graph !== false) parts.push(graphOf(story.layers ?? LAYERS));
  const points = new Float64Array(lines.flatMap(({ x, y }) => [...x, ...y]));
  const title = story.title ?? "Net";
  return {
    update: { is: "update", version: VERSION, run, title, seq: 1, keyframe: true, acked: 0, parts },
    points,
  };
}

function status(story: Story, step: number): Part {
  const state = story.state ?? "live";
  const every = story.every ?? 1;
  const [elapsed, rate] = [step / 21.4, state === "live" ? 21.4 : null];
  return { is: "status", state, mode: "subshell", step, every, elapsed, rate, note: story.note ?? "" };
}

function seriesOf({ group, name, unit = "", sampled = "", x }: Line): Series {
  return { is: "series", group, name, unit, points: x.length, replace: true, sampled };
}

function graphOf(layers: readonly string[]): Part {
  const made: Layer[] = [{ path: "", kind: "Net", note: "", parameters: 1_199_882 }];
  const nodes: Node[] = [node(0, "input", "", "input", "", [], [64, 1, 28, 28])];
  for (const path of layers) {
    const id = nodes.length;
    made.push({ path, kind: /conv/.test(path) ? "Conv2d" : "Linear", note: "32, 64", parameters: 18_496 });
    nodes.push(node(id, "parameter", "", `${path}.weight`, path, [], [64, 32]));
    nodes.push(
      node(id + 1, "op", /conv/.test(path) ? "conv2d" : "linear", "", path, [id - 1, id], [64, 32, 26, 26]),
    );
    nodes.push(node(id + 2, "op", "relu", "", "", [id + 1], [64, 32, 26, 26]));
  }
  const end = nodes.length;
  nodes.push(node(end, "op", "log_softmax", "", "", [end - 1], [64, 10]));
  nodes.push(node(end + 1, "input", "", "target", "", [], [64]));
  nodes.push(node(end + 2, "loss", "nll_loss", "", "", [end, end + 1], []));
  return { is: "graph", key: 1, step: 3, layers: made, nodes, rules: [], omitted: 0 };
}

function node(
  id: number,
  kind: Node["kind"],
  op: string,
  name: string,
  layer: string,
  inputs: readonly number[],
  shape: readonly number[],
): Node {
  const kept = kind === "op" ? ["x"] : [];
  return {
    id,
    kind,
    op,
    name: name || op,
    layer,
    inputs,
    shape,
    dtype: "float32",
    kept,
    kept_bytes: 0,
    line: "cell 4:12",
  };
}

/** A source that tells one story at once, and with `live` goes on telling it. */
export function sourceOf(run: string, story: Story, live = false): Source {
  return {
    listen(hear) {
      const whole = tellStory(run, story);
      if (!live) {
        hear(whole.update, whole.points);
        return () => {};
      }
      let [steps, seq] = [1, 1];
      const timer = setInterval(() => {
        steps = Math.min(steps + 4, story.steps ?? 1240);
        const { update, points } = tellStory(run, { ...story, steps });
        hear({ ...update, seq: seq++ }, points);
      }, 100);
      return () => clearInterval(timer);
    },
    send() {},
  };
}
