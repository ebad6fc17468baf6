import { graphPanel } from "../draw/graph.ts";
import type { View } from "./host/view.ts";

export default { name: "Graph", panel: graphPanel } satisfies View;
