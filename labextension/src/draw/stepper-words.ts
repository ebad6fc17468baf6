/** What the stepper says about where the program is. */
import type { Store } from "../core/store.ts";
import { t } from "../core/words.ts";
import type { Event } from "../wire.ts";
import { bytes, step } from "./format.ts";
import { listens as waits } from "./stepper-form.ts";

/** Whether the program waits and hears this page. */
export const listens = (store: Store): boolean => waits(store);

/** Something was stepped through, or is about to be. */
export const isStepped = ({ stepping, status }: Store): boolean =>
  stepping.pause !== undefined || status?.state === "stepping";

/** What a pause says without saying anything. */
const USUAL: ReadonlySet<string> = new Set(["", "step", "asked for"]);

/** "Paused before linear in fc1 · event 41 of about 96 · forward". */
export function sentence(store: Store): string {
  const { stepping, status } = store;
  const { pause } = stepping;
  if (!pause) {
    return status?.state === "stepping"
      ? t("Pausing at the next event")
      : t("Nothing was stepped through yet");
  }
  if (isOver(store) && !pause.failed) return over(store);
  const event = pause.at < 0 ? stepping.shown : stepping.waiting;
  const parts = [
    standing(store, event),
    event ? numbered(store, event.number) : "",
    event ? t(event.phase) : "",
  ];
  return parts.filter(Boolean).join(" · ");
}

/** The program goes no further. */
const isOver = ({ stepping, status }: Store): boolean =>
  stepping.pause !== undefined &&
  (status?.state === "finished" || status?.state === "stopped" || status?.state === "failed");

function over({ stepping }: Store): string {
  const { shown, events } = stepping;
  const parts = [
    t("Over after {0} events", step((events.at(-1)?.number ?? -1) + 1)),
    shown ? t("the last was {0}", titleOf(shown)) : "",
  ];
  return parts.filter(Boolean).join(" · ");
}

function standing({ stepping, contact }: Store, event: Event | undefined): string {
  const { pause } = stepping;
  const name = event ? titleOf(event) : "";
  if (!pause || (pause.at < 0 && !pause.failed)) {
    return name ? t("Running; the last event looked at was {0}", name) : t("Running");
  }
  if (pause.failed) return t("{0} raised an error", name);
  const was = contact === "replay";
  if (pause.after) return was ? t("Was paused after {0}", name) : t("Paused after {0}", name);
  return was ? t("Was paused before {0}", name) : t("Paused before {0}", name);
}

/** "event 41 of about 96": events have one number, here and in Python. */
function numbered({ stepping }: Store, number: number): string {
  const { begins, expected } = stepping.pause ?? { begins: 0, expected: 0 };
  const about = begins + expected;
  return number < about
    ? t("event {0} of about {1}", step(number), step(about))
    : t("event {0}", step(number));
}

export function titleOf({ name, layer, phase }: Event): string {
  if (phase === "update") return t("the update of {0}", name);
  return layer === "" ? name : t("{0} in {1}", name, layer);
}

/** What made it pause, what it waits to do, what it could not do. */
export function reasons(store: Store): string[] {
  const { pause } = store.stepping;
  if (!pause) return [];
  const over = pause.at < 0 && !pause.failed;
  const why = USUAL.has(pause.why) || over ? "" : pause.why;
  const edits = pause.edits.length > 0 ? t("Edited here, and not yet run: {0}", pause.edits.join(", ")) : "";
  const rewound =
    pause.note === "" && pause.at >= 0 && pause.at < pause.frontier
      ? t(
          "Rewound: the program itself waits at event {0}; stepping runs the recorded events again.",
          step(pause.frontier),
        )
      : "";
  return [why, rewound, edits, pause.note].filter((text) => text !== "");
}

/** How far back values are at hand. */
export function memoryLine({ stepping }: Store): string {
  const { pause } = stepping;
  if (!pause) return "";
  const used = t("{0} of {1} hold values for looking back", bytes(pause.held), bytes(pause.budget));
  if (pause.oldest <= stepping.first) return used;
  const again = t("values before event {0} are computed again when looked at", step(pause.oldest));
  return `${used} · ${again}`;
}
