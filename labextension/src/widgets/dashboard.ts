import { dashboardPanel } from "../draw/dashboard.ts";
import type { View } from "./host/view.ts";

export default { name: "Dashboard", panel: dashboardPanel } satisfies View;
