import { changelog, type Recipe } from "./recipe.ts";

/** To add a label format. */
export const labelFormatRecipe: Recipe = {
  files: {
    "packages/leukogram/src/data/jsonLines.ts": `/** The table of JSON lines, an object an image: the names in the first object are the columns. */
export function jsonLines(text: string): string[][] {
  const lines = text.split("\\n").filter((line) => line.trim() !== "");
  const rows = lines.map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);
  const columns = Object.keys(rows[0] ?? {});
  return [columns, ...rows.map((row) => columns.map((column) => String(row[column] ?? "")))];
}
`,
  },
  edits: [
    {
      path: "packages/leukogram/src/data/manifest/manifestTable.ts",
      replaced: '{ ".csv": csvTable };',
      text: `{
  ".csv": csvTable,
  ".jsonl": jsonLines,
};`,
    },
    {
      path: "packages/leukogram/src/data/manifest/manifestTable.ts",
      behind: 'import { parse } from "csv-parse/sync";\n',
      text: 'import { jsonLines } from "../jsonLines.ts";\n',
    },
    {
      path: "tests/data/manifestFormats.test.ts",
      behind: "const TEXTS: Readonly<Record<string, string>> = {\n",
      text: `  ".jsonl": [
    { file: "1.jpg", class: "Basophil", split: "train" },
    { file: "2.jpg", class: "Monocyte", split: "train" },
    { file: "x,y.jpg", class: "Basophil", split: "test" },
    { file: "3.jpg", class: "Monocyte", split: "test" },
  ]
    .map((row) => JSON.stringify(row))
    .join("\\n"),
`,
    },
    changelog("Manifests of JSON lines (`.jsonl`)."),
  ],
  tests: ["tests/data/manifestFormats.test.ts", "tests/data/manifestColumns.test.ts"],
  before: 8,
  mistakes: [
    {
      name: "a format without its row in the test",
      edit: {
        path: "tests/data/manifestFormats.test.ts",
        replaced: '  ".jsonl": [',
        text: '  ".json": [',
      },
      check: "tests",
      says: /ends in \.jsonl/,
    },
  ],
};
