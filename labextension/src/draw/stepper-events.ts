/** The events as a table, around the one that is looked at: the text twin of graph and scrubber. */
import type { Store } from "../core/store.ts";
import { t } from "../core/words.ts";
import type { Event } from "../wire.ts";
import { h, setText } from "./dom.ts";
import { step } from "./format.ts";
import type { Panel } from "./panel.ts";
import type { Looking } from "./stepper-show.ts";
import { listens } from "./stepper-words.ts";

/** More rows than these take time to write and to read. */
export const ROWS = 200;

export function eventsPanel(store: Store, looking: Looking): Panel {
  const says = h("p", { class: "vg-line" });
  const body = h("tbody", {});
  const column = (text: string): HTMLElement => h("th", { scope: "col" }, text);
  const names = [t("event"), t("phase"), t("name"), t("layer"), t("line"), ""];
  const table = h(
    "table",
    { class: "vg-table vg-events" },
    h("caption", { class: "vg-unseen" }, t("Events")),
    h("thead", {}, h("tr", {}, ...names.map(column))),
    body,
  );
  let written: readonly unknown[] = [];
  return {
    element: h(
      "section",
      { class: "vg-form vg-events-form", "aria-label": t("Events") },
      h("h4", {}, t("Events")),
      says,
      table,
    ),
    draw() {
      const { events, pause } = store.stepping;
      const now = [events, pause?.at, pause?.shown, listens(store)];
      if (now.every((value, i) => value === written[i]) && written.length > 0) return;
      written = now;
      const shown = windowOf(events, pause?.shown ?? -1);
      setText(says, summary(events, shown));
      const held = body.contains(document.activeElement) ? document.activeElement?.textContent : undefined;
      body.replaceChildren(...shown.map((event) => row(event, store, looking)));
      if (held)
        for (const button of body.querySelectorAll("button")) if (button.textContent === held) button.focus();
    },
    close() {},
  };
}

function summary(events: readonly Event[], shown: readonly Event[]): string {
  if (events.length === 0) return t("No event yet.");
  if (shown.length === events.length) return t("All {0} events, oldest first.", step(events.length));
  return t("{0} of {1} events, around the one that is looked at.", step(shown.length), step(events.length));
}

/** At most so many, around one of them. */
export function windowOf(events: readonly Event[], number: number): readonly Event[] {
  const place = events.findIndex((event) => event.number >= number);
  const middle = place < 0 ? events.length : place;
  const from = Math.max(0, Math.min(middle - ROWS / 2, events.length - ROWS));
  return events.slice(from, from + ROWS);
}

function row(event: Event, store: Store, looking: Looking): HTMLElement {
  const { pause } = store.stepping;
  const shown = event.number === pause?.shown;
  const there = event.number === pause?.at ? t("waits here") : "";
  const marks = [there, event.mark === "" ? "" : t(event.mark)].filter(Boolean).join(", ");
  const name = step(event.number);
  const look = (): void => looking.show(event.number);
  const props = { class: "vg-link", type: "button", title: t("Look at this event"), onclick: look };
  const cell = listens(store) && event.number <= (pause?.at ?? -1) ? h("button", props, name) : name;
  const indent = event.inside >= 0 ? "  " : "";
  return h(
    "tr",
    { "data-phase": event.phase, "aria-current": shown ? "true" : undefined },
    h("th", { scope: "row" }, cell),
    h("td", {}, t(event.phase)),
    h("td", {}, h("code", {}, indent + event.name)),
    h("td", {}, event.layer),
    h("td", {}, event.line),
    h("td", {}, marks),
  );
}
