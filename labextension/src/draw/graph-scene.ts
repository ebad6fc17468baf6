/** Everything a painter of the graph needs to know. */

import type { Net } from "../core/graph.ts";
import type { Direction } from "../core/layout.ts";
import type { Norms } from "../core/norms.ts";
import type { Progress } from "../core/progress.ts";
import type { Look, Ruler } from "./graph-look.ts";
import type { Frame } from "./graph-motion.ts";
import type { Viewport } from "./graph-view.ts";

export interface Scene {
  readonly net: Net;
  readonly look: Look;
  readonly ruler: Ruler;
  readonly view: Viewport;
  readonly frame: Frame;
  readonly direction: Direction;
  /** Weight of the main chain. */
  readonly heaviest: number;
  readonly norms: Norms | undefined;
  /** Where a stepped program stands. */
  readonly progress: Progress | undefined;
  readonly hover: string | undefined;
  readonly selected: string | undefined;
  /** A layer that another view points at. */
  readonly pointed: string | undefined;
  /** Canvas pixels per CSS pixel. */
  readonly dot: number;
}
