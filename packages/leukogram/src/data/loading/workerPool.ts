import type { Transferable, Worker } from "node:worker_threads";
import { type ErrorCode, LeukogramError } from "@leukogram/engine/core/errors";
import { isTimed, tellSpan } from "@leukogram/engine/core/spans";
import { startWorker } from "./startWorker.ts";
import { END, type WorkerReply, type WorkerRequest } from "./workerJobs.ts";

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
  /** Whether jobs run native code: a thread that is stopped in the midst of it can end the process. */
  readonly isNative?: boolean;
}

interface Member {
  readonly worker: Worker;
  readonly ended: Promise<void>;
  /** Jobs sent and not answered yet. */
  readonly pending: Map<number, { resolve(answer: never): void; reject(error: Error): void }>;
}

/** Worker threads that answer jobs by `answerJobs`; each takes the next job when it has the fewest to do. */
export class WorkerPool<Job, Answer> {
  readonly #name: string;
  readonly #members: Member[];
  readonly #isNative: boolean;
  #jobs = 0;
  #failure: Error | undefined;
  #closed = false;

  constructor({ name, count, script, data, isNative = false }: WorkerPoolOptions) {
    this.#name = name;
    this.#isNative = isNative;
    this.#members = Array.from({ length: count }, () => {
      const worker = startWorker(script, data);
      const ended = new Promise<void>((resolve) => worker.once("exit", () => resolve()));
      const member: Member = { worker, ended, pending: new Map() };
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
      member.worker.postMessage({ id, job, isTimed: isTimed() } satisfies WorkerRequest<Job>, transfer);
    });
  }

  /** Ends the workers; those that run native code, after the jobs that they have. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#fail(new LeukogramError("ERR_ABORTED", `the ${this.#name} was closed`));
    await Promise.all(this.#members.map((member) => this.#end(member)));
  }

  async #end({ worker, ended }: Member): Promise<void> {
    if (!this.#isNative) {
      await worker.terminate();
      return;
    }
    worker.ref();
    worker.postMessage(END);
    await ended;
  }

  #listen(member: Member): void {
    const thread = `${this.#name} thread ${member.worker.threadId}`;
    member.worker.on("message", ({ id, answer, failure, spans }: WorkerReply<Answer>) => {
      for (const span of spans) tellSpan({ ...span, thread });
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
