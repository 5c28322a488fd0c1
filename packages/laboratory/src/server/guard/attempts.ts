// Failed sign-ins: how many a name may have, and what the trail says of them.
import { randomUUID } from "node:crypto";
import { counted } from "@leukogram/engine/core/counted";
import { folded, listUsers } from "../../store/access/users.ts";
import type { Store } from "../../store/store.ts";
import { change } from "../../store/trail.ts";

/** Milliseconds in which failures of a name are counted together. */
const WINDOW = 15 * 60e3;

/** Milliseconds in which the trail has one event for each pair of a name and an address. */
const TRAIL_WINDOW = 10 * 60e3;

/** Pairs that have an event of their own in that time; the rest share one. */
const MOST_PAIRS = 50;

/** Names and addresses that are remembered. */
const MOST_KEPT = 10_000;

/** Who tries to sign in. */
export interface Attempt {
  readonly name: string;
  readonly address: string;
}

/** A failed try, as the trail has it: a name that no user has may be a mistyped password, and is left out. */
type Refused = { user: string | null; name: string | null; address: string | null; tries: number };

/** Counts failed sign-ins by name: a guesser with many addresses gets no more tries than one. */
export class Attempts {
  readonly #store: Store;
  /** Failures of a name before further tries are refused. */
  readonly #most: number;
  readonly #failures = new Map<string, { count: number; since: number }>();
  /** From where somebody signed in as a user: others' failures don't shut that user out there. */
  readonly #known = new Set<string>();
  #refused = new Map<string, Refused>();
  #refusedSince = 0;
  readonly #timer: NodeJS.Timeout;

  constructor(store: Store, most: number) {
    this.#store = store;
    this.#most = most;
    this.#timer = setInterval(() => void this.#sumUp().catch(() => {}), 60e3).unref();
  }

  /** Runs one try, which gives undefined if it fails. @throws 429 after too many failures. */
  async try<T>(attempt: Attempt, work: () => Promise<T | undefined>): Promise<T | undefined> {
    const key = this.#keyOf(attempt);
    const now = this.#now();
    let row = this.#failures.get(key);
    if (row === undefined || now - row.since >= WINDOW) {
      row = { count: 0, since: now };
      this.#failures.delete(key);
      this.#failures.set(key, row);
      if (this.#failures.size > MOST_KEPT) this.#failures.delete(this.#failures.keys().next().value!);
    }
    if (row.count >= this.#most) {
      await this.#note(attempt);
      throw tooMany(Math.ceil((row.since + WINDOW - now) / 60e3));
    }
    row.count++; // before the work, so that tries at the same time count
    const done = await work().catch((error) => {
      row.count--;
      throw error;
    });
    if (done === undefined) await this.#note(attempt);
    else row.count--;
    return done;
  }

  /** Forgets the failures of a name at an address, where its user has signed in now. */
  succeeded(attempt: Attempt): void {
    this.#failures.delete(this.#keyOf(attempt));
    this.#known.add(pairOf(attempt));
    if (this.#known.size > MOST_KEPT) this.#known.delete(this.#known.values().next().value!);
  }

  /** Keeps one that failed elsewhere, such as at the identity provider. */
  refused(attempt: Attempt): Promise<void> {
    return this.#note(attempt);
  }

  /** Writes what is left to say. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#write();
  }

  #keyOf(attempt: Attempt): string {
    const pair = pairOf(attempt);
    return this.#known.has(pair) ? pair : folded(attempt.name);
  }

  #now(): number {
    return this.#store.now().getTime();
  }

  // The first of a pair is written at once, those that follow when the time is over.
  async #note({ name, address }: Attempt): Promise<void> {
    await this.#sumUp();
    const user = (await listUsers(this.#store)).find((one) => folded(one.name) === folded(name));
    const pair = `${user?.id} ${address}`;
    const isOther = !this.#refused.has(pair) && this.#refused.size >= MOST_PAIRS;
    const key = isOther ? "others" : pair;
    const known = this.#refused.get(key);
    if (known !== undefined) {
      known.tries++;
      return;
    }
    if (this.#refused.size === 0) this.#refusedSince = this.#now();
    const whose = isOther
      ? { user: null, name: null, address: null }
      : { user: user?.id ?? null, name: user?.name ?? null, address };
    this.#refused.set(key, { ...whose, tries: 0 });
    await this.#tell([{ ...whose, tries: 1 }]);
  }

  async #sumUp(): Promise<void> {
    if (this.#now() - this.#refusedSince >= TRAIL_WINDOW) await this.#write();
  }

  async #write(): Promise<void> {
    const refused = [...this.#refused.values()].filter(({ tries }) => tries > 0);
    this.#refused = new Map();
    if (refused.length > 0) await this.#tell(refused);
  }

  async #tell(refused: Refused[]): Promise<void> {
    const wish = { actor: "sign-in", key: randomUUID(), kind: "session.refused", asks: {} };
    await change(this.#store, wish, async () => ({ content: { refused }, answer: {} }));
  }
}

const pairOf = ({ name, address }: Attempt) => `${folded(name)} ${address}`;

function tooMany(minutes: number): Error {
  const message = `too many failed tries for this name: try again in ${counted(minutes, "minute")}`;
  return Object.assign(new Error(message), { statusCode: 429 });
}
