export { dashboardPanel as default } from "../draw/dashboard.ts";
