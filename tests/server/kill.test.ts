import { expect, test } from "vitest";
import { killRounds } from "../support/kills/killRounds.ts";
import { newDataFolder } from "../support/laboratory.ts";
import { builtPath } from "../support/packages.ts";

test("a server that is killed at random moments loses nothing that it acknowledged, and doubles nothing", async () => {
  const program = builtPath("leukogram", "cli/main.js");
  const outcome = await killRounds({ rounds: 3, folder: await newDataFolder(), url: undefined, program });
  expect(outcome.faults).toEqual([]);
  expect(outcome.cases).toBeGreaterThan(2);
  expect(Object.values(outcome.again)).not.toEqual([]);
}, 600_000);
