import { Worker } from "node:worker_threads";
import { LeukogramError } from "../core/errors.ts";
import type { LoaderJob, LoaderReply, LoaderWorkerData } from "./loaderWorker.ts";

interface Member {
  readonly worker: Worker;
  /** Jobs sent and not answered yet, by batch. */
  readonly pending: Map<number, { resolve(buffer: ArrayBuffer): void; reject(error: Error): void }>;
}

/** Worker threads that fill batches; each takes the next job when it has the fewest to do. */
export class WorkerPool {
  readonly #members: Member[];
  #failure: Error | undefined;
  #closed = false;

  constructor(count: number, data: LoaderWorkerData) {
    this.#members = Array.from({ length: count }, () => {
      const member: Member = { worker: startWorker(data), pending: new Map() };
      this.#listen(member);
      return member;
    });
  }

  /**
   * Fills a batch; its memory goes to the worker and comes back.
   *
   * @throws LeukogramError ERR_DATA where an image cannot be read, ERR_RUNTIME where the worker died.
   */
  run(job: LoaderJob): Promise<ArrayBuffer> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    const member = this.#members.reduce((least, other) => (other.pending.size < least.pending.size ? other : least));
    return new Promise((resolve, reject) => {
      member.pending.set(job.batch, { resolve, reject });
      member.worker.ref(); // what waits for a batch must keep the process alive
      member.worker.postMessage(job, [job.buffer]);
    });
  }

  /** Ends the workers. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#fail(new LeukogramError("ERR_ABORTED", "the loader was closed"));
    await Promise.all(this.#members.map(({ worker }) => worker.terminate()));
  }

  #listen(member: Member): void {
    member.worker.on("message", ({ batch, buffer, failure }: LoaderReply) => {
      const waiting = member.pending.get(batch);
      member.pending.delete(batch);
      if (member.pending.size === 0) member.worker.unref();
      if (failure === undefined) waiting?.resolve(buffer);
      else waiting?.reject(new LeukogramError("ERR_DATA", failure, { hint: "Delete the cache to build it again." }));
    });
    member.worker.on("error", (cause) => {
      const text = cause instanceof Error ? cause.message : String(cause);
      this.#fail(new LeukogramError("ERR_RUNTIME", `a loader worker failed: ${text}`, { cause }));
    });
    member.worker.on("exit", (code) => {
      if (!this.#closed) this.#fail(new LeukogramError("ERR_RUNTIME", `a loader worker ended with code ${code}`));
    });
  }

  // All that wait are told, so that no batch is waited for in vain.
  #fail(error: Error): void {
    this.#failure ??= error;
    for (const { pending } of this.#members ?? []) {
      for (const waiting of pending.values()) waiting.reject(this.#failure);
      pending.clear();
    }
  }
}

// Worker threads know no TypeScript: run from its sources, the package asks tsx to load them.
function startWorker(workerData: LoaderWorkerData): Worker {
  const fromSource = import.meta.url.endsWith(".ts");
  const url = new URL(fromSource ? "./loaderWorker.ts" : "./loaderWorker.js", import.meta.url);
  const worker = new Worker(url, { workerData, execArgv: fromSource ? ["--import", tsxHook()] : [] });
  worker.unref(); // a loader that nobody closed must not keep the process alive
  return worker;
}

// `--import tsx` is enough from Node 22 on; in Node 20 it registers itself in the main thread only.
function tsxHook(): string {
  const api = import.meta.resolve("tsx/esm/api");
  return `data:text/javascript,import { register } from ${JSON.stringify(api)}; register();`;
}
