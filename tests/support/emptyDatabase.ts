// An empty database for tests: making one anew takes seconds, so it is copied from one that stays.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openPglite } from "@leukogram/laboratory/store/database/database";
import { MIGRATIONS } from "@leukogram/laboratory/store/database/migrations";

/** Puts an empty database into a data folder, where the store looks for it. */
export async function copyEmptyDatabase(folder: string): Promise<void> {
  // Other checkouts of this machine may have other migrations.
  const version = createHash("sha256").update(JSON.stringify(MIGRATIONS)).digest("hex").slice(0, 16);
  const template = join(tmpdir(), `leukogram-database-${version}`);
  if (!existsSync(template)) {
    const made = mkdtempSync(`${template}-`);
    await (await openPglite(join(made, "database"))).close();
    try {
      renameSync(join(made, "database"), template);
    } catch {
      // Another file's tests were first.
    }
    rmSync(made, { recursive: true, force: true });
  }
  const copy = join(folder, "database");
  // A thousand files, for which Node takes five times as long.
  if (process.platform === "win32") cpSync(template, copy, { recursive: true });
  else {
    mkdirSync(folder, { recursive: true });
    execFileSync("cp", ["-R", template, copy]);
  }
}
