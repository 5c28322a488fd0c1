import { PassThrough } from "node:stream";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { App } from "./laboratory.ts";

/** Milliseconds between signs of life, which keep a connection open that goes through others. */
const PULSE = 15_000;

/** A stream of server-sent events to one client. */
export interface EventStream {
  send(data: unknown): void;
  end(): void;
}

/** Streams of one kind of route: all end when the server does. */
export class EventStreams {
  readonly #open = new Set<PassThrough>();

  constructor(app: App) {
    app.addHook("preClose", async () => {
      for (const stream of this.#open) stream.end();
    });
  }

  /**
   * Opens one.
   *
   * @param onEnd called once, when the client is gone or the stream was ended.
   * @returns what to send events with; the reply to give back is sent by then.
   */
  open(request: FastifyRequest, reply: FastifyReply, onEnd: () => void): EventStream {
    const stream = new PassThrough();
    this.#open.add(stream);
    const pulse = setInterval(() => stream.write(": still here\n\n"), PULSE).unref();
    const end = () => {
      if (!this.#open.delete(stream)) return;
      clearInterval(pulse);
      stream.end();
      onEnd();
    };
    stream.on("close", end);
    request.raw.on("close", end);
    void reply
      .type("text/event-stream")
      .header("cache-control", "no-store")
      .header("x-accel-buffering", "no")
      // Nothing follows the stream; were the connection kept for more, a server that ends would wait for it to fall silent.
      .header("connection", "close")
      .send(stream);
    return { send: (data) => void stream.write(`data: ${JSON.stringify(data)}\n\n`), end };
  }
}
