// Writes the layer rules of docs/architecture.md into biome.json: a folder of src/ imports only from those above it.
import { readFileSync, writeFileSync } from "node:fs";

const order = [
  "core",
  "metrics",
  "graph",
  "runtime",
  "nn",
  "models",
  "formats",
  "data",
  "training",
  "evaluation",
  "adaptation",
  "audit",
  "differential",
  "explain",
  "browser",
  "report",
  "store",
  "server",
  "cluster",
  "cli",
];
const browser = new Set(["core", "metrics", "graph", "nn", "models", "explain", "browser"]);
const overrides = order.map((folder, i) => {
  const patterns = [];
  const below = order.slice(i + 1);
  if (below.length > 0)
    patterns.push({
      group: [
        ...below.map((name) => `../${name}/**`),
        ...below.map((name) => `../../${name}/**`),
        "../index.ts",
        "../browser.ts",
      ],
      message: `src/${folder}/ imports only from the folders above it (docs/architecture.md).`,
    });
  if (folder !== "runtime")
    patterns.push({
      group: ["onnxruntime-*", "onnxruntime-*/**"],
      message: "Only src/runtime/ talks to ONNX Runtime.",
    });
  if (browser.has(folder)) patterns.push({ group: ["node:*"], message: `src/${folder}/ runs in the browser too.` });
  return {
    includes: [`src/${folder}/**`],
    linter: { rules: { style: { noRestrictedImports: { level: "error", options: { patterns } } } } },
  };
});
// What it reaches in other folders is followed by a bundler: tests/browser/browser.test.ts.
overrides.push({
  includes: ["src/browser.ts"],
  linter: {
    rules: {
      style: {
        noRestrictedImports: {
          level: "error",
          options: {
            patterns: [
              { group: ["node:*", "./runtime/node.ts"], message: "src/browser.ts runs in the browser." },
              { group: ["onnxruntime-*", "onnxruntime-*/**"], message: "Only src/runtime/ talks to ONNX Runtime." },
            ],
          },
        },
      },
    },
  },
});
const config = JSON.parse(readFileSync("biome.json", "utf8"));
config.overrides = [...(config.overrides ?? []).filter((o) => !o.includes[0].startsWith("src/")), ...overrides];
writeFileSync("biome.json", `${JSON.stringify(config, null, 2)}\n`);
