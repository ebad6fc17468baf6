/** Call `look` when an element changes its size.  Returns a function that stops it. */
export function onResize(element: Element, look: () => void): () => void {
  const observer = new ResizeObserver(() => {
    try {
      look();
    } catch (error) {
      // Nobody could catch it there; the next draw meets the same trouble, and the panel says so.
      console.warn("VizGrad:", error);
    }
  });
  observer.observe(element);
  return () => observer.disconnect();
}
