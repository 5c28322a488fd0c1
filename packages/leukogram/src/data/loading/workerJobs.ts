// The worker's side of a WorkerPool.
import { parentPort, type Transferable } from "node:worker_threads";
import { LeukogramError } from "@leukogram/engine/core/errors";
import { hearSpans, type Span } from "@leukogram/engine/core/spans";

/** A job as it is sent to a worker. */
export interface WorkerRequest<Job> {
  readonly id: number;
  readonly job: Job;
  /** Whether somebody asks how long it takes. */
  readonly isTimed: boolean;
}

/** Asks a worker to end when it has done what it was sent. */
export const END = "end";

/** A worker's answer to a job; `failure` where it could not be done. */
export interface WorkerReply<Answer> {
  readonly id: number;
  readonly answer?: Answer;
  /** What the thread did since its last answer. */
  readonly spans: readonly Span[];
  readonly failure?: { readonly code: string; readonly reason: string; readonly hint: string | undefined };
}

/**
 * Answers the jobs that this worker thread is sent, until it is stopped.
 *
 * @param memoryOf memory in an answer that goes back with it, without a copy.
 */
export function answerJobs<Job, Answer>(
  answer: (job: Job) => Answer | Promise<Answer>,
  memoryOf: (answer: Answer) => Transferable[] = () => [],
): void {
  const port = parentPort!;
  let spans: Span[] = [];
  let stopHearing: (() => void) | undefined;
  const spansSoFar = () => {
    const told = spans;
    spans = [];
    return told;
  };
  port.on("message", async (request: WorkerRequest<Job> | typeof END) => {
    if (request === END) {
      port.close(); // the thread ends when no job keeps it
      return;
    }
    const { id, job, isTimed } = request;
    if (!isTimed) stopHearing?.();
    stopHearing = isTimed ? (stopHearing ?? hearSpans((span) => spans.push(span))) : undefined;
    try {
      const done = await answer(job);
      port.postMessage({ id, answer: done, spans: spansSoFar() } satisfies WorkerReply<Answer>, memoryOf(done));
    } catch (error) {
      const { code, reason, hint } =
        error instanceof LeukogramError
          ? error
          : { code: "ERR_RUNTIME", reason: (error as Error).message, hint: undefined };
      port.postMessage({ id, failure: { code, reason, hint }, spans: spansSoFar() } satisfies WorkerReply<Answer>);
    }
  });
}
