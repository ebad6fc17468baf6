import { memoryPanel } from "../draw/memory.ts";
import type { View } from "./host/view.ts";

export default { name: "Memory", panel: memoryPanel } satisfies View;
