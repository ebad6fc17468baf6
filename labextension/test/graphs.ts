/** Graphs to lay out: what a first course meets, and random ones. */
import type { Graph, Layer, Node, NodeKind } from "../src/wire.ts";

type Shape = readonly number[];

/** Writes a Graph message op by op, as the recorder does. */
export class Sketch {
  readonly nodes: Node[] = [];
  readonly layers = new Map<string, Layer>();

  layer(path: string, kind: string, note = "", parameters = 0): string {
    this.layers.set(path, { path, kind, note, parameters });
    return path;
  }

  add(
    kind: NodeKind,
    op: string,
    name: string,
    layer: string,
    inputs: readonly number[],
    shape: Shape,
  ): number {
    const id = this.nodes.length + 1;
    const kept = kind === "op" ? ["input"] : [];
    const kept_bytes = kind === "op" ? 4 * shape.reduce((a, b) => a * b, 1) : 0;
    const line = kind === "op" ? `cell 4:${10 + (id % 30)}` : "";
    this.nodes.push({ id, kind, op, name, layer, inputs, shape, dtype: "float32", kept, kept_bytes, line });
    return id;
  }

  input(name: string, shape: Shape): number {
    return this.add("input", "", name, "", [], shape);
  }

  op(op: string, layer: string, inputs: readonly number[], shape: Shape): number {
    return this.add("op", op, op, layer, inputs, shape);
  }

  /** An op of a layer with parameters of its own. */
  call(
    op: string,
    layer: string,
    inputs: readonly number[],
    shape: Shape,
    parameters: Record<string, Shape>,
  ): number {
    const ids = Object.entries(parameters).map(([name, size]) =>
      this.parameter(`${layer}.${name}`, layer, size),
    );
    return this.op(op, layer, [...inputs, ...ids], shape);
  }

  parameter(name: string, layer: string, shape: Shape): number {
    const known = this.nodes.find((node) => node.name === name && node.kind === "parameter");
    return known?.id ?? this.add("parameter", "", name, layer, [], shape);
  }

  loss(op: string, inputs: readonly number[]): number {
    return this.add("loss", op, op, "", inputs, []);
  }

  done(key = 1): Graph {
    const ops = [...new Set(this.nodes.map((node) => node.op).filter(Boolean))];
    const rules = ops.map((op) => ({
      op,
      says: RULES.get(op)?.at(0) ?? `what ${op} says`,
      forward: RULES.get(op)?.at(1) ?? `y = ${op}(input)`,
      gradients: RULES.get(op)?.slice(2) ?? [`∂L/∂input = ${op}_back(g)`],
    }));
    return {
      is: "graph",
      key,
      step: 1,
      layers: [...this.layers.values()],
      nodes: this.nodes,
      rules,
      omitted: 0,
    };
  }
}

const RULES = new Map(
  Object.entries({
    relu: ["what is above zero, zero for the rest", "y = maximum(input, 0)", "∂L/∂input = g * (y > 0)"],
    linear: [
      "every output is a weighted sum of all inputs, plus a bias",
      "y = input @ weight.T + bias",
      "∂L/∂input = g @ weight",
      "∂L/∂weight = g.T @ input",
      "∂L/∂bias = sum(g, 0)",
    ],
    log_softmax: [
      "logarithms of probabilities",
      "y = input - logsumexp(input)",
      "∂L/∂input = g - exp(y) * sum(g)",
    ],
  }),
);

/** The network of the first notebook. */
export function cnn(batch = 64): Graph {
  const s = new Sketch();
  s.layer("", "Net", "", 52_138);
  s.layer("conv1", "Conv2d", "1, 32, kernel_size=(3, 3)", 320);
  s.layer("conv2", "Conv2d", "32, 64, kernel_size=(3, 3)", 18_496);
  s.layer("dropout1", "Dropout", "p=0.25");
  s.layer("fc1", "Linear", "256, 128", 32_896);
  s.layer("dropout2", "Dropout", "p=0.5");
  s.layer("fc2", "Linear", "128, 10", 1_290);
  let x = s.input("data", [batch, 1, 8, 8]);
  x = s.call("conv2d", "conv1", [x], [batch, 32, 6, 6], { weight: [32, 1, 3, 3], bias: [32] });
  x = s.op("relu", "", [x], [batch, 32, 6, 6]);
  x = s.call("conv2d", "conv2", [x], [batch, 64, 4, 4], { weight: [64, 32, 3, 3], bias: [64] });
  x = s.op("relu", "", [x], [batch, 64, 4, 4]);
  x = s.op("max_pool2d", "", [x], [batch, 64, 2, 2]);
  x = s.op("dropout", "dropout1", [x], [batch, 64, 2, 2]);
  x = s.op("flatten", "", [x], [batch, 256]);
  x = s.call("linear", "fc1", [x], [batch, 128], { weight: [128, 256], bias: [128] });
  x = s.op("relu", "", [x], [batch, 128]);
  x = s.op("dropout", "dropout2", [x], [batch, 128]);
  x = s.call("linear", "fc2", [x], [batch, 10], { weight: [10, 128], bias: [10] });
  x = s.op("log_softmax", "", [x], [batch, 10]);
  const target = s.input("target", [batch]);
  s.loss("nll_loss", [x, target]);
  return s.done();
}

export function mlp(): Graph {
  const s = new Sketch();
  s.layer("layers", "Sequential", "", 109_386);
  let x = s.input("x", [32, 784]);
  for (const [i, [a, b]] of [
    [784, 128],
    [128, 64],
    [64, 10],
  ].entries()) {
    const path = s.layer(`layers.${2 * i}`, "Linear", `${a}, ${b}`, (a ?? 0) * (b ?? 0) + (b ?? 0));
    x = s.call("linear", path, [x], [32, b ?? 0], { weight: [b ?? 0, a ?? 0], bias: [b ?? 0] });
    if (i < 2) x = s.op("relu", s.layer(`layers.${2 * i + 1}`, "ReLU"), [x], [32, b ?? 0]);
  }
  s.loss("cross_entropy", [x, s.input("y", [32])]);
  return s.done();
}

export function resnet(stages = [2, 2, 2, 2]): Graph {
  const s = new Sketch();
  s.layer("", "ResNet", "", 11_200_000);
  let x = s.input("images", [8, 3, 64, 64]);
  const conv = (path: string, input: number, shape: Shape): number => {
    s.layer(path, "Conv2d", "3×3", 9 * (shape[1] ?? 1) ** 2);
    return s.call("conv2d", path, [input], shape, { weight: [shape[1] ?? 1, shape[1] ?? 1, 3, 3] });
  };
  const norm = (path: string, input: number, shape: Shape): number => {
    s.layer(path, "BatchNorm2d", "", 2 * (shape[1] ?? 1));
    const mean = s.add("buffer", "", `${path}.running_mean`, path, [], [shape[1] ?? 1]);
    const spread = s.add("buffer", "", `${path}.running_var`, path, [], [shape[1] ?? 1]);
    return s.call("batch_norm", path, [input, mean, spread], shape, {
      weight: [shape[1] ?? 1],
      bias: [shape[1] ?? 1],
    });
  };
  x = conv("conv1", x, [8, 64, 32, 32]);
  x = norm("bn1", x, [8, 64, 32, 32]);
  x = s.op("relu", "", [x], [8, 64, 32, 32]);
  for (const [i, blocks] of stages.entries()) {
    s.layer(`layer${i + 1}`, "Sequential", "", 150_000 * 4 ** i);
    for (let b = 0; b < blocks; b++) {
      const path = s.layer(`layer${i + 1}.${b}`, "BasicBlock", "", 75_000 * 4 ** i);
      const shape = [8, 64 * 2 ** i, 32 / 2 ** i, 32 / 2 ** i];
      let y = conv(`${path}.conv1`, x, shape);
      y = norm(`${path}.bn1`, y, shape);
      y = s.op("relu", path, [y], shape);
      y = conv(`${path}.conv2`, y, shape);
      y = norm(`${path}.bn2`, y, shape);
      let skip = x;
      if (b === 0 && i > 0) {
        s.layer(`${path}.downsample`, "Sequential", "", 8_000);
        skip = conv(`${path}.downsample.0`, x, shape);
        skip = norm(`${path}.downsample.1`, skip, shape);
      }
      y = s.op("add", path, [y, skip], shape);
      x = s.op("relu", path, [y], shape);
    }
  }
  x = s.op("adaptive_avg_pool2d", s.layer("avgpool", "AdaptiveAvgPool2d"), [x], [8, 512, 1, 1]);
  x = s.op("flatten", "", [x], [8, 512]);
  s.layer("fc", "Linear", "512, 10", 5130);
  x = s.call("linear", "fc", [x], [8, 10], { weight: [10, 512], bias: [10] });
  s.loss("cross_entropy", [x, s.input("labels", [8])]);
  return s.done();
}

/** One block of self-attention, its embedding shared with the last layer, and two losses. */
export function attention(blocks = 1): Graph {
  const s = new Sketch();
  s.layer("", "Transformer", "", 420_000);
  const shape = [4, 16, 64];
  const tokens = s.input("tokens", [4, 16]);
  s.layer("embed", "Embedding", "1000, 64", 64_000);
  let x = s.call("embedding", "embed", [tokens], shape, { weight: [1000, 64] });
  const linear = (path: string, input: number): number => {
    s.layer(path, "Linear", "64, 64", 4160);
    return s.call("linear", path, [input], shape, { weight: [64, 64], bias: [64] });
  };
  for (let b = 0; b < blocks; b++) {
    const block = s.layer(`blocks.${b}`, "Block", "", 49_984);
    s.layer("blocks", "ModuleList", "", 49_984 * blocks);
    const path = s.layer(`${block}.attention`, "SelfAttention", "", 16_640);
    s.layer(`${block}.norm1`, "LayerNorm", "64", 128);
    const norm = s.call("layer_norm", `${block}.norm1`, [x], shape, { weight: [64], bias: [64] });
    const [q, k, v] = ["query", "key", "value"].map((name) => linear(`${path}.${name}`, norm));
    const heads = [q, k, v].map((id) =>
      s.op("transpose", path, [s.op("view", path, [id ?? 0], shape)], [4, 4, 16, 16]),
    );
    const turned = s.op("transpose", path, [heads[1] ?? 0], [4, 4, 16, 16]);
    let scores = s.op("matmul", path, [heads[0] ?? 0, turned], [4, 4, 16, 16]);
    scores = s.op("div", path, [scores, s.add("constant", "", "8.0", path, [], [])], [4, 4, 16, 16]);
    const weights = s.op("softmax", path, [scores], [4, 4, 16, 16]);
    const mixed = s.op("matmul", path, [weights, heads[2] ?? 0], [4, 4, 16, 16]);
    const out = linear(`${path}.out`, s.op("reshape", path, [mixed], shape));
    x = s.op("add", block, [x, out], shape);
    s.layer(`${block}.mlp`, "Sequential", "", 33_216);
    let y = linear(`${block}.mlp.0`, x);
    y = s.op("gelu", s.layer(`${block}.mlp.1`, "GELU"), [y], shape);
    y = linear(`${block}.mlp.2`, y);
    x = s.op("add", block, [x, y], shape);
  }
  const logits = s.op("linear", "head", [x, s.parameter("embed.weight", "embed", [1000, 64])], [4, 16, 1000]);
  s.layer("head", "TiedLinear", "64, 1000");
  const main = s.loss("cross_entropy", [logits, s.input("next", [4, 16])]);
  const extra = s.op("mean", "", [s.op("pow", "", [x], shape)], []);
  s.loss("add", [main, s.op("mul", "", [extra, s.add("constant", "", "0.01", "", [], [])], [])]);
  return s.done();
}

/** Many nodes: a net of stages, blocks and layers with skips. */
export function large(nodes: number): Graph {
  const s = new Sketch();
  let x = s.input("x", [1, 64]);
  for (let stage = 0; s.nodes.length < nodes; stage++) {
    s.layer(`stage${stage}`, "Stage", "", 100);
    for (let block = 0; block < 10 && s.nodes.length < nodes; block++) {
      const path = s.layer(`stage${stage}.${block}`, "Block", "", 10);
      const start = x;
      for (let i = 0; i < 4; i++) {
        const at = s.layer(`${path}.fc${i}`, "Linear", "64, 64", 4160);
        x = s.op("linear", at, [x, s.add("parameter", "", `${at}.weight`, at, [], [64, 64])], [1, 64]);
        x = s.op("relu", path, [x], [1, 64]);
      }
      x = s.op("add", path, [x, start], [1, 64]);
    }
  }
  s.loss("mse_loss", [x, s.input("y", [1, 64])]);
  return s.done();
}

/** Numbers that look random and are the same every time. */
export function dice(seed: number): () => number {
  let state = seed * 2654435761 + 1;
  return () => {
    state = (Math.imul(state ^ (state >>> 15), 2246822519) + 3266489917) | 0;
    return ((state ^ (state >>> 13)) >>> 0) / 4294967296;
  };
}

/** Any graph the wire can carry: layers entered again, shared weights, skips, several inputs and losses. */
export function random(seed: number, size = 40): Graph {
  const roll = dice(seed);
  const pick = (n: number): number => Math.floor(roll() * n);
  const s = new Sketch();
  const paths = ["", "a", "b", "a.x", "a.y", "b.x.deep", "c.0", "c.1", "c.2", "<img src=x onerror=alert(1)>"];
  const made = [s.input("x", [2, 3])];
  for (let i = 0; i < size; i++) {
    if (roll() < 0.06) made.push(s.input(`input ${i}`, [2]));
    if (roll() < 0.06) made.push(s.add("constant", "", "c", paths[pick(paths.length)] ?? "", [], []));
    const layer = paths[Math.floor((i / size) * paths.length * 0.7 + roll() * 3) % paths.length] ?? "";
    const recent = Math.max(0, made.length - 1 - pick(3));
    const inputs = roll() < 0.05 ? [] : [made[recent] ?? 1];
    if (roll() < 0.35) inputs.push(made[pick(made.length)] ?? 1);
    if (roll() < 0.4) inputs.push(s.parameter(`${layer}.w${pick(3)}`, layer, [3, 3]));
    if (roll() < 0.1)
      inputs.push(...Array.from({ length: 9 }, (_, k) => s.parameter(`${layer}.many${k}`, layer, [1])));
    made.push(s.op(["relu", "a_rather_long_name_of_an_op", "add"][pick(3)] ?? "add", layer, inputs, [2, 3]));
  }
  s.loss("loss", [made.at(-1) ?? 1, made[pick(made.length)] ?? 1]);
  s.loss("other loss", [made[pick(made.length)] ?? 1]);
  return s.done();
}
