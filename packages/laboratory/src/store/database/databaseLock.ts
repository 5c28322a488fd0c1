// A Postgres for one server alone: a session of its own holds a lock, which ends with the session, and so with the process.
import { setTimeout as sleep } from "node:timers/promises";
import { LeukogramError } from "@leukogram/engine/core/errors";
import pg from "pg";

/** Any number that other programs of the same database do not lock. */
const LOCK = 71_550_001;
/** Tries to get it, and milliseconds between two: a process that was killed may not be gone for the database yet. */
const TRIES = 20;
const PAUSE = 250;

/** Holds a database for this process. */
export class DatabaseLock {
  readonly #url: string;
  #session: pg.Client | undefined;
  #taking: Promise<void> | undefined;

  constructor(url: string) {
    this.#url = url;
  }

  /**
   * Takes the database, or makes sure that it is still held: a database that was away has forgotten.
   *
   * @throws ERR_CONFLICT if another process has it; what the driver throws if it can't be reached.
   */
  async hold(): Promise<void> {
    if (this.#session !== undefined) return;
    this.#taking ??= this.#take().finally(() => {
      this.#taking = undefined;
    });
    await this.#taking;
  }

  /** Gives it back. */
  async release(): Promise<void> {
    await this.#session?.end();
  }

  async #take(): Promise<void> {
    const session = new pg.Client({
      ...{ connectionString: this.#url, connectionTimeoutMillis: 5000, keepAlive: true },
      application_name: "leukogram, lock",
    });
    const forget = () => {
      if (this.#session === session) this.#session = undefined;
    };
    session.on("error", forget).on("end", forget);
    await session.connect();
    for (let i = 0; i < TRIES; i++) {
      if (i > 0) await sleep(PAUSE);
      const { rows } = await session.query<{ held: boolean }>("select pg_try_advisory_lock($1) as held", [LOCK]);
      if (!rows[0]!.held) continue;
      this.#session = session;
      return;
    }
    await session.end();
    throw new LeukogramError("ERR_CONFLICT", "another server or command is using this database", {
      hint: "Stop that process, or set DATABASE_URL to another database.",
    });
  }
}
