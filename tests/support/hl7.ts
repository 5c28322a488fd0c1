// Another system on loopback, that speaks HL7 by itself: nothing here uses the codec or the frames of the sources.

import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { connect, createServer, type Server, type Socket } from "node:net";

const frame = (text: string) => `\x0b${text}\x1c\r`;

/** Sends messages over one connection, and gives the segments of their answers. */
export async function sendAll(port: number, messages: readonly string[]): Promise<string[][]> {
  const socket = connect({ host: "127.0.0.1", port });
  socket.write(messages.map(frame).join(""));
  let text = "";
  for await (const part of socket.setEncoding("utf8")) {
    text += part;
    if (text.split("\x1c\r").length > messages.length) break;
  }
  return text
    .split("\x1c\r")
    .slice(0, -1)
    .map((answer) => answer.slice(1).replace(/\r$/, "").split("\r"));
}

/** A field of a segment, as it stands there. */
export const fieldOf = (segments: readonly string[], place: string): string | undefined => {
  const [name, field] = place.split("-") as [string, string];
  const segment = segments.find((one) => one.startsWith(`${name}|`));
  return segment?.split("|")[Number(field) - (name === "MSH" ? 1 : 0)];
};

/** What a {@link Receiver} does with a message: its code, at once or late, no answer, or a connection that is cut after it is kept, or before. */
export type Doing = "AA" | "AE" | "AR" | "silent" | "cut" | "lost" | "late" | "wrong id";

/** Milliseconds until an answer that is late. */
export const LATE_MS = 500;

/** A system that takes results, and knows those that it has by their control ids. */
export interface Receiver {
  readonly port: number;
  /** All that came, in order, with their repetitions. */
  readonly all: string[][];
  /** What it has, each control id once. */
  readonly kept: ReadonlyMap<string, string[]>;
  /** What it does with the next messages; AA at the end. */
  doing: (segments: readonly string[]) => Doing;
  close(): Promise<void>;
}

/** Starts one. */
export async function startReceiver(port = 0): Promise<Receiver> {
  const all: string[][] = [];
  const kept = new Map<string, string[]>();
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {}).on("close", () => sockets.delete(socket));
    let text = "";
    socket.setEncoding("utf8").on("data", (part: string) => {
      text += part;
      for (let end = text.indexOf("\x1c\r"); end >= 0; end = text.indexOf("\x1c\r")) {
        const segments = text.slice(1, end).replace(/\r$/, "").split("\r");
        text = text.slice(end + 2);
        all.push(segments);
        const id = fieldOf(segments, "MSH-10")!;
        const does = receiver.doing(segments);
        if (does === "AA" || does === "cut" || does === "late") kept.has(id) || kept.set(id, segments);
        if (does === "cut" || does === "lost") socket.destroy();
        else if (does !== "silent") {
          const [code, said] = does === "wrong id" ? ["AA", "other"] : [does === "late" ? "AA" : does, id];
          const msh = `MSH|^~\\&|LIS|HOSPITAL|||20261130120000||ACK^R01^ACK|A${all.length}|P|2.5.1`;
          const answer = frame(`${msh}\rMSA|${code}|${said}|${code === "AA" ? "" : "not today"}\r`);
          if (does === "late") setTimeout(() => socket.write(answer), LATE_MS);
          else socket.write(answer);
        }
      }
    });
  });
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  const receiver: Receiver = {
    port: (server.address() as AddressInfo).port,
    ...{ all, kept },
    doing: () => "AA",
    async close() {
      const closed = once(server, "close");
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
  return receiver;
}

/** A port that nothing listens at. */
export async function freePort(): Promise<number> {
  const { port, close } = await startReceiver();
  await close();
  return port;
}

/** What {@link orderMessage} may have otherwise. */
export interface OrderText {
  readonly type?: string;
  readonly id?: string;
  readonly control?: string;
  readonly accession?: string;
  readonly patient?: string;
  readonly name?: string;
  readonly birth?: string;
  readonly mode?: string;
  readonly version?: string;
  readonly service?: string;
}

/** An order as a hospital's system may send it. */
export function orderMessage({
  type = "OML^O21^OML_O21",
  id = "1",
  control = "NW",
  accession = "26-0815",
  patient = "4711",
  name = "Müller^Anna^Maria",
  birth = "19800229",
  mode = "P",
  version = "2.5.1",
  service = "DIFF^Differential blood count^L",
}: OrderText = {}): string {
  return [
    `MSH|^~\\&|LIS|HOSPITAL|LEUKOGRAM||20261130101500+0100||${type}|${id}|${mode}|${version}||||||UNICODE UTF-8`,
    `PID|1||${patient}^^^HOSPITAL^PI||${name}||${birth}|F`,
    "PV1|1|I",
    `ORC|${control}|P-9||||||||20261130101000+0100`,
    "TQ1|1||||||20261130110000+0100||S",
    `OBR|1|P-9|${accession}|${service}`,
    "SPM|1|S-1||BLD|||||||||||||20261130093000+0100",
    "",
  ].join("\r");
}
