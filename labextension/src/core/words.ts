/** Every string that a person reads goes through `t`, so that the page can speak other languages. */
type Translate = (text: string) => string;

let translate: Translate = (text) => text;

/** Let `t` look up its texts with `how`, e.g. JupyterLab's translator. */
export function speak(how: Translate): void {
  translate = how;
}

/** The text in the reader's language, `{0}`, `{1}`… replaced by the values. */
export function t(text: string, ...values: readonly (string | number)[]): string {
  return translate(text).replace(/\{(\d+)\}/g, (hole, i) => String(values[Number(i)] ?? hole));
}
