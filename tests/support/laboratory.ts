// A laboratory for tests: a real store in a folder of its own, the real model, requests without a network.
import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildServer } from "@leukogram/laboratory/server/buildServer";
import type { IdentityProvider } from "@leukogram/laboratory/server/guard/identityProvider";
import { type App, LIMITS, type Limits } from "@leukogram/laboratory/server/laboratory";
import { startWork, type Work, type WorkOptions } from "@leukogram/laboratory/server/work/work";
import { openStore, type Store } from "@leukogram/laboratory/store/store";
import type { InjectOptions } from "fastify";
import { afterAll } from "vitest";
import { copyEmptyDatabase } from "./emptyDatabase.ts";
import { builtPath } from "./packages.ts";
import type { TestFile } from "./pictures.ts";

/** A clock that tests turn. */
export class Clock {
  #at = Date.UTC(2026, 10, 26, 9);
  readonly now = () => new Date(this.#at);
  /** Lets this many milliseconds pass. */
  pass(milliseconds: number): void {
    this.#at += milliseconds;
  }
}

const folders: string[] = [];
// Here, as vitest forgets what a hook asks for.
afterAll(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** A new empty folder, which is removed when the file's tests have run. */
export function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "leukogram-laboratory-"));
  folders.push(folder);
  return folder;
}

/** A data folder with an empty database. */
export async function newDataFolder(): Promise<string> {
  const folder = newFolder();
  await copyEmptyDatabase(folder);
  return folder;
}

/** What a request got. */
export interface Answered {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: the tests say what they expect of it
  readonly body: any;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly raw: Buffer;
}

/** A laboratory that runs. */
export interface TestLaboratory {
  readonly app: App;
  readonly store: Store;
  readonly clock: Clock;
  readonly work: Work;
  /** Asks for a path below /api/v1, or elsewhere where it begins with a slash. */
  ask(line: string, body?: unknown, headers?: Record<string, string>): Promise<Answered>;
  /** Sends files to a case; `caseId` may be followed by `?upload=` and the upload that they belong to. */
  upload(caseId: string, files: readonly TestFile[], headers?: Record<string, string>): Promise<Answered>;
  /** Waits until nothing of a case waits for the model. */
  settled(caseId: string): Promise<void>;
  close(): Promise<void>;
}

/** Starts one. */
export async function startTestLaboratory({
  limits,
  url,
  webApp,
  isBehindProxy,
  provider,
  ...given
}: {
  readonly limits?: Partial<Limits>;
  readonly url?: string;
  readonly webApp?: string;
  readonly isBehindProxy?: boolean;
  readonly provider?: IdentityProvider;
} & Partial<WorkOptions> = {}): Promise<TestLaboratory> {
  const folder = url === undefined ? await newDataFolder() : newFolder();
  const clock = new Clock();
  const store = await openStore({ folder, url, now: clock.now });
  const faults: unknown[] = [];
  const onError = (error: unknown) => faults.push(error);
  // Built, as from their sources programs take seconds to start.
  const built = {
    script: builtPath("laboratory", "server/work/engineProcess.js"),
    command: [builtPath("leukogram", "cli/main.js")],
  };
  const work = startWork(store, { model: "cnn-anylab", threads: 1, ...built, ...given, onError });
  const { classification } = work;
  const app = await buildServer({
    store,
    classification,
    work,
    limits: { ...LIMITS, ...limits },
    webApp,
    isBehindProxy,
    provider,
  });
  const ask = async (line: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answered> => {
    const [method, path] = line.split(" ") as [InjectOptions["method"], string];
    const isChange = method !== "GET";
    const response = await app.inject({
      method: method!,
      url: path.startsWith("/") ? path : `/api/v1/${path}`,
      headers: { host: "localhost", ...(isChange && { "idempotency-key": randomUUID() }), ...headers },
      ...(body !== undefined && { payload: body as Buffer | object }),
    });
    const isJson = /\bjson|[+]json/.test(String(response.headers["content-type"]));
    return {
      status: response.statusCode,
      body: isJson && response.body !== "" ? JSON.parse(response.body) : response.body,
      headers: response.headers,
      raw: response.rawPayload,
    };
  };
  return {
    app,
    store,
    clock,
    work,
    ask,
    upload: (caseId, files, headers) => {
      const { payload, type } = multipart(files);
      const [id, query] = caseId.split("?");
      return ask(`POST cases/${id}/images${query === undefined ? "" : `?${query}`}`, payload, {
        "content-type": type,
        ...headers,
      });
    },
    async settled(caseId) {
      while ((await ask(`GET cases/${caseId}`)).body.waiting > 0) {
        if (faults.length > 0) throw faults[0];
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    },
    async close() {
      await app.close();
      await work.close();
      await store.close();
    },
  };
}

function multipart(files: readonly TestFile[]) {
  const boundary = "----leukogram";
  const parts = files.flatMap(({ name, bytes }) => [
    Buffer.from(
      `--${boundary}\r\ncontent-disposition: form-data; name="files"; filename="${name}"\r\ncontent-type: application/octet-stream\r\n\r\n`,
    ),
    bytes,
    Buffer.from("\r\n"),
  ]);
  const payload = Buffer.concat([...parts, Buffer.from(`--${boundary}--\r\n`)]);
  return { payload, type: `multipart/form-data; boundary=${boundary}` };
}
