import type { Transferable, Worker } from "node:worker_threads";
import { type ErrorCode, LeukogramError } from "@leukogram/engine/core/errors";
import { startWorker } from "./startWorker.ts";
import type { WorkerReply, WorkerRequest } from "./workerJobs.ts";

/** Options of {@link WorkerPool}. */
export interface WorkerPoolOptions {
  /** Whose workers these are, for messages: "loader". */
  readonly name: string;
  /** Number of threads. */
  readonly count: number;
  /** The script without its extension, beside this one's package: `new URL("./loaderWorker", import.meta.url)`. */
  readonly script: URL;
  /** What a worker is given when it starts. */
  readonly data?: unknown;
}

interface Member {
  readonly worker: Worker;
  /** Jobs sent and not answered yet. */
  readonly pending: Map<number, { resolve(answer: never): void; reject(error: Error): void }>;
}

/** Worker threads that answer jobs by `answerJobs`; each takes the next job when it has the fewest to do. */
export class WorkerPool<Job, Answer> {
  readonly #name: string;
  readonly #members: Member[];
  #jobs = 0;
  #failure: Error | undefined;
  #closed = false;

  constructor({ name, count, script, data }: WorkerPoolOptions) {
    this.#name = name;
    this.#members = Array.from({ length: count }, () => {
      const member: Member = { worker: startWorker(script, data), pending: new Map() };
      this.#listen(member);
      return member;
    });
  }

  /**
   * Has a job done; the memory named in `transfer` goes to the worker.
   *
   * @throws LeukogramError as the worker does, ERR_RUNTIME if it died.
   */
  run(job: Job, transfer: readonly Transferable[] = []): Promise<Answer> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    const member = this.#members.reduce((least, other) => (other.pending.size < least.pending.size ? other : least));
    const id = this.#jobs++;
    return new Promise<Answer>((resolve, reject) => {
      member.pending.set(id, { resolve, reject });
      member.worker.ref(); // what waits for an answer must keep the process alive
      member.worker.postMessage({ id, job } satisfies WorkerRequest<Job>, transfer);
    });
  }

  /** Ends the workers. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#fail(new LeukogramError("ERR_ABORTED", `the ${this.#name} was closed`));
    await Promise.all(this.#members.map(({ worker }) => worker.terminate()));
  }

  #listen(member: Member): void {
    member.worker.on("message", ({ id, answer, failure }: WorkerReply<Answer>) => {
      const waiting = member.pending.get(id);
      member.pending.delete(id);
      if (member.pending.size === 0) member.worker.unref();
      if (failure === undefined) waiting?.resolve(answer as never);
      else
        waiting?.reject(
          new LeukogramError(failure.code as ErrorCode, failure.reason, {
            ...(failure.hint !== undefined && { hint: failure.hint }),
          }),
        );
    });
    member.worker.on("error", (cause) => {
      const text = cause instanceof Error ? cause.message : String(cause);
      this.#fail(new LeukogramError("ERR_RUNTIME", `a ${this.#name} worker failed: ${text}`, { cause }));
    });
    member.worker.on("exit", (code) => {
      if (!this.#closed)
        this.#fail(new LeukogramError("ERR_RUNTIME", `a ${this.#name} worker ended with code ${code}`));
    });
  }

  // All that wait are told, so that no answer is waited for in vain.
  #fail(error: Error): void {
    this.#failure ??= error;
    for (const { pending } of this.#members ?? []) {
      for (const waiting of pending.values()) waiting.reject(this.#failure);
      pending.clear();
    }
  }
}
