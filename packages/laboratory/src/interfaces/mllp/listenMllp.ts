import { once } from "node:events";
import { type AddressInfo, BlockList, createServer, isIPv6, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
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
  /** Addresses, or nets such as 10.1.0.0/16, whose messages are taken; empty for all. */
  readonly senders?: readonly string[];
  /** Certificate and key in PEM, to speak TLS. */
  readonly tls?: { readonly cert: Buffer; readonly key: Buffer } | undefined;
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
  {
    host,
    port,
    limit = LARGEST_MESSAGE,
    idleMs = 300_000,
    maxConnections = 64,
    senders = [],
    tls,
    onFault,
  }: ListenOptions,
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
  const isAllowed = allowed(senders);
  // Half open: who ends its side after the last message still gets the answer.
  const take = (socket: Socket) => {
    const { remoteAddress = "" } = socket;
    if (!isAllowed(remoteAddress)) {
      onFault(new Error(`a connection from ${remoteAddress} was refused: it is not in the list of senders`));
      socket.destroy();
      return;
    }
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
  };
  const options = { allowHalfOpen: true, noDelay: true };
  const server =
    tls === undefined
      ? createServer(options, take)
      : createTlsServer({ ...options, ...tls, handshakeTimeout: 10_000 }, take);
  server.on("tlsClientError", onFault);
  // Under TLS they are there before their sockets, and longer.
  const connections = new Set<Socket>();
  server.on("connection", (connection: Socket) => {
    connections.add(connection);
    connection.once("close", () => connections.delete(connection));
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
      for (const socket of connections) socket.destroy();
      await closed;
    },
  };
}

/** Whether a text is an address, or a net such as `10.1.0.0/16`. */
export function isSender(text: string): boolean {
  try {
    addTo(new BlockList(), text);
    return true;
  } catch {
    return false;
  }
}

function addTo(list: BlockList, text: string): void {
  const [, address = "", bits] = /^([\da-fA-F.:]+)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const family = isIPv6(address) ? "ipv6" : "ipv4";
  if (bits === undefined) list.addAddress(address, family);
  else list.addSubnet(address, Number(bits), family);
}

function allowed(senders: readonly string[]): (address: string) => boolean {
  if (senders.length === 0) return () => true;
  const list = new BlockList();
  for (const sender of senders) addTo(list, sender);
  return (address) => {
    // As a listener of both kinds names those of the fourth version.
    const plain = address.replace(/^::ffff:(?=\d+\.)/, "");
    return list.check(plain, isIPv6(plain) ? "ipv6" : "ipv4");
  };
}
