// Uploads of this page, of all cases: they run one after the other, whatever page of the app is open.
import type { ChosenFiles } from "../api/droppedFiles.ts";
import type { Uploaded } from "../api/types.ts";
import { t } from "../language/words.ts";
import type { Wait } from "./untilAnswered.ts";
import { Upload } from "./upload.ts";

/** A file that was not taken. */
export interface Refused {
  readonly file: string;
  readonly reason: string;
}

/** The uploads of a case, together. */
export interface CaseUploads {
  readonly caseName: string;
  readonly isBusy: boolean;
  /** Why nothing goes on. */
  readonly wait: Wait | undefined;
  readonly files: number;
  readonly doneFiles: number;
  readonly bytes: number;
  readonly doneBytes: number;
  readonly added: number;
  readonly known: number;
  readonly skipped: number;
  readonly refused: readonly Refused[];
  /** Files that were not sent, and can be sent again. */
  readonly failed: number;
  /** Why, of the last of them. */
  readonly reason: string;
  /** Grows when an upload has ended. */
  readonly ended: number;
}

/** Of a case into which nothing was uploaded. */
export const NO_UPLOADS: CaseUploads = {
  ...{ caseName: "", isBusy: false, wait: undefined, files: 0, doneFiles: 0, bytes: 0, doneBytes: 0 },
  ...{ added: 0, known: 0, skipped: 0, refused: [], failed: 0, reason: "", ended: 0 },
};

/** Who hears of uploads. */
export interface QueueListener {
  /** The uploads of a case have ended. */
  readonly onEnded: (uploads: CaseUploads) => void;
  readonly onWait: (wait: Wait) => void;
}

/** Which case. */
export interface UploadPlace {
  readonly caseId: string;
  readonly caseName: string;
}

// Files that one announcement takes.
const AT_ONCE = 50_000;

interface Outcome extends UploadPlace {
  added: number;
  known: number;
  skipped: number;
  refused: readonly Refused[];
  failed: { readonly id: string | undefined; readonly files: readonly File[] }[];
  reason: string;
  ended: number;
  /** Of uploads that have ended while others wait. */
  files: number;
  bytes: number;
}

/** The queue. */
export class UploadQueue {
  readonly #listener: QueueListener;
  readonly #listeners = new Set<() => void>();
  readonly #outcomes = new Map<string, Outcome>();
  #uploads: readonly Upload[] = [];
  #announced: Promise<void> = Promise.resolve();
  #isRunning = false;
  #user: string | undefined;
  #state: ReadonlyMap<string, CaseUploads> = new Map();
  #wait: Wait | undefined;

  constructor(listener: QueueListener) {
    this.#listener = listener;
  }

  readonly subscribe = (listener: () => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** By case. */
  readonly snapshot = () => this.#state;

  /** Who is signed in: what somebody else left is not sent under this name. */
  setUser(user: string): void {
    if (this.#user !== undefined && this.#user !== user) {
      for (const upload of this.#uploads) upload.cancel();
      this.#outcomes.clear();
    }
    this.#user = user;
    this.#show();
  }

  /** Adds files: behind those that are on their way. */
  add(place: UploadPlace, { files, skipped }: ChosenFiles): void {
    const outcome = this.#outcomeOf(place);
    outcome.skipped += skipped;
    for (let i = 0; i < files.length; i += AT_ONCE) this.#push(outcome, files.slice(i, i + AT_ONCE));
    this.#show();
  }

  /** Sends again what was not sent. */
  again(caseId: string): void {
    const outcome = this.#outcomes.get(caseId);
    if (outcome === undefined) return;
    const { failed } = outcome;
    [outcome.failed, outcome.reason] = [[], ""];
    const byId = new Map<string | undefined, File[]>();
    for (const { id, files } of failed) byId.set(id, [...(byId.get(id) ?? []), ...files]);
    for (const [id, files] of byId) this.#push(outcome, files, id);
    this.#show();
  }

  /** Stops the uploads of a case. */
  cancel(caseId: string): void {
    const [current] = this.#uploads;
    for (const upload of this.#uploads.filter((one) => one.caseId === caseId)) {
      upload.cancel();
      // One that waits in the queue would end only when its turn comes.
      if (upload !== current) this.#end(upload);
    }
  }

  /** Forgets what became of a case's uploads. */
  clear(caseId: string): void {
    this.#outcomes.delete(caseId);
    this.#show();
  }

  #outcomeOf({ caseId, caseName }: UploadPlace): Outcome {
    const found = this.#outcomes.get(caseId);
    if (found !== undefined && this.#uploads.some((upload) => upload.caseId === caseId)) return found;
    const { ended = 0, failed = [], reason = "" } = found ?? {};
    const made: Outcome = {
      ...{ caseId, caseName, ended, failed, reason },
      ...{ added: 0, known: 0, skipped: 0, refused: [], files: 0, bytes: 0 },
    };
    this.#outcomes.set(caseId, made);
    return made;
  }

  #push(outcome: Outcome, files: readonly File[], id?: string): void {
    const upload: Upload = new Upload({
      ...{ caseId: outcome.caseId, files, id },
      onAnswer: (answer) => this.#answered(outcome, answer),
      onFailed: (lost, reason) => {
        outcome.failed.push({ id: upload.id, files: lost });
        outcome.reason = reason;
        this.#show();
      },
      onChange: () => this.#show(),
    });
    this.#uploads = [...this.#uploads, upload];
    // At once, and one after the other: whatever becomes of the page, the case knows what was meant.
    this.#announced = this.#announced.then(() => upload.announce(this.#uploads.flatMap((other) => other.id ?? [])));
    void this.#run(this.#announced);
  }

  async #run(announced: Promise<void>): Promise<void> {
    if (this.#isRunning) return;
    this.#isRunning = true;
    await announced;
    for (let [upload] = this.#uploads; upload !== undefined; [upload] = this.#uploads) {
      await upload.run();
      this.#end(upload);
      await this.#announced;
    }
    this.#isRunning = false;
  }

  #answered(outcome: Outcome, { added, known, refused }: Uploaded): void {
    outcome.added += added.length;
    outcome.known += known.length;
    outcome.refused = [...outcome.refused, ...refused];
    this.#show();
  }

  #end(upload: Upload): void {
    this.#uploads = this.#uploads.filter((other) => other !== upload);
    const outcome = this.#outcomes.get(upload.caseId);
    if (outcome === undefined) {
      this.#show();
      return;
    }
    const { left } = upload;
    if (left.length > 0) {
      outcome.failed.push({ id: upload.id, files: left });
      outcome.reason = t("upload.stopped");
    }
    outcome.files += upload.files.length;
    outcome.bytes += upload.bytes;
    outcome.ended++;
    this.#show();
    const ended = this.#state.get(upload.caseId)!;
    if (!ended.isBusy) this.#listener.onEnded(ended);
  }

  #show(): void {
    this.#state = new Map([...this.#outcomes].map(([caseId, outcome]) => [caseId, this.#together(caseId, outcome)]));
    const wait = this.#uploads.map((upload) => upload.wait).find((reason) => reason !== undefined);
    if (wait !== this.#wait && wait !== undefined) this.#listener.onWait(wait);
    this.#wait = wait;
    for (const listener of this.#listeners) listener();
  }

  #together(caseId: string, { caseName, added, known, skipped, refused, failed, reason, ended, ...before }: Outcome) {
    const own = this.#uploads.filter((upload) => upload.caseId === caseId);
    const sum = (of: (upload: Upload) => number, start: number) =>
      own.reduce((total, upload) => total + of(upload), start);
    return {
      ...{ caseName, added, known, skipped, refused, reason, ended },
      isBusy: own.length > 0,
      wait: own.map(({ wait }) => wait).find((why) => why !== undefined),
      files: sum(({ files }) => files.length, before.files),
      doneFiles: sum(({ doneFiles }) => doneFiles, before.files),
      bytes: sum(({ bytes }) => bytes, before.bytes),
      doneBytes: sum(({ doneBytes }) => doneBytes, before.bytes),
      failed: failed.reduce((total, { files }) => total + files.length, 0),
    };
  }
}
