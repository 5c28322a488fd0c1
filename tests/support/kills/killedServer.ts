// A server that is killed and started again, and a client that sends each wish until it is answered.
import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Rng } from "@leukogram/engine/core/rng";

/** What is started, and on which data. */
export interface ServerPlace {
  /** The program. */
  readonly program: string;
  readonly folder: string;
  /** Of a database; without, it lies in the folder. */
  readonly url?: string | undefined;
  /** More arguments of `serve`. */
  readonly more?: readonly string[];
}

/** Such a server. */
export class KilledServer {
  readonly #place: ServerPlace;
  #child: ChildProcess | undefined;
  #address = deferred();
  /** Requests that were sent again, as their answer never came, by what they ask. */
  readonly again: Record<string, number> = {};
  kills = 0;

  constructor(place: ServerPlace) {
    this.#place = place;
  }

  /** Where it answers, as soon as it runs. */
  get address(): Promise<string> {
    return this.#address.promise;
  }

  /** Starts it; those who wait for it go on. */
  async start(): Promise<void> {
    const { program, folder, url, more = [] } = this.#place;
    const args = [
      program,
      "serve",
      "--data",
      folder,
      "--port",
      "0",
      "--model",
      "cnn-anylab",
      "--json",
      "--quiet",
      ...more,
    ];
    const { DATABASE_URL: _, ...env } = process.env;
    const child = spawn(process.execPath, args, {
      stdio: ["ignore", "pipe", "inherit"],
      env: { ...env, ...(url !== undefined && { DATABASE_URL: url }) },
    });
    this.#child = child;
    // Who fails leaves no server behind.
    const gone = () => void child.kill("SIGKILL");
    process.once("exit", gone);
    child.once("close", () => process.off("exit", gone));
    for await (const line of createInterface(child.stdout!)) {
      this.#address.resolve((JSON.parse(line) as { address: string }).address);
      return;
    }
    throw new Error("the server did not start");
  }

  /** Kills it, whatever it does. */
  async kill(): Promise<void> {
    await this.#signal("SIGKILL");
    this.kills++;
  }

  /** Ends it as its users do. @returns its exit code */
  async end(): Promise<number | null> {
    return await this.#signal("SIGTERM");
  }

  async #signal(signal: NodeJS.Signals): Promise<number | null> {
    const closed = once(this.#child!, "close");
    this.#child!.kill(signal);
    const [code] = await closed;
    this.#address = deferred();
    return code;
  }

  /** Kills it at random moments and starts it again while something is done. @param life milliseconds that it lives at most, where it starts fast */
  async killWhile<T>(work: () => Promise<T>, { rng, life }: { readonly rng: Rng; readonly life: number }): Promise<T> {
    let isOver = false;
    const killing = async () => {
      for (let took = 0; ; ) {
        // On a busy machine all takes longer: a server that is always killed before it gets anywhere would never end.
        await pause(500 + rng.integer(Math.max(life, Math.round(2 * took))));
        if (isOver) return;
        await this.kill();
        const before = performance.now();
        await this.start();
        took = performance.now() - before;
      }
    };
    const end = killing();
    const doesNotStart = new Promise<never>((_, reject) => end.catch(reject));
    try {
      return await Promise.race([work(), doesNotStart]);
    } finally {
      isOver = true;
      await end;
    }
  }

  /** Sends a wish until an answer comes, always with the same key. @throws if it is refused */
  // biome-ignore lint/suspicious/noExplicitAny: the checks say what they expect of it
  async send(line: string, body?: object | (() => FormData)): Promise<any> {
    const [method, path] = line.split(" ") as [string, string];
    const key = randomUUID();
    for (;;) {
      const address = await this.address;
      try {
        const isForm = typeof body === "function";
        const response = await fetch(`${address}/api/v1/${path}`, {
          method,
          headers: { "idempotency-key": key, ...(body && !isForm && { "content-type": "application/json" }) },
          ...(body && { body: isForm ? body() : JSON.stringify(body) }),
        });
        const answer = await response.json();
        if (response.status === 200) return answer;
        // So many signatures in a minute are allowed; a new server counts from the beginning.
        if (response.status < 500 && response.status !== 429) throw new Refused(`${line}: ${JSON.stringify(answer)}`);
      } catch (error) {
        if (error instanceof Refused) throw error;
      }
      const kind = line.replaceAll(/[0-9a-f-]{36}/g, "ID");
      this.again[kind] = (this.again[kind] ?? 0) + 1;
      await pause(20);
    }
  }
}

class Refused extends Error {}

/** Waits. */
export const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Files as the web app sends them: a new form each time, as one is read but once. */
export const formOf = (images: readonly Buffer[]) => () => {
  const form = new FormData();
  for (const [i, bytes] of images.entries()) form.append("files", new Blob([new Uint8Array(bytes)]), `${i}.png`);
  return form;
};

function deferred() {
  let resolve!: (address: string) => void;
  const promise = new Promise<string>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}
