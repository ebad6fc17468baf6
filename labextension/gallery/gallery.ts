/**
 * Every component in every state, from generated runs.
 *
 * `?theme=dark` chooses the theme, `?only=live,nan` the states, `?view=Curves` the views, `?play` lets runs grow.
 */
import { Store } from "../src/core/store.ts";
import { barPanel } from "../src/draw/bar.ts";
import { curvesPanel } from "../src/draw/curves.ts";
import { dashboardPanel } from "../src/draw/dashboard.ts";
import { h } from "../src/draw/dom.ts";
import { gradientsPanel } from "../src/draw/gradients.ts";
import { graphPanel } from "../src/draw/graph.ts";
import { memoryPanel } from "../src/draw/memory.ts";
import { type MakePanel, mount } from "../src/draw/panel.ts";
import { ratesPanel } from "../src/draw/rates.ts";
import { stepperPanel } from "../src/draw/stepper.ts";
import { breaksPanel } from "../src/draw/stepper-breaks.ts";
import { differencePanel } from "../src/draw/stepper-difference.ts";
import { editPanel } from "../src/draw/stepper-edit.ts";
import { sourceOf } from "./data.ts";
import { type StepperStory, stepperSource, stepperStories } from "./stepper.ts";
import { type StepStory, stepSource, stepStories } from "./steps.ts";
import { type Specimen, specimens } from "./stories.ts";

const PANELS: Record<string, MakePanel> = {
  Dashboard: dashboardPanel,
  Curves: curvesPanel,
  Rates: ratesPanel,
  Gradients: gradientsPanel,
  Memory: memoryPanel,
  Graph: graphPanel,
  Bar: barPanel,
  Edit: editPanel,
  Breakpoints: breaksPanel,
  Difference: differencePanel,
  Stepper: stepperPanel,
};

const wishes = new URLSearchParams(location.search);
const chosen = (key: string): string[] | undefined => wishes.get(key)?.split(",");

function show(specimen: Specimen): void {
  const { name, says, contact } = specimen;
  const live = wishes.has("play") && contact === undefined;
  const store = new Store(sourceOf(name, specimen, live), contact === "replay" ? { contact } : {});
  if (contact === "stale") {
    store.contact = "stale";
    store.since = new Date(2026, 0, 5, 12, 4, 9).getTime();
  }
  place(store, name, says, chosen("view") ?? specimen.views ?? []);
}

function showSteps(story: StepStory): void {
  const { name, says, contact, views } = story;
  const wanted = chosen("view")?.filter((view) => views.includes(view)) ?? views;
  place(new Store(stepSource(story), contact ? { contact } : {}), name, says, wanted);
}

function showStepper(story: StepperStory): void {
  const { name, says, contact } = story;
  place(
    new Store(stepperSource(story), contact ? { contact } : {}),
    name,
    says,
    chosen("view") ?? ["Stepper"],
  );
}

function place(store: Store, name: string, says: string, views: readonly string[]): void {
  for (const view of views) {
    const panel = PANELS[view];
    const place = h("div", { class: "place" });
    document.body.append(
      h(
        "section",
        { class: "specimen", id: `${name}-${view}` },
        h("h2", {}, `${view}: ${name}`),
        h("p", { class: "says" }, says),
        place,
      ),
    );
    if (panel) mount(place, store, panel);
  }
}

function theme(dark: boolean): void {
  document.body.dataset.jpThemeLight = String(!dark);
}

const swap = h(
  "button",
  { onclick: () => theme(document.body.dataset.jpThemeLight === "true") },
  "light / dark",
);
const links = [...specimens, ...stepStories, ...stepperStories].map(({ name }) =>
  h("a", { href: `?only=${name}` }, name),
);
document.body.append(h("nav", { class: "controls" }, swap, h("a", { href: "?" }, "all"), ...links));
theme(wishes.get("theme") === "dark");
for (const specimen of specimens) {
  if (chosen("only")?.includes(specimen.name) ?? true) show(specimen);
}
for (const story of stepStories) {
  if (chosen("only")?.includes(story.name) ?? true) showSteps(story);
}
for (const story of stepperStories) {
  if (chosen("only")?.includes(story.name) ?? true) showStepper(story);
}
