// Runs before the install scripts of what Leukogram depends on. That of onnxruntime-node downloads CUDA's libraries on
// Linux x64, with a GPU or without, from an address beside the npm registry, and ends the whole install where it cannot.
// It passes by what is there already: so empty files go where it looks, unless CUDA was asked for, and CPUs are served.
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

const ASKED = ["ONNXRUNTIME_NODE_INSTALL", "ONNXRUNTIME_NODE_INSTALL_CUDA"].flatMap((name) => [
  name,
  `npm_config_${name.toLowerCase()}`,
]);

try {
  if (!ASKED.some((name) => process.env[name])) standIn();
} catch {
  // Not installed by npm, or another version: its own script does what it does.
}

function standIn() {
  const require = createRequire(import.meta.url);
  const folder = dirname(require.resolve("onnxruntime-node/package.json"));
  const { requirements, manifests } = require("onnxruntime-node/script/install-metadata.js");
  const platform = `${process.platform}/${process.arch}`;
  for (const name of requirements[platform] ?? [])
    for (const file of Object.keys(manifests[`${platform}:${name}`])) {
      const path = join(folder, "bin/napi-v6", platform, file);
      mkdirSync(dirname(path), { recursive: true });
      if (!existsSync(path)) writeFileSync(path, "");
    }
}
