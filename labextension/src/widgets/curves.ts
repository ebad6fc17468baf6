import { curvesPanel } from "../draw/curves.ts";
import type { View } from "./host/view.ts";

export default { name: "Curves", panel: curvesPanel } satisfies View;
