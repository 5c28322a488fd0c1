import { type Command, InvalidArgumentError } from "commander";
import { openStore, type Store } from "../store/store.ts";

/** What the trail calls who changes records by a command. */
export const ACTOR = "command line";

/** `--data`, for commands that work on the laboratory's records. */
export function addDataFlag(command: Command): void {
  command.option(
    "--data <folder>",
    "folder for the laboratory's records; also for the database, unless DATABASE_URL gives a Postgres database",
    "laboratory",
  );
}

/** Runs with the laboratory's records open. @throws ERR_CONFLICT while a server uses them. */
export async function withStore<T>(
  options: Readonly<Record<string, unknown>>,
  work: (store: Store) => Promise<T>,
): Promise<T> {
  const store = await openStore({ folder: String(options.data), url: databaseUrl(), now: clock });
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

/** Address of the Postgres that was named in the environment. */
export function databaseUrl(): string | undefined {
  return process.env.DATABASE_URL || undefined;
}

/** The program's clock. */
export const clock = () => new Date();

/** A port for a flag. */
export function portNumber(text: string): number {
  const port = Number(text);
  if (text.trim() !== "" && Number.isInteger(port) && port >= 0 && port < 65536) return port;
  throw new InvalidArgumentError("Expected a number from 0 to 65535");
}
