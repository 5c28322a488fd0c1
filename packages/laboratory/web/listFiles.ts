import type { Plugin } from "vite";

/** Writes `files.json`, all that the app consists of, which private mode keeps for when no network connection. */
export function listFiles(): Plugin {
  return {
    name: "list-files",
    apply: "build",
    generateBundle(_, bundle) {
      // ONNX Runtime's build for graphics cards, 27 MB: private mode never asks for it.
      for (const name of Object.keys(bundle)) if (/\.asyncify-.*\.wasm$/.test(name)) delete bundle[name];
      const files = Object.keys(bundle).filter((name) => name !== "sw.js" && !name.endsWith(".html"));
      const source = JSON.stringify(["/", "/icon.svg", ...files.sort().map((name) => `/${name}`)]);
      this.emitFile({ type: "asset", fileName: "files.json", source });
    },
  };
}
