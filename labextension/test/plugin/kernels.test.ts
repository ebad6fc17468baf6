import type { JupyterFrontEndPlugin } from "@jupyterlab/application";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { ANSWER_WITHIN } from "../../src/core/control.ts";
import { runs } from "../../src/core/runs.ts";
import { Store } from "../../src/core/store.ts";
import { commands } from "../../src/plugin/commands.ts";
import { kernels } from "../../src/plugin/kernels.ts";
import { FakeKernel, RUN, series, status, update } from "../fakes.ts";
import { FakeConnection, FakeNotebook, FakeTracker, fakeApp } from "../jupyter/kernel.ts";

let connection: FakeConnection;
let notebook: FakeNotebook;

const activate = (plugin: JupyterFrontEndPlugin, ...services: unknown[]) => {
  const { app, commands } = fakeApp();
  plugin.activate(app, ...services);
  return commands;
};

let count = 0;

beforeEach(() => {
  vi.useFakeTimers();
  RUN.id = `run-${++count}`;
  connection = new FakeConnection("kernel");
  notebook = new FakeNotebook(connection);
});

afterEach(() => {
  runs.lose("kernel");
  vi.useRealTimers();
});

const live = () => {
  const kernel = new FakeKernel();
  const store = new Store(kernel);
  kernel.say([status()]);
  runs.set(RUN.id, { store, home: "kernel" });
  return { kernel, store };
};

describe("the kernels of the notebooks", () => {
  beforeEach(() => {
    activate(kernels, new FakeTracker(notebook));
  });

  test.each(["restarting", "autorestarting", "dead"] as const)("%s: its runs are lost at once", (how) => {
    const { store } = live();
    connection.statusChanged.emit("busy");
    expect(store.contact).toBe("live");
    connection.statusChanged.emit(how);
    expect(store.contact).toBe("stale");
    expect(runs.get(RUN.id)).toBeUndefined();
  });

  test("what a kernel sent before it restarted does not bring its run back", () => {
    const { kernel, store } = live();
    connection.statusChanged.emit("restarting");
    kernel.say([status({ step: 9999 })]);
    connection.publish(update([status()], { keyframe: true, seq: 99 }));
    expect(store.contact).toBe("stale");
    expect(store.active).toBe(false);
    expect(runs.get(RUN.id)).toBeUndefined();
  });

  test("a new connection to the same kernel changes nothing", () => {
    const { store } = live();
    const again = new FakeConnection("kernel");
    notebook.sessionContext.kernelChanged.emit({ oldValue: connection, newValue: again });
    expect(store.contact).toBe("live");
    again.statusChanged.emit("dead");
    expect(store.contact).toBe("stale");
  });

  test("another kernel takes over: the old one's runs are lost, the new one is heard", () => {
    const { store } = live();
    const next = new FakeConnection("next");
    notebook.sessionContext.kernelChanged.emit({ oldValue: connection, newValue: next });
    expect(store.contact).toBe("stale");
    next.publish(update([status()], { keyframe: true, run: "run-next" }));
    expect(runs.at("next")?.run).toBe("run-next");
    runs.lose("next");
  });
});

describe("after a reload in the middle of a cell", () => {
  const keyframe = (step: number, seq = 5) =>
    update([status({ step }), series("loss", 1, { replace: true })], { keyframe: true, seq });
  const point = (y: number) => [Float64Array.of(1, y).buffer];

  beforeEach(() => {
    activate(kernels, new FakeTracker(notebook));
  });

  test("a keyframe brings the run back, updates keep it going", () => {
    connection.publish(update([status()], { seq: 4 }));
    expect(runs.get(RUN.id)).toBeUndefined();
    connection.publish(keyframe(7), point(0.5));
    connection.publish(update([series("loss", 1)], { seq: 6 }), point(0.4));
    expect([...(runs.get(RUN.id)?.curves.get("metric/loss")?.y ?? [])]).toEqual([0.5, 0.4]);
  });

  const sent = (verb: string) =>
    connection.sendShellMessage.mock.calls
      .map(([message]) => message)
      .filter(({ content }) => (content as { data: { content: { do: string } } }).data.content.do === verb);

  test("commands go into the queue of its widget, and a kernel that does not answer is interrupted", async () => {
    connection.publish(keyframe(7), point(0.5));
    runs.at("kernel")?.ask("stop");
    await vi.advanceTimersByTimeAsync(0);
    const [message] = sent("stop");
    expect(message?.content).toMatchObject({ comm_id: "comm-1", data: { method: "custom" } });
    expect(message?.header).toMatchObject({ msg_type: "comm_msg", session: "page" });
    expect(message?.header).not.toHaveProperty("subshell_id");
    await vi.advanceTimersByTimeAsync(ANSWER_WITHIN);
    expect(connection.interrupt).toHaveBeenCalledTimes(1);
  });

  test("commands go to a subshell, one for all of them, as soon as the kernel says that it has some", async () => {
    connection.supportsSubshells = true;
    connection.publish(keyframe(7), point(0.5));
    runs.at("kernel")?.ask("pause");
    await vi.advanceTimersByTimeAsync(0);
    expect(sent("pause")[0]?.header).toMatchObject({ subshell_id: "beside" });
    expect(connection.requestCreateSubshell).toHaveBeenCalledTimes(1);
  });

  test("messages of widgets that are there are not ours", () => {
    connection.comms.add("comm-1");
    connection.publish(keyframe(7), point(0.5));
    expect(runs.get(RUN.id)).toBeUndefined();
  });

  test("the widget's own store takes over, and the overheard one falls silent", () => {
    connection.publish(keyframe(7), point(0.5));
    const overheard = runs.get(RUN.id);
    const { store } = live();
    connection.publish(keyframe(8, 6), point(0.4));
    expect(runs.get(RUN.id)).toBe(store);
    expect(overheard?.status?.step).toBe(7);
    vi.advanceTimersByTime(60_000);
    expect(overheard?.contact).toBe("live");
  });

  test.each([
    ["another kind of message", { header: { msg_type: "stream" }, content: { text: "x" } }],
    ["no data", { header: { msg_type: "comm_msg" }, content: { comm_id: "x" } }],
    ["data that is nothing", { header: { msg_type: "comm_msg" }, content: { comm_id: "x", data: null } }],
    ["a widget's state", { header: { msg_type: "comm_msg" }, content: { data: { method: "update" } } }],
    ["a stranger's message", { header: { msg_type: "comm_msg" }, content: { data: { method: "custom" } } }],
  ])("%s is ignored", (_, message) => {
    expect(() => connection.iopubMessage.emit(message)).not.toThrow();
    expect(runs.at("kernel")).toBeUndefined();
  });
});

describe("the commands", () => {
  test("act on the run of the current notebook, where they make sense", () => {
    const palette = {
      items: [] as string[],
      addItem: ({ command }: { command: string }) => palette.items.push(command),
    };
    const added = activate(commands, new FakeTracker(notebook), palette);
    expect(palette.items).toEqual(["vizgrad:pause", "vizgrad:resume", "vizgrad:stop"]);
    const enabled = () => palette.items.filter((id) => added.get(id)?.isEnabled());
    expect(enabled()).toEqual([]);
    const { kernel } = live();
    expect(enabled()).toEqual(["vizgrad:pause", "vizgrad:stop"]);
    added.get("vizgrad:pause")?.execute();
    expect(kernel.asked("pause")).toHaveLength(1);
    kernel.acknowledge([status({ state: "paused" })]);
    expect(enabled()).toEqual(["vizgrad:resume", "vizgrad:stop"]);
  });

  test("do nothing where nothing runs", () => {
    const added = activate(commands, new FakeTracker(), null);
    expect(added.get("vizgrad:stop")?.isEnabled()).toBe(false);
    added.get("vizgrad:stop")?.execute();
  });
});
