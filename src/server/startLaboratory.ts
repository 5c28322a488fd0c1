import type { FastifyServerOptions } from "fastify";
import { openStore } from "../store/store.ts";
import { buildServer } from "./buildServer.ts";
import { LIMITS } from "./laboratory.ts";
import { startClassification } from "./work/classification.ts";

/** Options of {@link startLaboratory}. */
export interface LaboratoryOptions {
  readonly folder: string;
  /** Of a Postgres; PGlite in the folder without it. */
  readonly url?: string | undefined;
  readonly host: string;
  /** 0 takes any that is free. */
  readonly port: number;
  readonly model: string;
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
  model,
  now,
  logger,
}: LaboratoryOptions): Promise<RunningLaboratory> {
  const store = await openStore({ folder, url, now });
  try {
    let onError = (_: unknown) => {};
    const classification = startClassification(store, { onError: (error) => onError(error) });
    const app = await buildServer({ store, classification, model, limits: LIMITS, logger: logger ?? false });
    onError = (err) => app.log.error({ err }, "classification failed");
    const address = await app.listen({ host, port });
    return {
      address,
      async close() {
        await app.close();
        await classification.close();
        await store.close();
      },
    };
  } catch (error) {
    await store.close();
    throw error;
  }
}
