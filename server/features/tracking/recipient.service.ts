// What other slices with pages for recipients share with tracking.
export { agentOf, pageLanguage } from "./tracking.rules.ts";
