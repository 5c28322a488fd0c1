import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import sharp from "sharp";
import { afterAll, expect, test } from "vitest";
import { BIN } from "./cli.ts";

const dir = mkdtempSync(join(tmpdir(), "leukogram-telemetry-"));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

test("ONNX Runtime reports nothing and leaves nothing behind, and a command line may be long", async () => {
  const home = join(dir, "home");
  mkdirSync(home);
  await sharp({ create: { width: 64, height: 64, channels: 3, background: "plum" } }).toFile(join(dir, "cell.png"));
  // What it reports it collects at the start, in these folders, unless it believes to be in a test.
  const { CI: _, ORT_DISABLE_TELEMETRY: __, ...rest } = process.env;
  const env = { ...rest, HOME: home, TMPDIR: home, XDG_CACHE_HOME: home };
  const long = `${"./".repeat(1500)}cell.png`;
  const args = [BIN, "predict", "cnn-anylab", ...Array.from({ length: 15 }, () => long), "--quiet"];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: dir, env });
  expect(stdout.trim().split("\n")).toHaveLength(15);
  expect(readdirSync(home, { recursive: true })).toEqual([]);
});
