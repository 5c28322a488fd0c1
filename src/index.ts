export { CELL_COLOURS, CELL_TYPES } from "./core/classes.ts";
export { type ErrorCode, LeukogramError } from "./core/errors.ts";
export type { Estimate } from "./core/estimate.ts";
export { Rng } from "./core/rng.ts";
