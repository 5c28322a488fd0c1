import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import { compressFiles } from "./compressFiles.ts";
import { listFiles } from "./listFiles.ts";

/** Where `leukogram serve` answers while the app is worked on. */
const SERVER = process.env.LEUKOGRAM ?? "http://127.0.0.1:4180";

export default defineConfig({
  root: fileURLToPath(new URL(".", import.meta.url)),
  plugins: [react(), listFiles(), compressFiles()],
  resolve: { tsconfigPaths: true },
  build: {
    target: "es2022",
    // Nothing inline: the page's policy allows none.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 10_000,
    rolldownOptions: {
      input: {
        index: fileURLToPath(new URL("index.html", import.meta.url)),
        sw: fileURLToPath(new URL("src/sw.ts", import.meta.url)),
      },
      output: { entryFileNames: ({ name }) => (name === "sw" ? "sw.js" : "assets/[name]-[hash].js") },
    },
  },
  // ONNX Runtime's threads start from the file that it lies in, so it must not share one with the worker.
  worker: { format: "es" },
  server: { proxy: { "/api": SERVER } },
});
