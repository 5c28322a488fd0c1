import { changelog, type Recipe } from "./recipe.ts";

const FIGURES = "packages/leukogram/src/evaluation/figures.ts";

/** To add a metric. */
export const metricRecipe: Recipe = {
  files: {},
  edits: [
    {
      path: FIGURES,
      behind: "    estimate: ofMatrix(matthewsIfKnown, -1),\n  },\n",
      text: `  /** Mean over classes of the right answers among the images that are of the class or are named so (Jaccard 1912). */
  macroJaccard: {
    title: "macro Jaccard index",
    isShare: true,
    value: ({ sums }) => macroJaccard(sums),
    estimate: ofMatrix((matrix) => macroJaccard(margins(matrix)), 0),
  },
`,
    },
    {
      path: FIGURES,
      replaced: "import { margins, prepareConfusion }",
      text: "import { type Margins, margins, prepareConfusion }",
    },
    {
      path: FIGURES,
      behind: "return truths.filter((count) => count > 0).length < 2 ? Number.NaN : matthews(matrix);\n}\n",
      text: `
function macroJaccard({ hits, truths, predictions }: Margins): number {
  // A class that is neither there nor named counts 0.
  return mean(hits.map((count, k) => count / Math.max(1, truths[k]! + predictions[k]! - count)));
}
`,
    },
    {
      path: "tests/evaluation/figures.test.ts",
      behind: "  matthews: (6 * 9 - 27) / Math.sqrt((81 - 33) * (81 - 29)),\n",
      text: "  macroJaccard: (1 / 3 + 3 / 5 + 2 / 4) / 3,\n",
    },
    changelog("`macroJaccard` among the figures of an evaluation."),
  ],
  tests: ["tests/evaluation/figures.test.ts", "tests/evaluation/evaluate.test.ts", "tests/report/html.test.ts"],
  before: 10,
  mistakes: [
    {
      name: "a figure without its row in the test",
      edit: {
        path: "tests/evaluation/figures.test.ts",
        replaced: "  macroJaccard: (1 / 3 + 3 / 5 + 2 / 4) / 3,\n",
        text: "",
      },
      check: "types",
      says: /'macroJaccard' is missing/,
    },
  ],
};
