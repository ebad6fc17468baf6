export { ratesPanel as default } from "../draw/rates.ts";
