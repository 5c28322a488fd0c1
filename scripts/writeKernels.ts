// Compiles packages/leukogram/src/data/pictures/resizeKernel.wat to the module beside it: `npx tsx scripts/writeKernels.ts`.
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import wabt from "wabt";

const place = fileURLToPath(new URL("../packages/leukogram/src/data/pictures/", import.meta.url));
/** Signs of base64 in a line. */
const LINE = 110;

/** The module's text, and what it is compiled from. */
export async function kernelModule(): Promise<string> {
  const compiler = await wabt();
  const source = compiler.parseWat("resizeKernel.wat", readFileSync(`${place}resizeKernel.wat`, "utf8"), {
    simd: true,
  });
  const text = Buffer.from(source.toBinary({}).buffer).toString("base64");
  const lines = Array.from({ length: Math.ceil(text.length / LINE) }, (_, i) => text.slice(i * LINE, (i + 1) * LINE));
  const body = lines.map((line) => `  "${line}"`).join(" +\n");
  return `/** resizeKernel.wat as bytes, in base64, by scripts/writeKernels.ts. */\nexport const WASM =\n${body};\n`;
}

if (import.meta.url === new URL(process.argv[1]!, "file:").href)
  writeFileSync(`${place}resizeKernelWasm.ts`, await kernelModule());
