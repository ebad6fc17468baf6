/** What browsers have and jsdom has not. */
class NoResizes {
  observe(): void {}
  unobserve(): void {}
  disconnect(): void {}
}

globalThis.ResizeObserver ??= NoResizes;
globalThis.matchMedia ??= (media: string) =>
  Object.assign(new EventTarget(), {
    media,
    matches: false,
    onchange: null,
    addListener() {},
    removeListener() {},
  }) as MediaQueryList;

// Views draw their words and tables without a canvas; the canvas itself is looked at in a browser.
HTMLCanvasElement.prototype.getContext = () => null;
