// Sends what waits for one destination, one after the other in their order, until each is taken or refused.
import { LeukogramError } from "@leukogram/engine/core/errors";
import { endDelivery, nextDelivery, updateDelivery } from "../../store/connections/deliveries.ts";
import { readConnections, readSecrets } from "../../store/settings/connections.ts";
import type { Store } from "../../store/store.ts";
import type { TlsFiles } from "../guard/tls.ts";
import type { Channel } from "./channels.ts";
import type { Outcome } from "./exchange.ts";

/** Options of {@link ResultSender}. */
export interface ResultSenderOptions {
  readonly store: Store;
  readonly onError: (error: unknown) => void;
  /** Milliseconds before the second try; each time twice as many, up to `mostMs`. */
  readonly retryMs?: number | undefined;
  readonly timeoutMs?: number | undefined;
  /** Files by which orders may come over TLS. */
  readonly tls?: TlsFiles | undefined;
}

const MOST_MS = 300_000;
/** Answers that say "not now" after which a message counts as refused, so that the next ones are sent. */
const MOST_REJECTIONS = 8;

/** Sends what waits for a destination. */
export class ResultSender {
  readonly #given: ResultSenderOptions;
  readonly #channel: Channel;
  readonly #stop = new AbortController();
  #wake = () => {};
  #isAwake = true;
  #running: Promise<void> | undefined;

  constructor(given: ResultSenderOptions, channel: Channel) {
    this.#given = given;
    this.#channel = channel;
  }

  /** Begins, or looks at once whether something waits. */
  poke(): void {
    this.#isAwake = true;
    this.#wake();
    this.#running ??= this.#run();
  }

  /** Ends; a message under way stays waiting, and is sent again under its control id. */
  async close(): Promise<void> {
    this.#stop.abort();
    this.#wake();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { retryMs = 1000, onError } = this.#given;
    while (!this.#stop.signal.aborted) {
      this.#isAwake = false;
      let wait: number | undefined;
      try {
        wait = await this.#sendNext();
      } catch (error) {
        if (this.#stop.signal.aborted) return;
        onError(error);
        wait = retryMs;
      }
      if (wait !== 0) await this.#sleep(wait);
    }
  }

  /** @param ms undefined to sleep until somebody pokes */
  async #sleep(ms: number | undefined): Promise<void> {
    if (this.#isAwake || this.#stop.signal.aborted) return;
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      if (ms !== undefined) timer = setTimeout(resolve, ms);
    });
    clearTimeout(timer);
  }

  /** @returns milliseconds until there is something to do; 0 if there may be at once, undefined if nothing waits */
  async #sendNext(): Promise<number | undefined> {
    const { store, retryMs = 1000, timeoutMs } = this.#given;
    const { queries } = store.database;
    const settings = await readConnections(queries);
    if (!this.#channel.isOn(settings)) return undefined;
    const next = await nextDelivery(store, this.#channel.destination);
    if (next === undefined) return undefined;
    const { id } = next;
    const { signal } = this.#stop;
    const kept = next.message !== null && this.#channel.fits(next.message, settings) ? next.message : undefined;
    let message: string;
    try {
      message = kept ?? (await this.#channel.write(store, next, settings));
    } catch (error) {
      if (!(error instanceof LeukogramError) || error.code === "ERR_DATABASE") throw error;
      await endDelivery(store, next, { state: "refused", answer: null, fault: error.message });
      return 0;
    }
    // Kept before it is sent: each try sends the same.
    if (kept === undefined) await updateDelivery(store, id, { message });
    const secrets = await readSecrets(queries);
    const outcome = await this.#channel.send(message, next, { settings, secrets, at: store.now(), signal, timeoutMs });
    if (signal.aborted && outcome.state === "waiting") return undefined;
    const tries = next.tries + 1;
    const { state, answer, fault } = isRefused(outcome, tries) ? { ...outcome, state: "refused" as const } : outcome;
    if (state !== "waiting") {
      await updateDelivery(store, id, { tries });
      await endDelivery(store, next, { state, answer, fault });
      return 0;
    }
    await updateDelivery(store, id, { tries, fault });
    return Math.min(MOST_MS, retryMs * 2 ** Math.min(tries - 1, 20));
  }
}

const isRefused = ({ state, answer }: Outcome, tries: number) =>
  state === "waiting" && answer !== null && tries >= MOST_REJECTIONS;
