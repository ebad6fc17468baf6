import { gradientsPanel } from "../draw/gradients.ts";
import type { View } from "./host/view.ts";

export default { name: "Gradients", panel: gradientsPanel } satisfies View;
