/** A figure with its 95 % limits. */
export interface Estimate {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** The same figure with its sign turned round, as of a difference taken the other way. */
export function negated({ value, low, high }: Estimate): Estimate {
  return { value: -value, low: -high, high: -low };
}
