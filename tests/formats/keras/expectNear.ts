import { expect } from "vitest";

/** Makes sure that numbers are those that were wanted, to four digits. */
export const expectNear = (found: readonly number[], wanted: readonly number[]) => {
  expect(found).toHaveLength(wanted.length);
  for (const [i, value] of wanted.entries()) expect(found[i]).toBeCloseTo(value, 4);
};
