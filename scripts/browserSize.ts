/**
 * Bytes that a page with `leukogram/browser` loads, file by file, as a bundler gives them and compressed by gzip.
 *
 *   npx tsx scripts/browserSize.ts
 */
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { bundleForBrowser } from "./bundleForBrowser.ts";

const { files, asksNode } = await bundleForBrowser({
  entry: fileURLToPath(new URL("../packages/leukogram/src/browser.ts", import.meta.url)),
});
const rows = files
  .map((file) => {
    const bytes = Buffer.from(file.type === "chunk" ? file.code : file.source);
    return {
      name: file.fileName.replace(/-[\w-]{8}(?=\.\w+$)/, ""),
      bytes: bytes.length,
      packed: gzipSync(bytes).length,
    };
  })
  .sort((a, b) => a.bytes - b.bytes);
for (const { name, bytes, packed } of rows)
  console.log(`${name.padEnd(48)} ${String(bytes).padStart(10)} ${String(packed).padStart(10)}`);
if (asksNode.length > 0) console.log(`modules of Node's: ${asksNode.join(", ")}`);
