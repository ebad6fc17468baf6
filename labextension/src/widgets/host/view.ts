/** What a file in src/widgets/ exports: build.mjs finds it there and the plugin registers it. */
import type { MakePanel } from "../../draw/panel.ts";

export interface View {
  /** "Gradients" makes GradientsModel and GradientsView, as vizgrad/widgets/ calls them. */
  readonly name: string;
  readonly panel: MakePanel;
}
