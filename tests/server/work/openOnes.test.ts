import { OpenOnes } from "@leukogram/laboratory/server/work/openOnes";
import { expect, test } from "vitest";

function watched(most: number) {
  const log: string[] = [];
  const ones = new OpenOnes(most, async (key) => {
    log.push(`open ${key}`);
    if (key === "bad") throw new Error("no such thing");
    return { key, close: async () => void log.push(`close ${key}`) };
  });
  return { log, use: (key: string) => ones.use(key, async (one) => one.key), ones };
}

test("closes what was used longest ago", async () => {
  const { log, use } = watched(2);
  for (const key of ["a", "b", "a", "c", "a", "b"]) expect(await use(key)).toBe(key);
  expect(log).toEqual(["open a", "open b", "open c", "close b", "open b", "close c"]);
});

test("closes nothing that is in use", async () => {
  const { log, use, ones } = watched(1);
  await ones.use("a", async () => {
    await use("b");
    expect(log).toEqual(["open a", "open b", "close b"]);
  });
  await use("a");
  expect(log).toHaveLength(3);
});

test("opens once for all who ask at once, and tries again what could not be opened", async () => {
  const { log, use } = watched(2);
  await Promise.all([use("a"), use("a")]);
  for (let i = 0; i < 2; i++) await expect(use("bad")).rejects.toThrow("no such thing");
  expect(log).toEqual(["open a", "open bad", "open bad"]);
});
