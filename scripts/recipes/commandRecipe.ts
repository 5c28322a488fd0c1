import { changelog, type Recipe } from "./recipe.ts";

/** To add a command. */
export const commandRecipe: Recipe = {
  files: {
    "packages/leukogram/src/cli/commands/classes.ts": `import { openData } from "../../data/dataset.ts";
import { textTable } from "../../report/text/textTable.ts";
import type { CommandModule } from "../command.ts";
import { print } from "../options.ts";

const classes: CommandModule = {
  define(command) {
    command
      .description("How many images each class has.")
      .argument("<data>", "class folders, a folder with Train/ and Test/, or a manifest CSV");
  },
  examples: ["leukogram classes cells"],
  async execute({ args: [data], options }) {
    const { train, validation, test } = openData(String(data));
    const samples = [train, validation, test].flatMap((part) => part?.samples ?? []);
    const counts = train.classes.map((name, k) => ({
      class: name,
      images: samples.filter(({ label }) => label === k).length,
    }));
    print(Boolean(options.json), counts, () =>
      textTable([["Class", "Images"], ...counts.map((row) => [row.class, String(row.images)])]),
    );
  },
};

export default classes;
`,
    "tests/cli/classes.test.ts": `import { join } from "node:path";
import { drawSmears } from "leukogram/data/smears/synthetic";
import { expect, test } from "vitest";
import { makeCli } from "./cli.ts";

const cli = makeCli();

test("classes counts the images of all parts", async () => {
  await drawSmears(join(cli.dir, "smears"), { count: 2, testCount: 1, imageSize: 32 });
  const [json, text] = await cli.runAll([
    ["classes", "smears", "--json"],
    ["classes", "smears"],
  ]);
  expect(JSON.parse(json!.stdout)).toContainEqual({ class: "Basophil", images: 3 });
  expect(text!.stdout).toMatch(/^Class +Images\\nBasophil +3\\n/);
});
`,
  },
  edits: [
    {
      path: "packages/leukogram/src/cli/commands/index.ts",
      behind: '    load: async () => (await import("./fetch.ts")).default,\n  },\n',
      text: `  {
    name: "classes",
    summary: "how many images each class has",
    load: async () => (await import("./classes.ts")).default,
  },
`,
    },
    changelog("`leukogram classes cells` counts the images of each class."),
  ],
  tests: ["tests/cli/classes.test.ts", "tests/cli/help.test.ts", "tests/house/readme.test.ts"],
  before: 4,
};
