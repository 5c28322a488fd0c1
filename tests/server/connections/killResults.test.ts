import { expect, test } from "vitest";
import { killResults } from "../../support/kills/killResults.ts";
import { newDataFolder } from "../../support/laboratory.ts";
import { builtPath } from "../../support/packages.ts";

test("a server that is killed while it sends, to receivers that cut connections or can't now, loses nothing and doubles nothing", async () => {
  const program = builtPath("leukogram", "cli/main.js");
  const folder = await newDataFolder();
  const outcome = await killResults({ signatures: 8, protocol: "hl7", folder, program, life: 2000 });
  expect(outcome.faults).toEqual([]);
  expect(outcome.signatures).toBe(8);
  expect(outcome.kills).toBeGreaterThan(0);
  expect(outcome.receivers.results.came).toBeGreaterThanOrEqual(11);
}, 600_000);
