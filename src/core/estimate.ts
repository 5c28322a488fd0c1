/** A figure with its 95 % limits. */
export interface Estimate {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}
