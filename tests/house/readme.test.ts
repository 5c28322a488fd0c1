import { expect, test } from "vitest";
import { checkDocuments, faultsOf } from "../../scripts/checkReadme.ts";
import { commandFaults } from "../../scripts/documents/commands.ts";
import { shellLines } from "../../scripts/documents/text.ts";

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
    "npx tsx scripts/judgePrest.ts runs/a",
    "npx tsx scripts/judgePreset.ts runs/a --epoch 3",
  ]);
  expect(faults).toEqual([
    expect.stringContaining('unknown command "trian"'),
    expect.stringContaining("unknown option '--epoch'"),
    expect.stringContaining("rotation: expected a number from 0 to 180, received 400"),
    expect.stringContaining('Did you mean "cnn"?'),
    expect.stringContaining("missing required argument 'models'"),
    expect.stringContaining('package.json has no script "chekc"'),
    expect.stringContaining("no file scripts/judgePrest.ts"),
    expect.stringContaining("scripts/judgePreset.ts has no flag --epoch"),
  ]);
  expect(await commandFaults(["leukogram predict runs/cnn cells/ --json > classes.jsonl", "npm test"])).toEqual([]);
});

test("the check sees links, headings, files, flags and exports that are not there", async () => {
  const lines = [
    "# A page",
    "[there](b.md#some-heading), [no file](c.md), [no heading](b.md#other), [none here](#no)",
    "`packages/engine/src/core/rng.ts`, `packages/engine/src/core/range.ts`, `rng.ts`, `range.ts`, docs/none.md",
    "`--data DIR`, `--dta DIR`",
    "```ts",
    'import { trainJob, trainJobs } from "leukogram";',
    "```",
  ];
  const texts = new Map([["docs/training.md", "## Some heading\n"]]);
  const text = lines.join("\n").replaceAll("b.md", "training.md");
  expect(await faultsOf("docs/data.md", text, texts)).toEqual([
    "links to c.md, and no such file",
    "links to training.md#other, and there is no such heading",
    "links to #no, and there is no such heading",
    "names packages/engine/src/core/range.ts, and no such file",
    "names range.ts, and no such file",
    "names docs/none.md, and no such file",
    "names --dta, and no command has it",
    "imports trainJobs, which the package does not export",
  ]);
});

test("commands are found in fences and in backticks, over the ends of lines", () => {
  const text =
    "Run `leukogram draw\nsmears`, or:\n\n```sh\n# a comment\nnpm ci && npm \\\n  test\n```\n\n```ts\nleukogram;\n```\n";
  expect(shellLines(text)).toEqual(["npm ci && npm test", "leukogram draw smears"]);
});
