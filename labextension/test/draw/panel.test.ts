import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Store } from "../../src/core/store.ts";
import { h, svg } from "../../src/draw/dom.ts";
import { type MakePanel, mount } from "../../src/draw/panel.ts";
import { FakeKernel, status } from "../fakes.ts";

let kernel: FakeKernel;
let store: Store;
let host: HTMLElement;

beforeEach(() => {
  vi.useFakeTimers();
  kernel = new FakeKernel();
  store = new Store(kernel);
  host = document.body.appendChild(h("div"));
});

afterEach(() => {
  store.close();
  host.remove();
  vi.useRealTimers();
});

const frame = () => vi.advanceTimersByTime(20);

test("a panel is drawn once per frame, and not after it is gone", () => {
  const draw = vi.fn();
  const close = vi.fn();
  const unmount = mount(host, store, () => ({ element: h("p", {}, "hello"), draw, close }));
  frame();
  kernel.say([status()]);
  kernel.say([status()]);
  frame();
  expect(draw).toHaveBeenCalledTimes(2);
  expect(host.textContent).toBe("hello");
  kernel.say([status()]);
  unmount();
  frame();
  expect(draw).toHaveBeenCalledTimes(2);
  expect(close).toHaveBeenCalledTimes(1);
  expect(host.childElementCount).toBe(0);
});

test("a change of theme draws again", async () => {
  const draw = vi.fn();
  const unmount = mount(host, store, () => ({ element: h("p"), draw, close() {} }));
  frame();
  document.body.setAttribute("data-jp-theme-light", "false");
  await Promise.resolve();
  frame();
  expect(draw).toHaveBeenCalledTimes(2);
  unmount();
});

test("a panel that throws says so, leaves its neighbour alone, and comes back", () => {
  vi.spyOn(console, "warn").mockImplementation(() => {});
  let fails = true;
  const moody: MakePanel = () => ({
    element: h("p", {}, "fine"),
    draw() {
      if (fails) throw new Error("no <b>pen</b>");
    },
    close() {},
  });
  mount(host, store, moody);
  mount(host, store, () => ({ element: h("p", {}, "neighbour"), draw() {}, close() {} }));
  frame();
  expect(host.textContent).toBe("This view could not be drawn: no <b>pen</b>.neighbour");
  expect(host.querySelector("b")).toBeNull();
  fails = false;
  kernel.say([status()]);
  frame();
  expect(host.textContent).toBe("fineneighbour");
});

test("a panel that cannot even be made says so", () => {
  vi.spyOn(console, "warn").mockImplementation(() => {});
  const unmount = mount(host, store, () => {
    throw new Error("no paper");
  });
  frame();
  expect(host.textContent).toContain("no paper");
  unmount();
});

test("elements take text as text", () => {
  const evil = "<img src=x onerror=alert(1)>";
  const element = h(
    "p",
    { title: evil, hidden: false, "data-n": 3 },
    evil,
    svg("title", {}, evil),
    undefined,
  );
  expect(element.querySelector("img")).toBeNull();
  expect(element.textContent).toBe(evil + evil);
  expect(element.getAttribute("title")).toBe(evil);
  expect(element.hasAttribute("hidden")).toBe(false);
  expect(() => h("p", { onclick: "alert(1)" })).toThrow(TypeError);
});
