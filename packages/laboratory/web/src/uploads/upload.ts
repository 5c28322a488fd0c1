import { ApiError, newKey, send } from "../api/client.ts";
import type { Announced, Uploaded } from "../api/types.ts";
import { partsOf, sendPart } from "../api/upload.ts";
import { wordsOf } from "../app/messages.tsx";
import { t } from "../language/words.ts";
import { untilAnswered, type Wait } from "./untilAnswered.ts";

/** Requests at a time. */
const AT_ONCE = 3;

/** What an upload tells. */
export interface UploadListener {
  readonly onAnswer: (answer: Uploaded) => void;
  readonly onFailed: (files: readonly File[], reason: string) => void;
  readonly onChange: () => void;
}

/** Options of {@link Upload}. */
export interface UploadOptions extends UploadListener {
  readonly caseId: string;
  readonly files: readonly File[];
  /** The announced upload that the files belong to, if they are sent again. */
  readonly id?: string | undefined;
}

/** Files on their way into a case: announced first, then sent in parts, each with a key that stays the same with each try. */
export class Upload {
  readonly caseId: string;
  readonly files: readonly File[];
  readonly bytes: number;
  readonly #options: UploadOptions;
  readonly #stop = new AbortController();
  readonly #sent = new Map<readonly File[], number>();
  readonly #left: Set<File>;
  #id: string | undefined;
  #wait: Wait | undefined;

  constructor(options: UploadOptions) {
    this.#options = options;
    this.caseId = options.caseId;
    this.files = options.files;
    this.bytes = bytesOf(options.files);
    this.#left = new Set(options.files);
    this.#id = options.id;
  }

  /** As the server knows it; undefined until it is announced. */
  get id(): string | undefined {
    return this.#id;
  }

  /** Files that are neither answered nor failed. */
  get left(): readonly File[] {
    return [...this.#left];
  }

  get doneFiles(): number {
    return this.files.length - this.#left.size;
  }

  get doneBytes(): number {
    return Math.min(
      this.bytes,
      [...this.#sent.values()].reduce((sum, count) => sum + count, 0),
    );
  }

  /** Why nothing goes on, if nothing does. */
  get wait(): Wait | undefined {
    return this.#wait;
  }

  /** Tells the server what is coming, so that the case knows what it misses. @param beside other uploads that are under way. */
  async announce(beside: readonly string[]): Promise<void> {
    if (this.#id !== undefined || this.#stop.signal.aborted) return;
    const body = { files: this.files.map(({ name }) => name), beside };
    const key = newKey();
    try {
      const announced = await this.#patiently(() =>
        send<Announced>("POST", `/cases/${this.caseId}/uploads`, body, key),
      );
      this.#id = announced.upload;
    } catch (error) {
      if (!this.#stop.signal.aborted) this.#fail(this.files, wordsOf(error));
    }
  }

  /** Sends what is left; returns when all is answered, failed or stopped. */
  async run(): Promise<void> {
    if (this.#id === undefined) return;
    const parts = partsOf(this.left);
    let next = 0;
    const worker = async () => {
      while (next < parts.length && !this.#stop.signal.aborted) await this.#send(parts[next++]!);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
  }

  /** Stops it; what is left can be sent again. */
  cancel(): void {
    this.#stop.abort();
  }

  async #send(part: readonly File[]): Promise<void> {
    const options = { caseId: this.caseId, upload: this.#id!, key: newKey(), signal: this.#stop.signal };
    const onBytes = (count: number) => {
      this.#sent.set(part, count);
      this.#options.onChange();
    };
    const once = () => sendPart(part, { ...options, onBytes }).catch((error) => explained(error, part));
    try {
      const answer = await this.#patiently(once);
      for (const file of part) this.#left.delete(file);
      this.#sent.set(part, bytesOf(part));
      this.#options.onAnswer(answer);
    } catch (error) {
      this.#sent.delete(part);
      if (this.#stop.signal.aborted) return;
      if (!(error instanceof GoneFiles)) return this.#fail(part, wordsOf(error));
      this.#fail(error.files, t("upload.gone"));
      const rest = part.filter((file) => !error.files.includes(file));
      if (rest.length > 0) await this.#send(rest);
    }
  }

  #fail(files: readonly File[], reason: string): void {
    for (const file of files) this.#left.delete(file);
    this.#options.onFailed(files, reason);
  }

  #patiently<T>(work: () => Promise<T>): Promise<T> {
    const onWait = (wait: Wait | undefined) => {
      if (wait === this.#wait) return;
      this.#wait = wait;
      this.#options.onChange();
    };
    return untilAnswered(work, { signal: this.#stop.signal, onWait });
  }
}

const bytesOf = (files: readonly File[]) => files.reduce((sum, { size }) => sum + size, 0);

/** Files that are not on the disk any more, or not as they were: a browser says of them what it says of a network that is gone. */
class GoneFiles extends Error {
  readonly files: readonly File[];

  constructor(files: readonly File[]) {
    super(t("upload.gone"));
    this.files = files;
  }
}

async function explained(error: unknown, part: readonly File[]): Promise<never> {
  if (!(error instanceof ApiError && error.status === 0)) throw error;
  const looks = await Promise.all(
    part.map((file) =>
      file
        .slice(0, 1)
        .arrayBuffer()
        .then(
          () => undefined,
          () => file,
        ),
    ),
  );
  const gone = looks.filter((file) => file !== undefined);
  throw gone.length > 0 ? new GoneFiles(gone) : error;
}
