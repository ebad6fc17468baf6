import { ratesPanel } from "../draw/rates.ts";
import type { View } from "./host/view.ts";

export default { name: "Rates", panel: ratesPanel } satisfies View;
