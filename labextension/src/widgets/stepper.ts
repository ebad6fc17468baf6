export { stepperPanel as default } from "../draw/stepper.ts";
