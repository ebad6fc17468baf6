/** The JupyterLab extension: widgets, saved views, kernels, commands. */
import { commands } from "./commands.ts";
import { kernels } from "./kernels.ts";
import { saved } from "./saved.ts";
import { widgets } from "./widgets.ts";

export default [widgets, saved, kernels, commands];
