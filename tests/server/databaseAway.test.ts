import { randomUUID } from "node:crypto";
import { verifyTrail } from "@leukogram/laboratory/store/verifyTrail";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestLaboratory, type TestLaboratory } from "../support/laboratory.ts";
import { pictures } from "../support/pictures.ts";
import { type Postgres, postgresPrograms, runPostgres } from "../support/postgres.ts";

const bin = postgresPrograms();

describe.skipIf(bin === undefined)("a Postgres that goes away (skipped where /usr/lib/postgresql has none)", () => {
  let server: Postgres;
  let laboratory: TestLaboratory;
  beforeAll(async () => {
    server = await runPostgres(bin!);
    laboratory = await startTestLaboratory({ url: server.create() });
  }, 120_000);
  afterAll(async () => {
    await laboratory.close();
    server.remove();
  });

  test.each(["fast", "immediate"] as const)(
    "is waited for: stopped %s, nothing is lost or doubled",
    async (mode) => {
      const { ask, upload } = laboratory;
      const made: { key: string; name: string; id: string }[] = [];
      const refusals: { status: number; message: string; after: unknown; ms: number }[] = [];
      let goesOn = true;
      // Sends each wish with the same key until it is answered.
      const work = async (client: number) => {
        for (let i = 0; goesOn; i++) {
          const [key, name] = [randomUUID(), `${mode} ${client}-${i}`];
          for (let isDone = false; !isDone; ) {
            const began = performance.now();
            const { status, body, headers } = await ask("POST cases", { name }, { "idempotency-key": key });
            isDone = status === 200;
            if (isDone) made.push({ key, name, id: body.id });
            else {
              const ms = performance.now() - began;
              refusals.push({ status, message: body.error.message, after: headers["retry-after"], ms });
              await new Promise((resolve) => setTimeout(resolve, 50));
            }
          }
        }
      };
      const works = [0, 1, 2].map(work);
      await expect.poll(() => made.length, { timeout: 60_000 }).toBeGreaterThan(5);
      expect((await upload(made[0]!.id, await pictures(40, mode === "fast" ? 0 : 100))).status).toBe(200);
      server.stop(mode);
      await expect.poll(() => refusals.length, { timeout: 60_000 }).toBeGreaterThan(5);
      expect((await ask("GET /readyz")).status).toBe(503);
      expect((await ask("GET /healthz")).status).toBe(200);
      server.start();
      const before = made.length;
      await expect.poll(() => made.length, { timeout: 60_000 }).toBeGreaterThan(before + 5);
      goesOn = false;
      await Promise.all(works);

      for (const { status, message, after } of refusals)
        expect([status, message, after]).toEqual([503, "the database can't be reached", "2"]);
      expect(Math.max(...refusals.map(({ ms }) => ms))).toBeLessThan(15_000);
      await expect.poll(async () => (await ask(`GET cases/${made[0]!.id}`)).body.waiting, { timeout: 120_000 }).toBe(0);
      expect((await ask(`GET cases/${made[0]!.id}`)).body).toMatchObject({ cells: 40, bad: 0 });
      const { cases } = (await ask("GET cases?limit=200")).body;
      const names = cases.map(({ name }: { name: string }) => name).filter((name: string) => name.startsWith(mode));
      expect(names.sort()).toEqual(made.map(({ name }) => name).sort());
      expect(await verifyTrail(laboratory.store)).toMatchObject({ isWhole: true });
    },
    300_000,
  );
});
