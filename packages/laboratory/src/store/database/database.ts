// One database behind one driver: PGlite in a folder, or any Postgres.
import { join } from "node:path";
import { LeukogramError } from "@leukogram/engine/core/errors";
import { sql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/node-postgres";
import type { PgDatabase, PgQueryResultHKT } from "drizzle-orm/pg-core";
import pg from "pg";
import { DatabaseLock } from "./databaseLock.ts";
import { layEmptyDatabase } from "./emptyDatabase.ts";
import { MIGRATIONS } from "./migrations.ts";
import { LogSync, PreparingClient, startPglite } from "./pglite.ts";
import { diskFull, ROOM_OF_CHANGES, requireRoom } from "./room.ts";

/** What queries are asked of: the database, or a transaction of it. */
export type Queries = PgDatabase<PgQueryResultHKT>;

/** An open database. */
export interface Database {
  readonly kind: "pglite" | "postgres";
  readonly queries: Queries;
  /** Runs in one transaction; what it wrote is on the disk when this ends. @throws ERR_DATABASE if it is gone. */
  transaction<T>(work: (queries: Queries) => Promise<T>): Promise<T>;
  /** @throws ERR_DATABASE if it does not answer. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

/** Changes after which PGlite counts its rows for the first time; then after twice as many, and so on. */
const FIRST_COUNTED = 64;

/** Opens the database in a folder, which is made if it is missing, and brings its tables up to date. @throws ERR_DATABASE */
export async function openPglite(folder: string): Promise<Database> {
  await layEmptyDatabase(folder);
  const pglite = await startPglite(folder);
  const log = new LogSync(join(folder, "pg_wal"));
  const pool = new pg.Pool({
    ...{ max: 1, Client: PreparingClient, stream: () => pglite.connect(), idleTimeoutMillis: 0 },
    ...{ host: "", user: "postgres", database: "postgres", password: "none", ssl: false },
  } as pg.PoolConfig);
  // The folder has a lock of its own.
  const database = await openPool({ kind: "pglite", pool, hold: async () => {}, close: () => pglite.close() });
  await log.sync();
  const tables = await ownTables(database.queries);
  let [changes, counted] = [0, FIRST_COUNTED];
  // Plans that were made while a table had few rows read all of it. A Postgres counts by itself, PGlite only if it is asked.
  const countRows = async () => {
    if (++changes !== counted) return;
    counted *= 2;
    await database.queries.execute(sql.raw(`analyze ${tables}`)).catch(() => {}); // what was to be kept is kept
  };
  return {
    ...database,
    async transaction(work) {
      await requireRoom(folder, ROOM_OF_CHANGES);
      const result = await database.transaction(work);
      await log.sync();
      await countRows();
      return result;
    },
  };
}

async function ownTables(queries: Queries): Promise<string> {
  const names = sql`select string_agg(quote_ident(tablename), ', ') as names from pg_tables where schemaname = 'public'`;
  const { rows } = (await queries.execute(names)) as unknown as { rows: { names: string }[] };
  return rows[0]!.names;
}

/**
 * Opens a Postgres by its address, for this process alone, and brings its tables up to date.
 *
 * @throws ERR_DATABASE if it can't be reached; ERR_CONFLICT if another process uses it.
 */
export async function openPostgres(url: string): Promise<Database> {
  const pool = new pg.Pool({ connectionString: url, max: 8, connectionTimeoutMillis: 5000, query_timeout: 60_000 });
  const lock = new DatabaseLock(url);
  return await openPool({ kind: "postgres", pool, hold: () => lock.hold(), close: () => lock.release() });
}

interface PoolOptions extends Pick<Database, "kind" | "close"> {
  readonly pool: pg.Pool;
  /** Makes sure that the database is this process's. */
  hold(): Promise<void>;
}

async function openPool({ kind, pool, hold, close }: PoolOptions): Promise<Database> {
  pool.on("error", () => {}); // an idle connection broke; the next query opens another, or tells
  // One that is in use tells by its query; between two of a transaction nobody would listen, and the process would end.
  pool.on("connect", (client) => void client.on("error", () => {}));
  // By hand: drizzle's own never gives a connection back on which `begin` failed, and those in the pool are all there are.
  const inTransaction = async <T>(work: (queries: Queries) => Promise<T>): Promise<T> => {
    await hold();
    const client = await pool.connect();
    let broken: Error | undefined;
    try {
      await client.query("begin");
      const result = await work(drizzle(client) as unknown as Queries);
      await client.query("commit");
      return result;
    } catch (error) {
      await client.query("rollback").catch((fault: Error) => {
        broken = fault;
      });
      throw error;
    } finally {
      client.release(broken);
    }
  };
  const end = async () => {
    await pool.end();
    await close();
  };
  try {
    await inTransaction(migrate);
  } catch (error) {
    await end();
    return tellIfGone(error);
  }
  const queries = drizzle(pool) as unknown as Queries;
  return {
    kind,
    queries,
    transaction: (work) => inTransaction(work).catch(tellIfGone),
    ping: () =>
      queries.execute(sql`select 1`).then(
        () => {},
        (cause) => {
          throw gone(cause);
        },
      ),
    close: end,
  };
}

async function migrate(tx: Queries): Promise<void> {
  // Two processes that start at once take turns.
  await tx.execute(sql`select pg_advisory_xact_lock(7155)`);
  await tx.execute(sql`create table if not exists migrations (id integer primary key)`);
  const done = (await tx.execute(sql`select coalesce(max(id), 0) as last from migrations`)) as unknown as {
    rows: { last: number }[];
  };
  const last = Number(done.rows[0]!.last);
  if (last > MIGRATIONS.at(-1)!.id)
    throw new LeukogramError("ERR_DATABASE", `the database belongs to a later version of Leukogram (${last})`, {
      hint: "Install that version.",
    });
  for (const { id, sql: text } of MIGRATIONS.filter((migration) => migration.id > last)) {
    for (const statement of statementsOf(text)) await tx.execute(sql.raw(statement));
    await tx.execute(sql`insert into migrations values (${id})`);
  }
}

// PGlite takes one statement at a time where it is asked by its extended protocol. Bodies of functions are in $$.
function statementsOf(text: string): string[] {
  const parts = text.match(/(?:\$\$[\s\S]*?\$\$|[^;])+/g) ?? [];
  return parts.map((part) => part.trim()).filter((part) => part !== "");
}

/** SQLSTATE classes and system errors of a database that is not there, or is going. */
const GONE = /^(08|57P|53300|ECONN|ETIMEDOUT|EPIPE|ENOTFOUND|ENOENT|EHOSTUNREACH|EAI_AGAIN)/;

/** SQLSTATE and system errors of a disk that is full. */
const FULL: ReadonlySet<string> = new Set(["53100", "ENOSPC", "EDQUOT"]);

/** Throws ERR_DATABASE where an error says that the database is gone, ERR_OUTPUT where its disk is full, else the error itself. */
export function tellIfGone(error: unknown): never {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const isGone =
      GONE.test(code ?? "") || /connection terminated|timeout exceeded|query read timeout|not queryable/i.test(message);
    if (cause instanceof LeukogramError) throw error;
    if (isGone) throw gone(error);
    if (FULL.has(code ?? "")) throw diskFull(error);
  }
  throw error;
}

const gone = (cause: unknown) =>
  new LeukogramError("ERR_DATABASE", "the database can't be reached", { hint: "Try again in a moment.", cause });
