import { execFileSync, spawn } from "node:child_process";
import { randomBytes, randomUUID } from "node:crypto";
import { once } from "node:events";
import { cpSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { buildServer } from "@leukogram/laboratory/server/buildServer";
import { LIMITS } from "@leukogram/laboratory/server/laboratory";
import { startWork } from "@leukogram/laboratory/server/work/work";
import { openStore } from "@leukogram/laboratory/store/store";
import { verifyTrail } from "@leukogram/laboratory/store/verifyTrail";
import { sql } from "drizzle-orm";
import sharp from "sharp";
import { afterAll, describe, expect, test } from "vitest";
import { Clock, newDataFolder, newFolder } from "../support/laboratory.ts";
import { builtPath, ROOT } from "../support/packages.ts";
import type { TestFile } from "../support/pictures.ts";

/** A disk of so many megabytes with an empty database on it; undefined where none may be mounted. */
async function smallDisk(megabytes: number): Promise<string | undefined> {
  const disk = newFolder();
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${megabytes}m`, "tmpfs", disk], { stdio: "ignore" });
  } catch {
    return undefined;
  }
  afterAll(() => void execFileSync("umount", ["-l", disk]));
  cpSync(await newDataFolder(), disk, { recursive: true });
  return disk;
}

const [first, second] = [await smallDisk(250), await smallDisk(120)];

/** Takes what is free on a disk, but for so many megabytes; returns what gives it back. */
function fill(disk: string, rest: number): () => void {
  const free = Number(execFileSync("df", ["--output=avail", "-B1", disk], { encoding: "utf8" }).split("\n")[1]);
  const path = join(disk, "filler");
  writeFileSync(path, Buffer.alloc(Math.max(0, free - rest * 1e6)));
  return () => rmSync(path);
}

/** A picture of about 2 MB that can't be compressed. */
async function large(name: string): Promise<TestFile> {
  const raw = { width: 800, height: 800, channels: 3 } as const;
  return {
    name,
    bytes: await sharp(randomBytes(800 * 800 * 3), { raw })
      .png({ compressionLevel: 0 })
      .toBuffer(),
  };
}

describe.skipIf(first === undefined)("a disk that is full (skipped where none may be mounted)", () => {
  test("refuses images with 507, keeps all that was acknowledged once, and goes on when there is room", async () => {
    const disk = first!;
    const clock = new Clock();
    const store = await openStore({ folder: disk, url: undefined, now: clock.now });
    const work = startWork(store, { model: "cnn-anylab", threads: 1, onError: () => {} });
    const app = await buildServer({ store, work, classification: work.classification, limits: LIMITS });
    const address = await app.listen({ host: "127.0.0.1", port: 0 });
    const send = async (line: string, body?: object, key: string = randomUUID()) => {
      const [method, path] = line.split(" ") as [string, string];
      const isForm = body instanceof FormData;
      const response = await fetch(`${address}/api/v1/${path}`, {
        method,
        headers: { "idempotency-key": key, ...(body && !isForm && { "content-type": "application/json" }) },
        ...(body && { body: isForm ? body : JSON.stringify(body) }),
      });
      return { status: response.status, body: await response.json() };
    };
    const upload = (id: string, { name, bytes }: TestFile, key?: string) => {
      const form = new FormData();
      form.append("files", new Blob([new Uint8Array(bytes)]), name);
      return send(`POST cases/${id}/images`, form, key);
    };
    const { id } = (await send("POST cases", { name: "full" })).body;
    const free = fill(disk, 104);
    const kept: string[] = [];
    let refused: { file: TestFile; key: string } | undefined;
    for (let i = 0; refused === undefined && i < 20; i++) {
      const [file, key] = [await large(`${i}.png`), randomUUID()];
      const { status, body } = await upload(id, file, key);
      if (status === 200) kept.push(body.added[0].id);
      else {
        refused = { file, key };
        expect([status, body.error.code, body.error.message]).toEqual([
          507,
          "ERR_OUTPUT",
          "the disk is full; nothing from this request was saved",
        ]);
      }
    }
    expect(kept.length).toBeGreaterThan(1);
    expect(refused).toBeDefined();
    const label = { changes: [{ cell: kept[0]!, label: "Monocyte" }] };
    // What takes little room still has some; then nothing has.
    expect((await send(`POST cases/${id}/labels`, label)).status).toBe(200);
    writeFileSync(join(disk, "more"), Buffer.alloc(60e6));
    expect(await send(`POST cases/${id}/labels`, { changes: [{ cell: kept[0]!, label: "Basophil" }] })).toMatchObject({
      status: 507,
    });
    const { cells } = (await send(`GET cases/${id}/cells`)).body;
    expect(cells.map((cell: { id: string }) => cell.id)).toEqual(kept);

    rmSync(join(disk, "more"));
    free();
    expect((await upload(id, refused!.file, refused!.key)).body.added).toHaveLength(1);
    expect((await upload(id, refused!.file)).body.known).toHaveLength(1);
    expect((await send(`GET cases/${id}`)).body.cells).toBe(kept.length + 1);
    expect(await verifyTrail(store)).toMatchObject({ isWhole: true });
    await app.close();
    await work.close();
    await store.close();
  }, 240_000);

  test("that another program fills in the midst of a write ends the server, which says why, and a new one finds all", async () => {
    const disk = second!;
    const built = (path: string) => builtPath("laboratory", path);
    // Past the room that is kept free, until its log needs a new file.
    const script = `
      import { writeFileSync, statfsSync } from "node:fs";
      import { sql } from "drizzle-orm";
      import { openStore } from "${built("store/store.js")}";
      import { watchDatabase } from "${built("server/databaseWatch.js")}";
      const store = await openStore({ folder: "${disk}", url: undefined, now: () => new Date(0) });
      watchDatabase(store, (error) => { throw error; }, { lookMs: 300 });
      const { queries } = store.database;
      await store.database.transaction((tx) => tx.execute(sql\`insert into settings values ('kept', 'before')\`));
      const { bavail, bsize } = statfsSync("${disk}");
      writeFileSync("${disk}/filler", Buffer.alloc(bavail * bsize));
      for (;;) {
        await queries.transaction((tx) => tx.execute(sql\`select pg_logical_emit_message(true, '', repeat('x', 1000000))\`));
        await new Promise((resolve) => setTimeout(resolve, 10));
      }`;
    const child = spawn(process.execPath, ["--input-type=module", "-e", script], {
      cwd: ROOT,
      stdio: ["ignore", "ignore", "pipe"],
    });
    const [said] = await Promise.all([text(child.stderr), once(child, "close")]);
    expect(said).toContain(
      "ERR_DATABASE the database no longer responds, because the disk is full. Free some disk space, and start the server again: everything acknowledged is kept.",
    );
    rmSync(join(disk, "filler"));
    const again = await openStore({ folder: disk, url: undefined, now: new Clock().now });
    expect(await again.database.queries.execute(sql`select value from settings`)).toMatchObject({
      rows: [{ value: "before" }],
    });
    expect(await verifyTrail(again)).toMatchObject({ isWhole: true });
    await again.close();
  }, 120_000);
});
