/** Elements without HTML text: user strings get in through textContent and setAttribute only. */
type Value = string | number | boolean | undefined | ((event: Event) => void);
export type Props = { readonly [name: string]: Value };
export type Child = Node | string | undefined;

const SVG = "http://www.w3.org/2000/svg";

/** An HTML element: `h("button", { class: "vg-x", onclick: act }, "Pause")`.  `false` leaves an attribute out. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  props: Props = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  return filled(document.createElement(tag), props, children);
}

/** The same for SVG. */
export function svg<K extends keyof SVGElementTagNameMap>(
  tag: K,
  props: Props = {},
  ...children: readonly Child[]
): SVGElementTagNameMap[K] {
  return filled(document.createElementNS(SVG, tag), props, children);
}

function filled<E extends Element>(element: E, props: Props, children: readonly Child[]): E {
  for (const [name, value] of Object.entries(props)) {
    if (typeof value === "function") element.addEventListener(name.replace(/^on/, ""), value);
    else if (/^on/i.test(name)) throw new TypeError(`${name} must be a function`);
    else if (value !== undefined && value !== false) element.setAttribute(name, attribute(value));
  }
  element.append(...children.filter((child) => child !== undefined));
  return element;
}

function attribute(value: string | number | true): string {
  return value === true ? "" : String(value);
}

/** Set text only where it differs, so that nothing is announced or repainted for no reason. */
export function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}
