/** Two views, in place of the ones that build.mjs gathers. */
import { h, setText } from "../../src/draw/dom.ts";
import type { MakePanel } from "../../src/draw/panel.ts";

const steps: MakePanel = (store) => {
  const element = h("p");
  return { element, draw: () => setText(element, `${store.contact} ${store.status?.step}`), close() {} };
};

const broken: MakePanel = () => {
  throw new Error("broken");
};

export default new Map([
  ["Steps", steps],
  ["Broken", broken],
]);
