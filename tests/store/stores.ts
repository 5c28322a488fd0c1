// The same tests over both databases.
import { afterAll, beforeAll, describe } from "vitest";
import { newDataFolder, newFolder } from "../support/laboratory.ts";
import { type Postgres, postgresPrograms, runPostgres } from "../support/postgres.ts";

/** Where records can be kept. */
export interface Place {
  readonly folder: string;
  readonly url: string | undefined;
}

/** Gives tests new places, over PGlite and, where there is one, a real Postgres. */
export function overBothDatabases(
  define: (newPlace: () => Promise<Place>, server: () => Postgres | undefined) => void,
): void {
  describe("over PGlite", () => {
    define(
      async () => ({ folder: await newDataFolder(), url: undefined }),
      () => undefined,
    );
  });
  const bin = postgresPrograms();
  describe.skipIf(bin === undefined)("over Postgres (skipped where /usr/lib/postgresql has none)", () => {
    let server: Postgres;
    beforeAll(async () => {
      server = await runPostgres(bin!);
    });
    afterAll(() => server.remove());
    define(
      async () => ({ folder: newFolder(), url: server.create() }),
      () => server,
    );
  });
}
