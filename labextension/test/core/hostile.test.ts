import { describe, expect, test } from "vitest";
import { readBundle, readUpdate } from "../../src/core/hostile.ts";
import { memory, series, status, update } from "../fakes.ts";

const bytes = (...numbers: number[]) => new Uint8Array(Float64Array.from(numbers).buffer);
const base64 = (...numbers: number[]) => btoa(String.fromCharCode(...bytes(...numbers)));
const graph = (more: object = {}) => ({
  is: "graph",
  key: 1,
  step: 1,
  layers: [{ path: "fc1", kind: "Linear", note: "2, 3", parameters: 9 }],
  nodes: [node(0), node(1, { inputs: [0] })],
  rules: [],
  omitted: 0,
  ...more,
});
const node = (id: number, more: object = {}) => ({
  id,
  kind: "op",
  op: "exp",
  name: "exp",
  layer: "fc1",
  inputs: [],
  shape: [2, 3],
  dtype: "float32",
  kept: ["y"],
  kept_bytes: 24,
  line: "train.py:12",
  ...more,
});
const send = (parts: readonly unknown[], buffer?: unknown, more: object = {}) =>
  readUpdate({ ...update([]), parts, ...more }, buffer);

describe("an honest update", () => {
  test("passes as it is", () => {
    const heard = send([status(), series("loss", 1), memory(), graph()], bytes(1, 0.5));
    expect(heard?.update.parts.map(({ is }) => is)).toEqual(["status", "series", "memory", "graph"]);
    expect([...(heard?.points ?? [])]).toEqual([1, 0.5]);
  });

  test("may have its buffer at an odd place", () => {
    const wide = new Uint8Array(17);
    wide.set(bytes(1, 0.5), 1);
    const heard = send([series("loss", 1)], new DataView(wide.buffer, 1, 16));
    expect([...(heard?.points ?? [])]).toEqual([1, 0.5]);
  });
});

describe("an update that is not what the wire says", () => {
  test.each([
    ["nothing", null],
    ["a text", "update"],
    ["another version", { ...update([]), version: 2 }],
    ["another kind", { ...update([]), is: "command" }],
    ["a negative number", { ...update([]), seq: -1 }],
    ["a number beyond all", { ...update([]), seq: Number.POSITIVE_INFINITY }],
    ["a run that is no text", { ...update([]), run: { id: "x" } }],
    ["parts that are no list", { ...update([]), parts: { length: 3 } }],
    ["too many parts", { ...update([]), parts: new Array(100_000).fill(status()) }],
  ])("%s is ignored", (_, message) => {
    expect(readUpdate(message, undefined)).toBeUndefined();
  });

  test.each([
    ["a buffer that is too short", [series("loss", 2)], bytes(1, 2, 3)],
    ["no buffer", [series("loss", 2)], undefined],
    ["a buffer that is a text", [series("loss", 1)], "12345678"],
    ["a series without end", [series("loss", 1e15)], bytes(1)],
    ["a series with half a point", [series("loss", 0.5)], bytes(1)],
  ])("%s is ignored", (_, parts, buffer) => {
    expect(send(parts, buffer)).toBeUndefined();
  });

  test.each([
    ["an unknown part", { is: "script", code: "alert(1)" }],
    ["a status in an unknown state", status({ state: "evil" as "live" })],
    ["a status with a step that is a text", { ...status(), step: "12" }],
    ["memory with rows missing", memory({ now: [1] })],
    ["memory with negative bytes", memory({ now: [1, -1] })],
    ["a graph without nodes", graph({ nodes: undefined })],
    ["nothing", null],
  ])("%s is left out and the rest stays", (_, part) => {
    expect(send([part, status()])?.update.parts).toEqual([status()]);
  });

  test("texts are cut, and cleaned of what is not text", () => {
    const name = `a\nb\u0000\u202e${"x".repeat(10_000)}\ud800`;
    const part = send([series(name, 0)])?.update.parts[0];
    expect(part?.is === "series" && part.name.length).toBe(300);
    expect(part?.is === "series" && part.name.startsWith("a b\ufffd\ufffdx")).toBe(true);
  });

  test("a graph has no circles, no strangers and no twins", () => {
    const nodes = [node(0, { inputs: [1, 7] }), node(1, { inputs: [0, 1] }), node(1), { id: 2 }];
    const part = send([graph({ nodes })])?.update.parts[0];
    expect(part?.is === "graph" && part.nodes.map(({ id, inputs }) => [id, ...inputs])).toEqual([
      [0],
      [1, 0],
    ]);
  });

  test("fields that the wire does not know do not pass", () => {
    const part = send([{ ...status(), onclick: "alert(1)" }])?.update.parts[0];
    expect(part).toEqual(status());
  });
});

describe("a saved view", () => {
  const saved = (more: object = {}) => ({
    version: 1,
    view: "Gradients",
    run: "run-1",
    title: "Net",
    update: update([series("loss", 1)], { keyframe: true }),
    data: base64(1, 0.5),
    ...more,
  });

  test("comes back", () => {
    const bundle = readBundle(saved());
    expect(bundle?.view).toBe("Gradients");
    expect([...(bundle?.points ?? [])]).toEqual([1, 0.5]);
  });

  test.each([
    ["nothing", undefined],
    ["a list", []],
    ["another version", saved({ version: 7 })],
    ["data that is not base64", saved({ data: "<script>" })],
    ["data that does not fit", saved({ data: base64(1, 2, 3) })],
    ["data that is a list", saved({ data: [1, 2] })],
    ["no update", saved({ update: undefined })],
    ["a view that is no name", saved({ view: 3 })],
  ])("%s is ignored", (_, json) => {
    expect(readBundle(json)).toBeUndefined();
  });
});
