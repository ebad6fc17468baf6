/** The computation of one step as a graph: layers to fold and unfold, ops, parameters, and what each of them is. */

import type { Mark } from "../core/atlas.ts";
import { Folds } from "../core/folding.ts";
import { buildNet, type Net } from "../core/graph.ts";
import { type Newest, normsOf } from "../core/norms.ts";
import { continues } from "../core/progress.ts";
import type { Store } from "../core/store.ts";
import { t } from "../core/words.ts";
import { h, setText } from "./dom.ts";
import { emptyNote } from "./empty.ts";
import { number } from "./format.ts";
import { card } from "./graph-card.ts";
import { Follower } from "./graph-follow.ts";
import { legend } from "./graph-legend.ts";
import { outline } from "./graph-outline.ts";
import { Stage } from "./graph-stage.ts";
import { stepLines, steppedSentence, stepsCard } from "./graph-steps.ts";
import { sentence, spoken, tooltip } from "./graph-words.ts";
import { hoverOf } from "./hover.ts";
import type { MakePanel, Panel } from "./panel.ts";
import { toggle } from "./section.ts";
import { stateCorner } from "./state.ts";

/** Colours change no more often than this. */
const COLOURS_EVERY = 250;

export const graphPanel: MakePanel = (store: Store): Panel => new GraphPanel(store);

class GraphPanel implements Panel {
  readonly element: HTMLElement;
  readonly #store: Store;
  readonly #folds = new Folds();
  readonly #stage: Stage;
  readonly #follower: Follower;
  readonly #legend = legend();
  readonly #line = h("p", { class: "vg-line" });
  readonly #heard = h("p", { class: "vg-unseen", "aria-live": "polite" });
  readonly #tools: HTMLElement;
  readonly #body: HTMLElement;
  readonly #detail = h("div", { class: "vg-graph-detail" });
  readonly #swap = toggle(t("outline"), t("Show the graph as a list"), (on) => {
    this.#twin.hidden = !on;
    this.#retell();
  });
  readonly #twin = h("div", { class: "vg-graph-outline" });
  readonly #empty = emptyNote(
    t(
      "The computation of one training step will appear here: layers with their ops, parameters and shapes. Run the training cell; the first step draws it.",
    ),
  );
  readonly #state;
  readonly #stops: (() => void)[];
  #net: Net | undefined;
  #coloured = 0;
  #later: ReturnType<typeof setTimeout> | undefined;

  constructor(store: Store) {
    this.#store = store;
    this.#state = stateCorner(store);
    const hover = hoverOf(store);
    this.#stage = new Stage({
      point: (mark) => hover.point(hover.step, mark && layerOf(mark)),
      select: (mark) => this.#select(mark),
      toggle: (key) => this.#toggle(key),
      tell: (mark) => (this.#net ? tooltip(mark, this.#net, this.#gradient(mark), this.#told(mark)) : []),
    });
    this.#follower = new Follower(store.stepping, this.#stage, this.#folds);
    this.#tools = this.#makeTools();
    this.#twin.hidden = true;
    this.#body = h("div", { class: "vg-graph-body" }, this.#stage.element, this.#detail);
    this.element = this.#frame();
    this.#stops = [
      hover.watch(() => {
        this.#stage.pointed = hover.layer;
        this.#stage.paint();
      }),
    ];
  }

  draw(): void {
    const { graph } = this.#store;
    this.#state.draw();
    // Fonts and sizes are known only in the page; a panel is drawn once before it gets there.
    if (!this.element.isConnected) {
      requestAnimationFrame(() => {
        if (this.element.isConnected) this.draw();
      });
      return;
    }
    const shown = graph !== undefined && graph.nodes.length > 0;
    for (const part of [this.#tools, this.#swap, this.#body, this.#legend.element]) part.hidden = !shown;
    this.#empty.hidden = shown;
    if (!graph || !shown) {
      setText(this.#line, t("No step has been taken yet"));
      return;
    }
    if (graph !== this.#net?.graph) this.#take(buildNet(graph));
    else this.#stage.refresh();
    if (this.#net) this.#step(this.#net);
    this.#colour();
  }

  /** Where a stepped program stands now. */
  #step(net: Net): void {
    const moved = this.#follower.draw(net);
    const { progress } = this.#follower;
    const says = progress ? steppedSentence(progress, net) : sentence(net, this.#store.title);
    setText(this.#line, says);
    if (!moved) return;
    this.#legend.step(progress);
    if (progress) setText(this.#heard, says);
    this.#detailOf(this.#stage.atlas?.marks.get(this.#stage.selected ?? ""));
    this.#retell();
  }

  #told(mark: Mark): string[] {
    return stepLines(mark, this.#follower.progress);
  }

  close(): void {
    clearTimeout(this.#later);
    this.#stage.close();
    for (const stop of this.#stops) stop();
  }

  #take(net: Net): void {
    if (this.#net && this.#follower.progress && continues(this.#net, net)) {
      this.#net = net;
      this.#folds.grow(net);
      this.#follower.grown = true;
      return;
    }
    const same =
      this.#net?.graph.key === net.graph.key && this.#net.graph.nodes.length === net.graph.nodes.length;
    this.#net = net;
    const chosen = this.#stage.selected;
    // Nodes of another graph have other numbers; a layer is the same layer.
    if (!same && chosen !== undefined && net.items.get(chosen)?.is !== "group") this.#select(undefined);
    if (!same) this.#folds.adopt(net, (open) => this.#stage.legible(net, open));
    this.#stage.show(net, this.#folds.open);
    const says = sentence(net, this.#store.title);
    const keys = t("Arrow keys follow the edges, Enter folds and unfolds, plus, minus and 0 zoom.");
    this.#stage.canvas.setAttribute("aria-label", `${says}. ${keys}`);
    this.#detailOf(this.#stage.choose(this.#stage.selected));
    this.#retell();
  }

  /** Newest gradient norms on layers and their scale, a few times a second at most. */
  #colour(): void {
    const wait = this.#coloured + COLOURS_EVERY - Date.now();
    if (wait > 0) {
      this.#later ??= setTimeout(() => this.#colour(), wait);
      return;
    }
    clearTimeout(this.#later);
    this.#later = undefined;
    this.#coloured = Date.now();
    const newest = this.#store.group("gradient").flatMap((curve): Newest[] => {
      const [step, value] = [curve.x.at(-1), curve.y.at(-1)];
      return step === undefined || value === undefined ? [] : [{ path: curve.name, step, value }];
    });
    this.#stage.norms = normsOf(newest);
    this.#legend.draw(this.#stage.norms);
    this.#stage.paint();
  }

  #select(mark: Mark | undefined): void {
    this.#stage.choose(mark?.key);
    this.#detailOf(mark);
    if (mark && this.#net && this.#stage.atlas)
      setText(this.#heard, spoken(mark, this.#net, this.#stage.atlas));
    this.#retell();
  }

  #detailOf(mark: Mark | undefined): void {
    const net = this.#net;
    if (!mark || !net) {
      this.#detail.replaceChildren();
      this.#widen(false);
      return;
    }
    const hands = {
      close: () => {
        this.#select(undefined);
        this.#stage.canvas.focus({ preventScroll: true });
      },
      toggle: (key: string) => this.#toggle(key),
      select: (key: string) => this.#go(key),
    };
    const held = this.#detail.contains(document.activeElement)
      ? (document.activeElement as HTMLElement).dataset.act
      : undefined;
    const steps = stepsCard(mark, this.#follower.progress, this.#store);
    this.#detail.replaceChildren(card(mark, net, this.#gradient(mark), steps, hands));
    if (held !== undefined)
      for (const button of this.#detail.querySelectorAll("button"))
        if (button.dataset.act === held) button.focus();
    this.#widen(true);
  }

  /** Make room for the details beside the graph, or give it back. */
  #widen(detailed: boolean): void {
    if (this.#body.classList.contains("vg-detailed") === detailed) return;
    this.#body.classList.toggle("vg-detailed", detailed);
    this.#stage.squeeze();
  }

  /** Select by key, unfolding what hides it. */
  #go(key: string): void {
    const item = this.#net?.items.get(key.split("/")[0] ?? "") ?? this.#net?.items.get(key);
    if (item && !this.#stage.atlas?.marks.has(key)) {
      this.#folds.uncover(item);
      this.#stage.refold(this.#folds.open);
    }
    this.#select(this.#stage.choose(key));
  }

  #toggle(key: string): void {
    this.#folds.toggle(key);
    this.#stage.refold(this.#folds.open, key);
    const mark = this.#stage.atlas?.marks.get(key);
    if (mark && this.#net && this.#stage.atlas)
      setText(this.#heard, spoken(mark, this.#net, this.#stage.atlas));
    if (this.#stage.selected !== undefined)
      this.#detailOf(this.#stage.atlas?.marks.get(this.#stage.selected));
    else this.#detailOf(undefined);
    this.#retell(key);
  }

  #all(open: boolean): void {
    if (!this.#net) return;
    this.#folds.all(this.#net, open);
    this.#stage.view.fitted = true;
    this.#stage.refold(this.#folds.open);
    this.#detailOf(undefined);
    this.#retell();
  }

  /** Write the outline again, keeping the focus on the same entry. */
  #retell(focus?: string): void {
    if (this.#twin.hidden || !this.#net) return;
    const active = this.#twin.contains(document.activeElement)
      ? (document.activeElement as HTMLElement)
      : undefined;
    const held = active?.dataset.key ?? (active ? focus : undefined);
    const hands = { toggle: (key: string) => this.#toggle(key), select: (key: string) => this.#go(key) };
    this.#twin.replaceChildren(
      outline(this.#net, this.#folds.open, this.#stage.selected, this.#follower.progress, hands),
    );
    if (held === undefined) return;
    for (const button of this.#twin.querySelectorAll("button"))
      if (button.dataset.key === held) button.focus();
  }

  #gradient(mark: Mark): string {
    const { item } = mark.box;
    const norm = item.is === "group" ? this.#stage.norms?.of.get(item.path) : undefined;
    return norm === undefined ? "" : number(norm);
  }

  #makeTools(): HTMLElement {
    const button = (word: string, help: string, act: () => void): HTMLElement =>
      h(
        "button",
        { class: "vg-graph-tool", type: "button", title: help, "aria-label": help, onclick: act },
        word,
      );
    const zoom = (factor: number) => () => void this.#stage.zoom(factor);
    return h(
      "div",
      { class: "vg-graph-tools", role: "toolbar", "aria-label": t("Graph") },
      button(t("Fit"), t("Show the whole graph"), () => this.#stage.fit()),
      button("−", t("Zoom out"), zoom(1 / 1.25)),
      button("+", t("Zoom in"), zoom(1.25)),
      button(t("Expand all"), t("Unfold every layer"), () => this.#all(true)),
      button(t("Collapse all"), t("Fold every layer"), () => this.#all(false)),
    );
  }

  #frame(): HTMLElement {
    const corner = h("span", { class: "vg-corner" }, this.#tools, this.#swap, this.#state.element);
    const head = h(
      "header",
      { class: "vg-head" },
      h("h3", { class: "vg-title" }, t("Graph")),
      this.#line,
      corner,
    );
    const props = {
      class: "vg-section vg-graph",
      "aria-label": t("Graph"),
      "data-lm-suppress-shortcuts": "true",
    };
    return h("section", props, head, this.#empty, this.#body, this.#legend.element, this.#twin, this.#heard);
  }
}

/** The layer that other views shall mark. */
function layerOf({ box, feed }: Mark): string | undefined {
  if (box.item.is === "group") return box.item.path;
  const path = feed?.node.layer ?? box.item.node.layer;
  return path === "" ? undefined : path;
}
