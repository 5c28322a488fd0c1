import { execFileSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import nodeModule from "node:module";
import { join } from "node:path";
import { expect, test } from "vitest";
import { newFolder } from "../support/laboratory.ts";
import { ROOT } from "../support/packages.ts";

test("what Node compiled is kept in the cache where it can, and the program runs where it can't", () => {
  // The file that starts a built program, beside one of a single line.
  const place = newFolder();
  for (const name of ["bin", "dist/program"]) mkdirSync(join(place, name), { recursive: true });
  copyFileSync(join(ROOT, "packages/leukogram/bin/leukogram.js"), join(place, "bin/leukogram.js"));
  writeFileSync(join(place, "package.json"), '{ "type": "module" }');
  writeFileSync(join(place, "dist/program/main.js"), 'console.log("ran");');
  const ran = (cache: string) =>
    execFileSync(process.execPath, [join(place, "bin/leukogram.js")], {
      encoding: "utf8",
      env: { ...process.env, LEUKOGRAM_CACHE: cache },
    }).trim();
  expect(ran(join(place, "cache"))).toBe("ran");
  expect(existsSync(join(place, "cache", "compiled"))).toBe("enableCompileCache" in nodeModule);
  expect(ran(join(place, "package.json"))).toBe("ran");
});
