/** What a reader can do in the stepper, each with its word, its keys and when it makes sense. */
import type { Store } from "../core/store.ts";
import { t } from "../core/words.ts";
import type { StepVerb } from "../wire.ts";
import type { IconName } from "./icons.ts";
import type { Looking } from "./stepper-show.ts";
import { listens } from "./stepper-words.ts";

export type ActionName =
  | "back"
  | "forth"
  | "step"
  | "over"
  | "out"
  | "backward"
  | "update"
  | "continue"
  | "stop";

export interface Action {
  readonly name: ActionName;
  readonly icon: IconName;
  readonly word: string;
  readonly help: string;
  /** As `KeyboardEvent.key`, with "Shift+" before it where that is held; the first is shown. */
  readonly keys: readonly string[];
}

type Said = Pick<Action, "word" | "help">;

/** The same as words; a function, because the language may be known later than this file. */
const said = (): Record<ActionName, Said> => ({
  back: { word: t("Back"), help: t("Look at the event before; the program stays where it is") },
  forth: { word: t("Forward"), help: t("Look at the event after, up to where the program waits") },
  step: { word: t("Step"), help: t("Run this event and pause before the next") },
  over: { word: t("Over layer"), help: t("Run to the end of this layer") },
  out: { word: t("Out"), help: t("Run out of this layer, into the one around it") },
  backward: { word: t("To backward"), help: t("Run to the next backward pass") },
  update: { word: t("To update"), help: t("Run to the next update of a parameter") },
  continue: { word: t("Continue"), help: t("Run on, up to the next breakpoint") },
  stop: { word: t("Stop"), help: t("Stop the training: the model stays usable") },
});

const KEYS: Record<ActionName, { readonly icon: IconName; readonly keys: readonly string[] }> = {
  back: { icon: "back", keys: ["b", "ArrowLeft"] },
  forth: { icon: "forth", keys: ["ArrowRight"] },
  step: { icon: "stepping", keys: ["s", "F11"] },
  over: { icon: "over", keys: ["o", "F10"] },
  out: { icon: "out", keys: ["u", "Shift+F11"] },
  backward: { icon: "toBackward", keys: ["g"] },
  update: { icon: "toUpdate", keys: ["n"] },
  continue: { icon: "resume", keys: ["c", "F8"] },
  stop: { icon: "stopped", keys: ["x", "Shift+F5"] },
};

const GROUPS: readonly (readonly ActionName[])[] = [
  ["back", "forth"],
  ["step", "over", "out"],
  ["backward", "update"],
  ["continue", "stop"],
];

/** In groups, as they stand in the bar. */
export function actions(): Action[][] {
  const words = said();
  return GROUPS.map((group) => group.map((name) => ({ name, ...KEYS[name], ...words[name] })));
}

/** The action that a key stands for. */
export function actionOf(event: KeyboardEvent): Action | undefined {
  if (event.ctrlKey || event.metaKey || event.altKey) return undefined;
  const key = event.shiftKey ? `Shift+${event.key}` : event.key;
  return actions()
    .flat()
    .find(({ keys }) => keys.includes(key));
}

/** Whether it would do something now. */
export function can(store: Store, name: ActionName, looking: Looking): boolean {
  const { stepping } = store;
  const { pause } = stepping;
  if (name === "stop") return store.active && store.mode !== "none" && store.pending !== "stop";
  if (!pause || !listens(store)) return false;
  if (name === "back") return looking.at > stepping.first;
  if (name === "forth") return looking.at < pause.at;
  return !moving(store);
}

/** The program was asked to move and has not arrived yet. */
export function moving({ pending }: Store): boolean {
  return pending !== undefined && MOVES.has(pending);
}

const MOVES: ReadonlySet<string> = new Set([
  "step",
  "over",
  "out",
  "to",
  "backward",
  "update",
  "continue",
  "rewind",
  "stop",
]);

export function act(store: Store, name: ActionName, looking: Looking): void {
  if (!can(store, name, looking)) return;
  if (name === "stop") store.ask("stop");
  else if (name === "back") looking.show(looking.at - 1);
  else if (name === "forth") looking.show(looking.at + 1);
  else store.stepping.ask({ do: name satisfies StepVerb });
}

/** A key as it is printed on it. */
export const keyName = (key: string): string =>
  key
    .replace("ArrowLeft", "←")
    .replace("ArrowRight", "→")
    .replace(/^[a-z]$/, (letter) => letter.toUpperCase());
