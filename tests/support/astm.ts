// An instrument's host on loopback that takes ASTM messages; nothing here uses the frames of the sources.
import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { createServer as createTlsServer, type TlsOptions } from "node:tls";
import { LATE_MS } from "./hl7.ts";

/** What a host does with a frame, or with the ENQ before the first: an answer, late or never, or a connection that is cut. */
export type FrameDoing = "ACK" | "NAK" | "EOT" | "late" | "silent" | "cut";

/** What it does at the end of a message: it has it, or has it and cuts the connection, or cuts it before. */
export type EndDoing = "kept" | "cut" | "lost";

const BYTES = { ACK: "\x06", NAK: "\x15", EOT: "\x04" } as const;

/** A host that takes results. */
export interface AstmHost {
  readonly port: number;
  /** Messages that were ended by EOT, as their records. */
  readonly messages: string[][];
  /** Texts of the frames in their order, with their repetitions. */
  readonly frames: string[];
  /** What was wrong with frames. */
  readonly faults: string[];
  doing: (what: string) => FrameDoing;
  ending: (records: readonly string[]) => EndDoing;
  close(): Promise<void>;
}

/** Starts one. @param tls certificate and key, to speak TLS */
export async function startAstmHost(tls?: TlsOptions): Promise<AstmHost> {
  const sockets = new Set<Socket>();
  const serve = (socket: Socket) => {
    sockets.add(socket);
    socket.on("error", () => {}).on("close", () => sockets.delete(socket));
    let [text, message, number] = ["", "", 1];
    const reply = (what: string) => {
      const does = host.doing(what);
      if (does === "cut") socket.destroy();
      else if (does === "late") setTimeout(() => socket.write(BYTES.ACK), LATE_MS);
      else if (does !== "silent") socket.write(BYTES[does]);
      return does;
    };
    socket.setEncoding("latin1").on("data", (part: string) => {
      text += part;
      for (;;) {
        if (text.startsWith("\x05")) {
          [message, number, text] = ["", 1, text.slice(1)];
          reply("ENQ");
        } else if (text.startsWith("\x04")) {
          text = text.slice(1);
          if (!message.endsWith("\r") || !/(^|\r)L\|/.test(message)) continue;
          const records = Buffer.from(message, "latin1").toString().split("\r").slice(0, -1);
          const does = host.ending(records);
          if (does !== "lost") host.messages.push(records);
          // A connection that was ended well would say that the message came.
          if (does !== "kept") socket.resetAndDestroy();
        } else {
          // biome-ignore lint/suspicious/noControlCharactersInRegex: the protocol is made of them
          const found = /^\x02(\d)([^\x03\x17]*)([\x03\x17])([0-9A-F]{2})\r\n/.exec(text);
          if (found === null) return;
          const [all, digit, body, end, sum] = found as unknown as [string, string, string, string, string];
          text = text.slice(all.length);
          const real = [...digit, ...body, ...end].reduce((total, sign) => total + sign.charCodeAt(0), 0) % 256;
          if (real !== Number.parseInt(sum, 16)) host.faults.push(`checksum ${sum}, and it is ${real.toString(16)}`);
          if (Number(digit) !== number % 8) host.faults.push(`frame ${digit} where ${number % 8} was due`);
          if (body.length > 240) host.faults.push(`${body.length} characters`);
          if ((end === "\x03") !== body.endsWith("\r"))
            host.faults.push("a record ends within a frame, or ETX without one");
          host.frames.push(body);
          const does = reply(body);
          if (does === "ACK" || does === "EOT" || does === "late") {
            message += body;
            number++;
          }
        }
      }
    });
  };
  const server = tls === undefined ? createServer(serve) : createTlsServer(tls, serve);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const host: AstmHost = {
    port: (server.address() as AddressInfo).port,
    ...{ messages: [], frames: [], faults: [] },
    doing: () => "ACK",
    ending: () => "kept",
    async close() {
      const closed = once(server, "close");
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
  return host;
}
