export { memoryPanel as default } from "../draw/memory.ts";
