import { existsSync } from "node:fs";
import { Worker } from "node:worker_threads";

/**
 * Starts a thread that does not keep the process alive. Threads know no TypeScript: run from its sources, the package asks tsx to load them.
 *
 * @param script without its extension, beside the caller: `new URL("./loaderWorker", import.meta.url)`
 */
export function startWorker(script: URL, workerData: unknown): Worker {
  const compiled = new URL(`${script.href}.js`);
  const worker = existsSync(compiled)
    ? new Worker(compiled, { workerData, execArgv: [] }) // what this process was started with may not suit a thread
    : new Worker(new URL(`${script.href}.ts`), { workerData, execArgv: ["--import", tsxHook()] });
  worker.unref();
  return worker;
}

// `--import tsx` is enough from Node 22 on; in Node 20 it registers itself in the main thread only.
function tsxHook(): string {
  const api = import.meta.resolve("tsx/esm/api");
  return `data:text/javascript,import { register } from ${JSON.stringify(api)}; register();`;
}
