import { readFileSync } from "node:fs";
import { supportsBlockedKernels, supportsBlocks } from "@leukogram/engine/runtime/blocks";
import { expect, test } from "vitest";

test("blocks of channels are there with AVX2 or AVX-512, and never on another device", async () => {
  expect(typeof (await supportsBlocks())).toBe("boolean");
  if (process.arch === "x64") expect(await supportsBlocks({ device: "cpu" })).toBe(true);
  expect(await supportsBlocks({ device: "cuda" })).toBe(false);
});

test("ordinary convolutions need blocks of sixteen", async () => {
  const flags = process.platform === "linux" ? readFileSync("/proc/cpuinfo", "utf8") : "";
  if (process.arch === "x64" && flags !== "") expect(await supportsBlockedKernels()).toBe(/ avx512f /.test(flags));
  expect(await supportsBlockedKernels({ device: "cuda" })).toBe(false);
});
