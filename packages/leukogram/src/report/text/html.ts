export { comparisonReport } from "../comparisonReport.ts";
export { runReport } from "../runReport.ts";
