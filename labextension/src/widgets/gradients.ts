export { gradientsPanel as default } from "../draw/gradients.ts";
