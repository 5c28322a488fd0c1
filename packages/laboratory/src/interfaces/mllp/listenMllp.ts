import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { framed, LARGEST_MESSAGE, MllpReader } from "./mllpReader.ts";

/** Options of {@link listenMllp}. */
export interface ListenOptions {
  readonly host: string;
  /** 0 takes any that is free. */
  readonly port: number;
  /** Bytes of a message, at most. */
  readonly limit?: number;
  /** Milliseconds without a byte after which a connection is closed. */
  readonly idleMs?: number;
  readonly maxConnections?: number;
  /** Told why a connection was closed: its frames were wrong, or there was no answer. */
  readonly onFault: (error: unknown) => void;
}

/** A listener. */
export interface Listener {
  readonly port: number;
  /** Takes no more messages; those that are being answered still get their answers. */
  close(): Promise<void>;
}

/**
 * Listens for messages, and answers those of a connection one after the other. If `answer` fails the connection is closed without
 * one, so that the sender sends the message again.
 *
 * @throws the system's error if it can't listen there
 */
export async function listenMllp(
  answer: (message: Buffer) => Promise<Buffer>,
  { host, port, limit = LARGEST_MESSAGE, idleMs = 300_000, maxConnections = 64, onFault }: ListenOptions,
): Promise<Listener> {
  const open = new Map<Socket, Promise<void>>();
  const idle = new Set<Socket>();
  let isClosing = false;
  const converse = async (socket: Socket) => {
    const reader = new MllpReader(limit);
    idle.add(socket);
    for await (const bytes of socket) {
      for (const message of reader.push(bytes)) {
        idle.delete(socket);
        const reply = await answer(message);
        if (socket.destroyed) return;
        socket.write(framed(reply));
        if (isClosing) return;
      }
      idle.add(socket);
    }
  };
  // Half open: who ends its side after the last message still gets the answer.
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    socket.setTimeout(idleMs, () => socket.destroy());
    let isBroken = false;
    socket.on("error", () => {
      isBroken = true;
    });
    const done = converse(socket)
      .catch((error) => {
        if (!isBroken && !isClosing && error.code !== "ERR_STREAM_PREMATURE_CLOSE") onFault(error);
        socket.destroy();
      })
      .then(() => {
        socket.end();
        idle.delete(socket);
        open.delete(socket);
      });
    open.set(socket, done);
  });
  server.maxConnections = maxConnections;
  server.listen(port, host);
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      isClosing = true;
      const closed = once(server, "close");
      server.close();
      for (const socket of idle) socket.destroy();
      await Promise.all(open.values());
      for (const socket of open.keys()) socket.destroy();
      await closed;
    },
  };
}
