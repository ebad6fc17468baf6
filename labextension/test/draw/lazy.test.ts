import { beforeEach, expect, test, vi } from "vitest";
import { Store } from "../../src/core/store.ts";
import { h } from "../../src/draw/dom.ts";
import { lazy } from "../../src/draw/lazy.ts";
import type { MakePanel } from "../../src/draw/panel.ts";
import { FakeKernel } from "../fakes.ts";

let store: Store;
const draw = vi.fn();
const close = vi.fn();
const late: MakePanel = () => ({ element: h("p", {}, "late"), draw, close });

beforeEach(() => {
  store = new Store(new FakeKernel(), { contact: "replay" });
  draw.mockReset();
  close.mockReset();
});

test("a panel appears when its code has come", async () => {
  const panel = lazy(async () => late)(store);
  panel.draw();
  expect(panel.element.getAttribute("aria-busy")).toBe("true");
  await vi.waitFor(() => expect(panel.element.textContent).toBe("late"));
  expect(panel.element.hasAttribute("aria-busy")).toBe(false);
  panel.draw();
  expect(draw).toHaveBeenCalledTimes(2);
  panel.close();
  expect(close).toHaveBeenCalledTimes(1);
});

test("a panel that was closed meanwhile is not made", async () => {
  const make = vi.fn(late);
  const code = Promise.resolve(make);
  const panel = lazy(() => code)(store);
  panel.close();
  await code;
  expect(make).not.toHaveBeenCalled();
});

test("code that does not come is said to be missing", async () => {
  vi.spyOn(console, "warn").mockImplementation(() => {});
  const panel = lazy(() => Promise.reject(new Error("no such file")))(store);
  await vi.waitFor(() => expect(panel.element.textContent).toContain("no such file"));
});
