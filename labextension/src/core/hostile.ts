/** Messages and saved notebooks come from anybody: what is not as the wire says is left out, sizes are capped. */
import {
  type Graph,
  type Layer,
  type Memory,
  type Node,
  type Part,
  type Rule,
  type Series,
  type Status,
  type Update,
  VERSION,
} from "../wire.ts";
import { readStep } from "./hostile-steps.ts";
import { count, finite, flag, list, object, oneOf, orNull, type Read, text } from "./read.ts";

/** 8 MB of numbers; the kernel keeps far below. */
const MOST_NUMBERS = 1 << 20;
const MOST_PARTS = 8_192;
const MOST_NODES = 20_000;

const status = object<Status>({
  is: oneOf("status"),
  state: oneOf("waiting", "live", "paused", "stepping", "finished", "stopped", "failed"),
  mode: oneOf("unknown", "subshell", "interrupt", "thread", "none"),
  step: count,
  every: count,
  elapsed: finite,
  rate: orNull(finite),
  note: text(1_000),
});

const series = object<Series>({
  is: oneOf("series"),
  group: text(60),
  name: text(),
  unit: text(60),
  points: count,
  replace: flag,
  sampled: text(),
});

const layer = object<Layer>({ path: text(), kind: text(), note: text(), parameters: count });

const node = object<Node>({
  id: count,
  kind: oneOf("op", "parameter", "buffer", "input", "constant", "loss"),
  op: text(60),
  name: text(),
  layer: text(),
  inputs: list(count, 1_000),
  shape: list(count, 32),
  dtype: text(60),
  kept: list(text(60), 32),
  kept_bytes: count,
  line: text(),
});

const rule = object<Rule>({
  op: text(60),
  says: text(1_000),
  forward: text(1_000),
  gradients: list(text(1_000), 32),
});

const graph = object<Graph>({
  is: oneOf("graph"),
  key: finite,
  step: count,
  layers: list(layer, MOST_NODES),
  nodes: list(node, MOST_NODES),
  rules: list(rule, 1_000),
  omitted: count,
});

const memory = object<Memory>({
  is: oneOf("memory"),
  categories: list(text(60), 16),
  now: list(count, 16),
  peak: list(count, 16),
  peak_step: count,
  peak_at: text(),
});

const header = object<Omit<Update, "parts">>({
  is: oneOf("update"),
  version: oneOf(VERSION),
  run: text(100),
  title: text(),
  seq: count,
  keyframe: flag,
  acked: finite,
});

/** An update with the numbers of its parts. */
export interface Heard {
  readonly update: Update;
  readonly points: Float64Array;
}

/** The update in a message, or undefined: with a part left out, the numbers of the others could not be told apart. */
export function readUpdate(message: unknown, buffer: unknown): Heard | undefined {
  const head = header(message);
  const raw = (message as Partial<Update> | null)?.parts;
  if (!head || !Array.isArray(raw) || raw.length > MOST_PARTS) return undefined;
  const parts: Part[] = [];
  let numbers = 0;
  for (const item of raw) {
    const part = readPart(item);
    if (!part && WITH_NUMBERS.has(item?.is)) return undefined;
    if (part) parts.push(part);
    numbers += part ? numbersOf(part) : 0;
  }
  const points = readNumbers(buffer, numbers);
  return points && { update: { ...head, parts }, points };
}

const WITH_NUMBERS: ReadonlySet<unknown> = new Set(["series", "card", "difference"] satisfies Part["is"][]);

/** How many numbers of the buffer belong to a part. */
function numbersOf(part: Part): number {
  if (part.is === "series") return 2 * part.points;
  if (part.is === "card") return part.arrays.reduce((sum, { points }) => sum + points, 0);
  return part.is === "difference" ? part.points : 0;
}

function readPart(item: unknown): Part | undefined {
  return status(item) ?? series(item) ?? readMemory(item) ?? readGraph(item) ?? readStep(item);
}

function readMemory(item: unknown): Memory | undefined {
  const found = memory(item);
  const rows = found?.categories.length;
  return found?.now.length === rows && found?.peak.length === rows ? found : undefined;
}

/** A node may read only nodes before it, so that no graph has a circle. */
function readGraph(item: unknown): Graph | undefined {
  const found = graph(item);
  if (!found) return undefined;
  const before = new Set<number>();
  const nodes: Node[] = [];
  for (const one of found.nodes) {
    if (before.has(one.id)) continue;
    nodes.push({ ...one, inputs: one.inputs.filter((id) => before.has(id)) });
    before.add(one.id);
  }
  return { ...found, nodes };
}

/** A copy, because a buffer inside a message need not start on a multiple of eight bytes. */
function readNumbers(buffer: unknown, length: number): Float64Array | undefined {
  if (length === 0) return new Float64Array(0);
  const bytes = asBytes(buffer);
  if (!bytes || length > MOST_NUMBERS || bytes.byteLength !== 8 * length) return undefined;
  return new Float64Array(bytes.slice().buffer);
}

function asBytes(buffer: unknown): Uint8Array<ArrayBuffer> | undefined {
  if (buffer instanceof ArrayBuffer) return new Uint8Array(buffer);
  if (!ArrayBuffer.isView(buffer)) return undefined;
  return new Uint8Array(buffer.buffer as ArrayBuffer, buffer.byteOffset, buffer.byteLength);
}

/** What a saved notebook keeps of a view. */
export interface Bundle extends Heard {
  /** Name of the view: "Gradients". */
  readonly view: string;
}

const envelope = object<{ version: number; view: string; data: string }>({
  version: oneOf(VERSION),
  view: text(60),
  data: (value) => (typeof value === "string" && value.length <= 16 * MOST_NUMBERS ? value : undefined),
});

export function readBundle(json: unknown): Bundle | undefined {
  const found = envelope(json);
  if (!found) return undefined;
  const heard = readUpdate((json as { update?: unknown }).update, decoded(found.data));
  return heard && { ...heard, view: found.view };
}

function decoded(base64: string): Uint8Array | undefined {
  try {
    return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  } catch {
    return undefined;
  }
}

/** A run's id, as a widget's state or a bundle gives it. */
export const readRun: Read<string> = text(100);
