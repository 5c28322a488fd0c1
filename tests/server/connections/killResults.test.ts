import { expect, test } from "vitest";
import { killResults } from "../../support/killResults.ts";
import { newDataFolder } from "../../support/laboratory.ts";
import { builtPath } from "../../support/packages.ts";

test("a server that is killed while it sends, to a receiver that cuts connections, loses no result and doubles none", async () => {
  const program = builtPath("leukogram", "cli/main.js");
  const outcome = await killResults({ signatures: 8, folder: await newDataFolder(), program, life: 2000 });
  expect(outcome.faults).toEqual([]);
  expect(outcome.signatures).toBe(8);
  expect(outcome.kills).toBeGreaterThan(0);
  expect(outcome.received).toBeGreaterThanOrEqual(8);
}, 600_000);
