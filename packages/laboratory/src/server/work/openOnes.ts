/** What is opened, used, and closed some time. */
export interface Closable {
  close(): Promise<void>;
}

interface Entry<T> {
  readonly opened: Promise<T>;
  users: number;
}

/** A few opened things by key; the one that was used longest ago is closed first, and none while it is in use. */
export class OpenOnes<T extends Closable> {
  readonly #most: number;
  readonly #open: (key: string) => Promise<T>;
  // In the order of their last use.
  readonly #entries = new Map<string, Entry<T>>();

  constructor(most: number, open: (key: string) => Promise<T>) {
    this.#most = most;
    this.#open = open;
  }

  /** Uses the thing of that key, opening it where it is not open. What could not be opened is tried again next time. */
  async use<R>(key: string, work: (opened: T) => Promise<R>): Promise<R> {
    const entry = this.#entries.get(key) ?? { opened: this.#open(key), users: 0 };
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    entry.users++;
    try {
      const opened = await entry.opened.catch((error) => {
        if (this.#entries.get(key) === entry) this.#entries.delete(key);
        throw error;
      });
      return await work(opened);
    } finally {
      entry.users--;
      await this.#closeOld();
    }
  }

  async #closeOld(): Promise<void> {
    for (const [key, entry] of this.#entries) {
      if (this.#entries.size <= this.#most) return;
      if (entry.users > 0) continue;
      this.#entries.delete(key);
      await (await entry.opened).close();
    }
  }
}
