import type { FileHandle } from "node:fs/promises";
import { open, readFile, stat, writeFile } from "node:fs/promises";
import { LeukogramError } from "../core/errors.ts";
import type { StopSignal } from "../core/stopSignal.ts";

/** Options of {@link download}. */
export interface DownloadOptions {
  readonly signal?: StopSignal | undefined;
  /** Called with bytes received so far and in all; the second is undefined if the server does not say. */
  readonly onProgress?: ((received: number, total: number | undefined) => void) | undefined;
  /** Milliseconds without a byte after which a connection counts as broken; default 30 000. */
  readonly idleTimeout?: number;
  /** Milliseconds before a broken connection is tried again; default 500. */
  readonly retryDelay?: number;
  /** Connections in all; default 5. */
  readonly attempts?: number;
  /**
   * Keep what came of a download that failed, with its version in TARGET.json, and go on with it the next time; default
   * false.
   */
  readonly keep?: boolean;
}

/** Why a download failed, in words for a person; `retry` where another connection may help. */
export class DownloadError extends Error {
  readonly retry: boolean;

  constructor(message: string, { retry, cause }: { readonly retry: boolean; readonly cause?: unknown }) {
    super(message, { cause });
    this.retry = retry;
  }
}

/**
 * Downloads `url` into the file `target`. A connection that breaks is taken up where it ended, if the server honours
 * ranges, else from the start. What is in `target` after an error is not whole: delete it, or go on with it by `keep`.
 *
 * @throws DownloadError if it cannot be had whole; LeukogramError ERR_ABORTED; the file system's own errors.
 */
export async function download(url: string, target: string, options: DownloadOptions = {}): Promise<void> {
  const { signal, retryDelay = 500, attempts = 5, keep = false } = options;
  const begun = keep ? await readBegun(target, url) : undefined;
  const file = await open(target, begun === undefined ? "w" : "r+");
  try {
    const transfer = new Transfer(url, file, { ...options, begun, note: keep ? `${target}.json` : undefined });
    for (let attempt = 1; ; attempt++) {
      try {
        return await transfer.connect();
      } catch (error) {
        if (signal?.aborted) throw new LeukogramError("ERR_ABORTED", "the download was interrupted");
        // A server that was never reached is not waited for.
        const again = error instanceof DownloadError && error.retry && transfer.started && attempt < attempts;
        if (!again) throw error;
        await new Promise((resolve) => setTimeout(resolve, retryDelay));
      }
    }
  } finally {
    await file.close();
  }
}

/** A download that was started before. */
interface Begun {
  readonly received: number;
  readonly total: number;
  readonly version: string;
}

// What TARGET.json says of the bytes in TARGET; undefined if there is nothing to go on with.
async function readBegun(target: string, url: string): Promise<Begun | undefined> {
  try {
    const {
      url: from,
      total,
      version,
    } = JSON.parse(await readFile(`${target}.json`, "utf8")) as Begun & { url: string };
    const { size } = await stat(target);
    return from === url && typeof version === "string" && size > 0 && size < total
      ? { received: size, total, version }
      : undefined;
  } catch {
    return undefined;
  }
}

interface TransferOptions extends DownloadOptions {
  readonly begun: Begun | undefined;
  /** Where the version of the file is noted. */
  readonly note: string | undefined;
}

class Transfer {
  readonly #url: string;
  readonly #file: FileHandle;
  readonly #options: TransferOptions;
  #received = 0;
  #total: number | undefined;
  /** What the server calls this version of the file; a range is only asked for where it has a name. */
  #version: string | undefined;
  started = false;

  constructor(url: string, file: FileHandle, options: TransferOptions) {
    this.#url = url;
    this.#file = file;
    this.#options = options;
    this.#received = options.begun?.received ?? 0;
    this.#total = options.begun?.total;
    this.#version = options.begun?.version;
  }

  async connect(): Promise<void> {
    const { signal, idleTimeout = 30_000 } = this.#options;
    const idle = new AbortController();
    const timer = setTimeout(() => idle.abort(), idleTimeout);
    const signals = signal === undefined ? [idle.signal] : [idle.signal, abortSignalOf(signal)];
    try {
      const response = await this.#request(AbortSignal.any(signals));
      for await (const chunk of response.body ?? []) {
        timer.refresh();
        await this.#write(chunk);
      }
    } catch (cause) {
      if (cause instanceof DownloadError || isFileError(cause)) throw cause;
      const why = idle.signal.aborted ? `no data received for ${idleTimeout / 1000} s` : reason(cause);
      throw new DownloadError(this.#received > 0 ? `the download stopped after ${this.#progress} (${why})` : why, {
        retry: true,
        cause,
      });
    } finally {
      clearTimeout(timer);
      idle.abort(); // lets go of a body that was not read to its end
    }
    if (this.#total !== undefined && this.#received < this.#total)
      throw new DownloadError(`the download stopped after ${this.#progress}`, { retry: true });
  }

  // Asks for the rest, and for the whole where the answer is not the rest.
  async #request(signal: AbortSignal): Promise<Response> {
    const headers = { "accept-encoding": "identity" };
    if (this.#received > 0 && this.#version !== undefined && this.#total !== undefined) {
      const range = { range: `bytes=${this.#received}-`, "if-range": this.#version };
      const response = await fetch(this.#url, { headers: { ...headers, ...range }, signal });
      if (response.status === 206 && isRest(response, this.#received, this.#total)) {
        this.started = true;
        return response;
      }
      if (response.status === 200) return this.#fromStart(response);
      await response.body?.cancel();
    }
    return this.#fromStart(await fetch(this.#url, { headers, signal }));
  }

  async #fromStart(response: Response): Promise<Response> {
    if (response.status !== 200) {
      await response.body?.cancel();
      const temporary = response.status >= 500 || response.status === 429;
      throw new DownloadError(`the server returned ${response.status} ${response.statusText}`.trim(), {
        retry: temporary,
      });
    }
    this.started = true;
    this.#received = 0;
    this.#total = bodyLength(response);
    const etag = response.headers.get("etag");
    // A weak ETag does not promise equal bytes.
    this.#version = etag !== null && !etag.startsWith("W/") ? etag : undefined;
    await this.#file.truncate(0);
    const { note } = this.#options;
    const facts = { url: this.#url, total: this.#total, version: this.#version };
    if (note !== undefined) await writeFile(note, `${JSON.stringify(facts)}\n`);
    return response;
  }

  async #write(chunk: Uint8Array): Promise<void> {
    if (this.#total !== undefined && this.#received + chunk.length > this.#total) {
      this.#received = 0; // what came before can't be trusted either
      throw new DownloadError(`received more than the announced ${this.#total} bytes`, { retry: true });
    }
    let written = 0;
    while (written < chunk.length) {
      const { bytesWritten } = await this.#file.write(chunk, written, chunk.length - written, this.#received + written);
      written += bytesWritten;
    }
    this.#received += chunk.length;
    this.#options.onProgress?.(this.#received, this.#total);
  }

  get #progress(): string {
    return `${this.#received} of ${this.#total ?? "?"} bytes`;
  }
}

// A compressed body's length is not that of the file.
function bodyLength({ headers }: Response): number | undefined {
  const length = headers.get("content-length");
  const encoding = headers.get("content-encoding") ?? "identity";
  return length === null || encoding !== "identity" ? undefined : Number(length);
}

// Servers are known to answer 206 with other bytes than were asked for.
function isRest(response: Response, start: number, total: number): boolean {
  const range = /^bytes (\d+)-(\d+)\/(\d+)$/.exec(response.headers.get("content-range") ?? "");
  if (range === null) return false;
  const [first, last, size] = range.slice(1).map(Number) as [number, number, number];
  const length = bodyLength(response) ?? total - start;
  return first === start && last === total - 1 && size === total && length === total - start;
}

const WORDS: Readonly<Record<string, string>> = {
  ECONNREFUSED: "the connection was refused",
  ENOTFOUND: "unknown host name",
  EAI_AGAIN: "the host name can't be resolved",
  ECONNRESET: "the connection was closed",
  UND_ERR_SOCKET: "the connection was closed",
  ETIMEDOUT: "the host does not respond",
  EHOSTUNREACH: "the host cannot be reached",
  ENETUNREACH: "no network connection",
  UND_ERR_CONNECT_TIMEOUT: "the host does not respond",
};

// fetch says "fetch failed" and "terminated"; why is in the cause, or in the causes of several addresses.
function reason(error: unknown): string {
  const { cause } = error as { cause?: NodeJS.ErrnoException & { errors?: NodeJS.ErrnoException[] } };
  const code = cause?.code ?? cause?.errors?.[0]?.code ?? "";
  return WORDS[code] ?? cause?.message ?? (error instanceof Error ? error.message : String(error));
}

// Of the disk, not of the network: these have a path or a file descriptor's call.
function isFileError(error: unknown): boolean {
  return ["ENOSPC", "EIO", "EDQUOT", "EROFS", "EFBIG"].includes((error as NodeJS.ErrnoException)?.code ?? "");
}

// fetch takes no other.
function abortSignalOf(signal: StopSignal): AbortSignal {
  if (signal instanceof AbortSignal) return signal;
  const controller = new AbortController();
  if (signal.aborted) controller.abort();
  else signal.addEventListener("abort", () => controller.abort());
  return controller.signal;
}
