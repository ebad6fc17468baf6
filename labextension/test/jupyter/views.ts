/** Two views, in place of the ones that build.mjs gathers. */
import { h, setText } from "../../src/draw/dom.ts";
import type { MakePanel } from "../../src/draw/panel.ts";

const steps: MakePanel = (store) => {
  const element = h("p");
  return { element, draw: () => setText(element, `${store.contact} ${store.status?.step}`), close() {} };
};

export default [
  { name: "Steps", panel: steps },
  {
    name: "Broken",
    panel: () => {
      throw new Error("broken");
    },
  },
];
