// Changes on their way to the server: kept on this computer until each is answered, sent one after the other.
import { ApiError, newKey, send } from "../api/client.ts";
import type { Differential, LabelConflict, Reading, Via } from "../api/types.ts";
import type { Changes } from "../gallery/types.ts";

/** One wish of a reader. */
export interface LabelRequest {
  /** The same with each try, so that it counts once. */
  readonly key: string;
  readonly changes: Changes;
  readonly via: Via;
}

/** What the server says to one. */
export interface LabelAnswer {
  readonly revision: number;
  readonly differential: Differential | null;
  readonly conflicts: readonly LabelConflict[];
}

/** Who is told. */
export interface QueueListener {
  readonly onSaved: (request: LabelRequest, answer: LabelAnswer) => void;
  /** The server will not have it; it has left the queue. */
  readonly onRefused: (request: LabelRequest, error: ApiError) => void;
  readonly onChange: () => void;
}

/** Options of {@link LabelQueue}. */
export interface QueueOptions extends QueueListener {
  readonly caseId: string;
  readonly reading: Reading;
  /** Whose changes they are: they wait under this name. */
  readonly user: string;
}

const FIRST_WAIT = 1000;
const LONGEST_WAIT = 15_000;

/** The changes of one reading of one case that are not saved yet. */
export class LabelQueue {
  readonly #options: QueueOptions;
  readonly #place: string;
  #waiting: LabelRequest[];
  #isSending = false;
  #isOpen = false;
  #wait = FIRST_WAIT;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: QueueOptions) {
    this.#options = options;
    this.#place = `leukogram.unsent.${options.user}.${options.caseId}.${options.reading}`;
    this.#waiting = JSON.parse(localStorage.getItem(this.#place) ?? "[]") as LabelRequest[];
  }

  /** Begins to send, with what was left from the last time. */
  open(): void {
    this.#isOpen = true;
    globalThis.addEventListener("online", this.#now);
    this.#now();
  }

  /** What is not saved yet, oldest first. */
  get waiting(): readonly LabelRequest[] {
    return this.#waiting;
  }

  /** Adds a change, and sends it as soon as those before it are through. */
  push(changes: Changes, via: Via): LabelRequest {
    const request = { key: newKey(), changes, via };
    this.#keep([...this.#waiting, request]);
    void this.#run();
    return request;
  }

  /** Stops sending; what waits is kept for the next time. */
  close(): void {
    this.#isOpen = false;
    clearTimeout(this.#timer);
    globalThis.removeEventListener("online", this.#now);
  }

  readonly #now = () => {
    clearTimeout(this.#timer);
    this.#wait = FIRST_WAIT;
    void this.#run();
  };

  #keep(waiting: LabelRequest[]): void {
    this.#waiting = waiting;
    if (waiting.length === 0) localStorage.removeItem(this.#place);
    else localStorage.setItem(this.#place, JSON.stringify(waiting));
    this.#options.onChange();
  }

  async #run(): Promise<void> {
    if (this.#isSending) return;
    this.#isSending = true;
    clearTimeout(this.#timer);
    while (this.#isOpen && this.#waiting.length > 0) if (!(await this.#sendFirst())) break;
    this.#isSending = false;
  }

  async #sendFirst(): Promise<boolean> {
    const { caseId, reading, onSaved, onRefused } = this.#options;
    const [request] = this.#waiting as [LabelRequest];
    const { changes, via, key } = request;
    try {
      const answer = await send<LabelAnswer>("POST", `/cases/${caseId}/labels`, { reading, changes, via }, key);
      this.#wait = FIRST_WAIT;
      onSaved(request, answer);
      this.#keep(this.#waiting.slice(1));
      return true;
    } catch (error) {
      // Whoever is signed out can sign in again; the change waits for that.
      const isKept = !(error instanceof ApiError) || error.isPassing || error.status === 401;
      if (isKept) {
        this.#timer = setTimeout(() => void this.#run(), this.#wait);
        this.#wait = Math.min(LONGEST_WAIT, 2 * this.#wait);
        return false;
      }
      this.#keep(this.#waiting.slice(1));
      onRefused(request, error);
      return true;
    }
  }
}
