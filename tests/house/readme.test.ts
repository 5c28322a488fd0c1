import { expect, test } from "vitest";
import { checkDocuments, commandFaults, shellLines } from "../../scripts/checkReadme.ts";

test("every command, link, file and exported name in the documents is there", async () => {
  expect(await checkDocuments()).toEqual([]);
});

test("the check sees commands, flags, values and scripts that are not there", async () => {
  const faults = await commandFaults([
    "npm ci && npx leukogram trian --data cells",
    "leukogram train --data cells --epoch 3",
    "leukogram train --data cells --rotation 400",
    "leukogram train --data cells --recipe cnm",
    "leukogram compare",
    "npm run chekc",
  ]);
  expect(faults).toEqual([
    expect.stringContaining('unknown command "trian"'),
    expect.stringContaining("unknown option '--epoch'"),
    expect.stringContaining("rotation: expected a number from 0 to 180, received 400"),
    expect.stringContaining('Did you mean "cnn"?'),
    expect.stringContaining("missing required argument 'models'"),
    expect.stringContaining('package.json has no script "chekc"'),
  ]);
  expect(await commandFaults(["leukogram predict runs/cnn cells/ --json > classes.jsonl", "npm test"])).toEqual([]);
});

test("commands are found in fences and in backticks", () => {
  const text =
    "Run `leukogram draw smears`, or:\n\n```sh\n# a comment\nnpm ci && npm test\n```\n\n```ts\nleukogram;\n```\n";
  expect(shellLines(text)).toEqual(["npm ci && npm test", "leukogram draw smears"]);
});
