import { defineConfig } from "vite";

// With these headers the page is cross-origin isolated, and ONNX Runtime may use threads.
const headers = { "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp" };

export default defineConfig({
  base: "./",
  // In this repository `leukogram` is its sources; elsewhere it is the package, and this line does nothing.
  resolve: { tsconfigPaths: true },
  publicDir: "../../packages/leukogram/models",
  build: { target: "es2022", modulePreload: false, chunkSizeWarningLimit: 10_000 },
  server: { headers },
  preview: { headers },
});
