// The laboratory's connections to other systems, as its settings say: a listener for orders, a sender of results.
import { type Listener, listenMllp } from "../../interfaces/mllp/listenMllp.ts";
import { readConnections, type Connections as Settings } from "../../store/settings/connections.ts";
import { readTls } from "../guard/tls.ts";
import { answerOrders } from "./answerOrders.ts";
import { CHANNELS } from "./channels.ts";
import { ResultSender, type ResultSenderOptions } from "./resultSender.ts";

/** Listens and sends. */
export class Connections {
  readonly #given: ResultSenderOptions;
  readonly #senders: readonly ResultSender[];
  #listener: Listener | undefined;
  #fault: string | undefined;
  /** Where it listens now; each change waits for the one before. */
  #place = "";
  #turn: Promise<void> = Promise.resolve();

  constructor(given: ResultSenderOptions) {
    this.#given = given;
    this.#senders = CHANNELS.map((channel) => new ResultSender(given, channel));
  }

  /** Does as the settings say now. It never fails: what went wrong is in `listening`. */
  apply(): Promise<void> {
    this.#turn = this.#turn.then(async () => {
      const settings = await readConnections(this.#given.store.database.queries);
      await this.#listen(settings.orders);
      this.send();
    });
    this.#turn = this.#turn.catch(this.#given.onError);
    return this.#turn;
  }

  /** Sends what was queued just now. */
  send(): void {
    for (const sender of this.#senders) sender.poke();
  }

  /** The port on which orders are taken, or why none is. */
  get listening(): { readonly port: number | null; readonly fault: string | null } {
    return { port: this.#listener?.port ?? null, fault: this.#fault ?? null };
  }

  async #listen({ isOn, host, port, isTls, senders }: Settings["orders"]): Promise<void> {
    const place = isOn ? JSON.stringify([host, port, isTls, senders]) : "";
    if (place === this.#place && this.#fault === undefined) return;
    await this.#listener?.close();
    [this.#listener, this.#fault, this.#place] = [undefined, undefined, place];
    if (!isOn) return;
    const { store, onError, tls } = this.#given;
    try {
      if (isTls && tls === undefined) throw new Error("TLS needs --tls-cert and --tls-key of serve");
      this.#listener = await listenMllp((message) => answerOrders(store, message, onError), {
        ...{ host, port, senders, onFault: onError },
        tls: isTls && tls !== undefined ? readTls(tls) : undefined,
      });
    } catch (error) {
      this.#fault = faultWords(error, `${host}:${port}`);
      onError(error);
    }
  }

  /** Ends both. */
  async close(): Promise<void> {
    await this.#turn;
    await Promise.all([this.#listener?.close(), ...this.#senders.map((sender) => sender.close())]);
    [this.#listener, this.#place] = [undefined, ""];
  }
}

function faultWords(error: unknown, place: string): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === "EADDRINUSE") return `${place} is in use by another program; choose another port`;
  if (code === "EACCES") return `${place} is not permitted; choose a port from 1024 on`;
  if (code === "EADDRNOTAVAIL" || code === "ENOTFOUND") return `${place} is not an address of this machine`;
  return `${place}: ${message}`;
}
