import { defineConfig } from "vite";

// With these headers the page is cross-origin isolated, and ONNX Runtime may use threads.
const headers = { "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp" };

export default defineConfig({
  base: "./",
  publicDir: "../../models",
  build: { target: "es2022", modulePreload: false, chunkSizeWarningLimit: 10_000 },
  server: { headers },
  preview: { headers },
});
