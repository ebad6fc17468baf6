export { graphPanel as default } from "../draw/graph.ts";
