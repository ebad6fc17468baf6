/** What a layout gives: boxes, pills and lines with their places. */

import type { Node } from "../wire.ts";
import type { Pill } from "./feeding.ts";
import type { Item } from "./graph.ts";
import type { Direction } from "./route.ts";
import type { Pair } from "./scope.ts";

export interface Feed extends Pill {
  readonly node: Node;
}

/** A box in the picture.  Pills are given in the picture's coordinates. */
export interface Box {
  readonly item: Item;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly open: boolean;
  readonly feeds: readonly Feed[];
}

/** A piece of an edge: from a box or a border to a box or a border. */
export interface Strand {
  readonly line: Float64Array;
  readonly source: string;
  readonly targets: readonly string[];
  /** It ends at a box, not at a border, and shows its arrow there. */
  readonly arrow: boolean;
  /** On the longest path: drawn a little stronger. */
  readonly weight: number;
}

export interface Picture {
  /** Containers come before what they hold. */
  readonly boxes: readonly Box[];
  readonly strands: readonly Strand[];
  readonly pairs: readonly Pair[];
  readonly width: number;
  readonly height: number;
  readonly direction: Direction;
  readonly bands: number;
}
