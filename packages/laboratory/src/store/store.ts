import { EventEmitter } from "node:events";
import { join } from "node:path";
import { type Database, openPglite, openPostgres } from "./database/database.ts";
import { lockFolder } from "./database/lock.ts";
import { type ImageFolder, openImages } from "./images.ts";

/** What has changed, told after its commit. */
export interface Changed {
  readonly caseId: string;
  readonly cells: readonly string[];
}

/** The laboratory's records: a database and image files. */
export interface Store {
  /** The data folder: images, adapted models and runs lie there. */
  readonly folder: string;
  readonly database: Database;
  readonly images: ImageFolder;
  /** The one clock. */
  now(): Date;
  /** Tells those who listen. */
  changed(change: Changed): void;
  /** Listens to changes; returns what ends that. */
  listen(to: (change: Changed) => void): () => void;
  close(): Promise<void>;
}

/** Options of {@link openStore}. */
export interface StoreOptions {
  readonly folder: string;
  /** Of a Postgres; without it the database is PGlite's, in the folder. */
  readonly url?: string | undefined;
  readonly now: () => Date;
}

/**
 * Opens the laboratory's records for this process alone; what is missing is made.
 *
 * @throws ERR_CONFLICT if another process has the folder, ERR_DATABASE if the database can't be reached.
 */
export async function openStore({ folder, url, now }: StoreOptions): Promise<Store> {
  const unlock = lockFolder(folder, now);
  try {
    const images = await openImages(join(folder, "images"));
    const database = url === undefined ? await openPglite(join(folder, "database")) : await openPostgres(url);
    const emitter = new EventEmitter().setMaxListeners(0);
    return {
      folder,
      database,
      images,
      now,
      changed: (change) => void emitter.emit("change", change),
      listen(to) {
        emitter.on("change", to);
        return () => emitter.off("change", to);
      },
      async close() {
        await database.close();
        unlock();
      },
    };
  } catch (error) {
    unlock();
    throw error;
  }
}
