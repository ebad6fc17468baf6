export { curvesPanel as default } from "../draw/curves.ts";
