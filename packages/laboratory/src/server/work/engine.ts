import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { type ErrorCode, LeukogramError } from "@leukogram/engine/core/errors";
import type { SessionOptions } from "@leukogram/engine/runtime/session";
import type { EngineJobs, EngineReply, EngineRequest, EngineSettings, JobKind } from "./engineJobs.ts";

/** Options of {@link Engine}. */
export interface EngineOptions {
  readonly session?: SessionOptions;
  /** Default: 15. */
  readonly nice?: number;
  /** The process's script; default: the one beside this, from its source where this is. */
  readonly script?: string | undefined;
}

const ENDING = import.meta.url.endsWith(".ts") ? "ts" : "js";
const SCRIPT = fileURLToPath(new URL(`./engineProcess.${ENDING}`, import.meta.url));

/** The process that runs models died, or could not be given a job. */
export class EngineGone extends LeukogramError {
  constructor(message: string, cause?: unknown) {
    super("ERR_RUNTIME", message, { hint: "The process restarts with the next job.", cause });
  }
}

interface Waiting {
  resolve(answer: never): void;
  reject(error: Error): void;
}

/**
 * A process of its own that runs models: ONNX Runtime blocks the thread that calls it, and an image that brings a decoder
 * down must not bring the server down. It starts with the first job, and again after it died.
 */
export class Engine {
  readonly #settings: EngineSettings;
  readonly #script: string;
  readonly #pending = new Map<number, Waiting>();
  #child: ChildProcess | undefined;
  #jobs = 0;
  #isClosed = false;

  constructor({ session = {}, nice = 15, script = SCRIPT }: EngineOptions = {}) {
    this.#settings = { session, nice };
    this.#script = script;
  }

  /** The process that runs now; undefined if none does. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /**
   * Has a job done; several at a time share the process, and one decodes while another is computed.
   *
   * @throws LeukogramError as the work does; {@link EngineGone} if the process died; ERR_ABORTED if it was closed.
   */
  run<K extends JobKind>(kind: K, job: EngineJobs[K][0]): Promise<EngineJobs[K][1]> {
    if (this.#isClosed) return Promise.reject(closed());
    this.#child ??= this.#start();
    const id = this.#jobs++;
    return new Promise<EngineJobs[K][1]>((resolve, reject) => {
      this.#pending.set(id, { resolve, reject });
      this.#child!.send({ id, kind, job } satisfies EngineRequest<K>, (error) => {
        if (error === null || !this.#pending.delete(id)) return;
        reject(new EngineGone(`a job could not be sent: ${error.message}`, error));
      });
    });
  }

  /** Ends the process at once, whatever it is doing; what waits for it is told so. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const child = this.#child;
    this.#fail(closed());
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGKILL");
    await ended;
  }

  #start(): ChildProcess {
    const child = fork(this.#script, [JSON.stringify(this.#settings)], {
      execArgv: this.#script.endsWith(".ts") ? ["--import", import.meta.resolve("tsx")] : [],
      // Of its own group: Ctrl-C in a terminal is for the server, which ends it when it is done.
      detached: true,
      serialization: "advanced",
      stdio: ["ignore", "ignore", "inherit", "ipc"],
    });
    child.on("message", (reply: EngineReply) => this.#take(reply));
    child.on("error", (cause) => this.#lost(child, cause.message));
    child.on("exit", (code, signal) => this.#lost(child, `it ended with ${signal ?? `code ${code}`}`));
    return child;
  }

  #take({ id, answer, failure }: EngineReply): void {
    const waiting = this.#pending.get(id);
    this.#pending.delete(id);
    if (failure === undefined) {
      waiting?.resolve(answer as never);
      return;
    }
    const { code, reason, hint } = failure;
    waiting?.reject(new LeukogramError(code as ErrorCode, reason, hint === undefined ? {} : { hint }));
  }

  #lost(child: ChildProcess, how: string): void {
    if (this.#child !== child) return;
    this.#child = undefined;
    this.#fail(new EngineGone(`the process that runs models has ended: ${how}`));
  }

  #fail(error: Error): void {
    const pending = [...this.#pending.values()];
    this.#pending.clear();
    for (const waiting of pending) waiting.reject(error);
  }
}

function closed(): LeukogramError {
  return new LeukogramError("ERR_ABORTED", "the server is shutting down");
}
