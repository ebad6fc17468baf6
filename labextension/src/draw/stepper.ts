/** A paused program: where it waits, the graph with that place in it, everything about one event, and how to go on. */
import type { Store } from "../core/store.ts";
import { t } from "../core/words.ts";
import { h, setText } from "./dom.ts";
import { lazy } from "./lazy.ts";
import { guarded, type MakePanel, type Panel } from "./panel.ts";
import { scrubber } from "./scrubber.ts";
import { act, actionOf } from "./stepper-actions.ts";
import { stepperBar } from "./stepper-bar.ts";
import { breaksPanel } from "./stepper-breaks.ts";
import { cardPanel } from "./stepper-card.ts";
import { differencePanel } from "./stepper-difference.ts";
import { editPanel } from "./stepper-edit.ts";
import { eventsPanel } from "./stepper-events.ts";
import { type Fold, folds } from "./stepper-folds.ts";
import { Looking } from "./stepper-show.ts";

const graph = lazy(() => import("./graph.ts").then(({ graphPanel }) => graphPanel));

export const stepperPanel: MakePanel = (store) => {
  const looking = new Looking(store, () => {
    for (const panel of [bar, scrub, card]) panel.draw();
  });
  const bar = guarded(store, () => stepperBar(store, looking));
  const picture = guarded(store, graph);
  const card = guarded(store, () => cardPanel(store, looking));
  const scrub = guarded(store, () => scrubber(store, looking));
  const below = folds(store, foldsOf(looking));
  const empty = firstWords();
  const main = h(
    "div",
    { class: "vg-stepper-main" },
    h("div", { class: "vg-stepper-graph" }, picture.element),
    h("div", { class: "vg-stepper-card" }, card.element),
  );
  const element = h(
    "section",
    {
      class: "vg-section vg-stepper",
      tabindex: -1,
      "aria-label": t("Stepper"),
      "data-lm-suppress-shortcuts": "true",
    },
    bar.element,
    empty,
    main,
    scrub.element,
    below.element,
  );
  element.addEventListener("keydown", (event) => onKey(event, store, looking));
  // The graph first: it asks for its size, which is dear once the card has been written anew.
  const panels: Panel[] = [bar, picture, card, scrub];
  return {
    element,
    draw() {
      const known = store.stepping.pause !== undefined;
      empty.hidden = known;
      for (const part of [main, scrub.element, below.element]) part.hidden = !known;
      main.classList.toggle("vg-no-graph", !store.graph);
      main.classList.toggle("vg-no-card", !store.stepping.card);
      looking.draw();
      for (const panel of known ? panels : [bar]) panel.draw();
      if (known) below.draw();
    },
    close() {
      for (const panel of [...panels, below]) panel.close();
    },
  };
};

function foldsOf(looking: Looking): Fold[] {
  const opens = (store: Store) => store.stepping.difference !== undefined;
  return [
    { name: "edit", word: () => t("Edit"), make: editPanel },
    {
      name: "breaks",
      word: ({ stepping }) => counted(t("Breakpoints"), stepping.pause?.breaks.length ?? 0),
      make: breaksPanel,
    },
    { name: "difference", word: () => t("Difference"), make: differencePanel, opens },
    {
      name: "events",
      word: ({ stepping }) => counted(t("Events"), stepping.events.length),
      make: (store) => eventsPanel(store, looking),
    },
  ];
}

const counted = (word: string, count: number): string => (count > 0 ? `${word} (${count})` : word);

/** Before anything was stepped through: what will appear, and what to run. */
function firstWords(): HTMLElement {
  const code = h("code", {});
  setText(
    code,
    "with vg.step(model, optimizer):\n    loss = criterion(model(x), target)\n    loss.backward()\n    optimizer.step()",
  );
  const says = t(
    "A pass, one event at a time: each op, each node of the backward pass, each update of a parameter, with its formula and its numbers. Put your training step into a block and run it:",
  );
  return h("div", { class: "vg-empty vg-stepper-empty" }, h("p", {}, says), h("pre", {}, code));
}

const FIELDS = "input, select, textarea, [contenteditable]";

/** Keys count where they do nothing else. */
function onKey(event: KeyboardEvent, store: Store, looking: Looking): void {
  const target = event.target instanceof Element ? event.target : undefined;
  if (event.defaultPrevented || target?.closest(FIELDS)) return;
  const action = actionOf(event);
  if (!action) return;
  // The browser's own meaning of a function key is not wanted here, whether or not ours makes sense now.
  event.preventDefault();
  event.stopPropagation();
  act(store, action.name, looking);
}
