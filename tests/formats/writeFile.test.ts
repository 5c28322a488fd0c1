import { chmodSync, existsSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { replaceFile, writeFileWhole, writeFileWholeSync } from "@leukogram/engine/formats/writeFile";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "leukogram-write-"));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

describe("writeFileWhole", () => {
  test("makes the folder, and leaves nothing beside the file", async () => {
    await writeFileWhole(join(dir, "a", "b", "one.txt"), "one");
    expect(readdirSync(join(dir, "a", "b"))).toEqual(["one.txt"]);
    expect(readFileSync(join(dir, "a", "b", "one.txt"), "utf8")).toBe("one");
  });

  test("writes one file many times at once: each whole, the last last", async () => {
    const path = join(dir, "many.bin");
    const data = (i: number) => new Uint8Array(100_000 + i).fill(i);
    await Promise.all(Array.from({ length: 20 }, (_, i) => writeFileWhole(path, data(i))));
    expect(new Uint8Array(readFileSync(path))).toEqual(data(19));
    expect(readdirSync(dir).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  });

  test.skipIf(process.platform === "win32")("keeps the permissions of the file that was there", async () => {
    const path = join(dir, "private.json");
    writeFileSync(path, "old");
    chmodSync(path, 0o600);
    await writeFileWhole(path, "new");
    expect([statSync(path).mode & 0o777, readFileSync(path, "utf8")]).toEqual([0o600, "new"]);
  });

  test.skipIf(!existsSync("/dev/full"))("says that the disk is full, and keeps the older file", async () => {
    const path = join(dir, "full.txt");
    await writeFileWhole(path, "old");
    symlinkSync("/dev/full", `${path}.${process.pid}.tmp`);
    await expect(writeFileWhole(path, "new")).rejects.toThrow(
      `ERR_OUTPUT ${path}: can't be written: the disk is full. Free some disk space and resume; everything saved before is kept.`,
    );
    expect(readFileSync(path, "utf8")).toBe("old");
    expect(readdirSync(dir)).not.toContain(`full.txt.${process.pid}.tmp`);
    await writeFileWhole(path, "new");
    expect(readFileSync(path, "utf8")).toBe("new");
  });
});

test("replaceFile keeps the older file if filling fails, and gives what it filled it with", async () => {
  const path = join(dir, "filled.txt");
  await writeFileWhole(path, "old");
  const broken = replaceFile(path, async (temporary) => {
    await writeFile(temporary, "half");
    throw new Error("torn");
  });
  await expect(broken).rejects.toThrow("torn");
  expect(readFileSync(path, "utf8")).toBe("old");
  const filled = await replaceFile(path, async (temporary) => {
    await writeFile(temporary, "new");
    return 3;
  });
  expect([filled, readFileSync(path, "utf8")]).toEqual([3, "new"]);
});

test("writeFileWholeSync leaves nothing beside the file", () => {
  const path = join(dir, "progress.json");
  for (const text of ["{}", "[]"]) writeFileWholeSync(path, text);
  expect(readFileSync(path, "utf8")).toBe("[]");
  expect(readdirSync(dir).filter((name) => name.startsWith("progress"))).toEqual(["progress.json"]);
});
