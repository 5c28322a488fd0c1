import type { FastifyServerOptions } from "fastify";
import { openStore } from "../store/store.ts";
import { buildServer } from "./buildServer.ts";
import { LIMITS } from "./laboratory.ts";
import { startWork, type WorkOptions } from "./work/work.ts";

/** Options of {@link startLaboratory}. */
export interface LaboratoryOptions extends Omit<WorkOptions, "onError"> {
  readonly folder: string;
  /** Of a Postgres; PGlite in the folder without it. */
  readonly url?: string | undefined;
  readonly host: string;
  /** 0 takes any that is free. */
  readonly port: number;
  readonly now: () => Date;
  readonly logger?: FastifyServerOptions["logger"];
}

/** A server that listens. */
export interface RunningLaboratory {
  readonly address: string;
  /** Takes no more requests, finishes those under way, stops the queue and closes the database. */
  close(): Promise<void>;
}

/** Opens the data folder, and serves it. */
export async function startLaboratory({
  folder,
  url,
  host,
  port,
  now,
  logger,
  ...options
}: LaboratoryOptions): Promise<RunningLaboratory> {
  const store = await openStore({ folder, url, now });
  try {
    let onError = (_: unknown) => {};
    const work = startWork(store, { ...options, onError: (error) => onError(error) });
    const { classification } = work;
    const app = await buildServer({ store, classification, work, limits: LIMITS, logger: logger ?? false });
    onError = (err) => app.log.error({ err }, "work behind the routes failed");
    const address = await app.listen({ host, port });
    return {
      address,
      async close() {
        await app.close();
        await work.close();
        await store.close();
      },
    };
  } catch (error) {
    await store.close();
    throw error;
  }
}
