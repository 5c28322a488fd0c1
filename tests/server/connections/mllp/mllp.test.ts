import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { fileURLToPath } from "node:url";
import {
  isSender,
  type Listener,
  type ListenOptions,
  listenMllp,
} from "@leukogram/laboratory/interfaces/mllp/listenMllp";
import { framed, MllpReader } from "@leukogram/laboratory/interfaces/mllp/mllpReader";
import { sendMllp } from "@leukogram/laboratory/interfaces/mllp/sendMllp";
import { readTls } from "@leukogram/laboratory/server/guard/tls";
import fc from "fast-check";
import { afterEach, describe, expect, test } from "vitest";
import { certificate, saidTrusting } from "../../../support/certificate.ts";
import { newFolder } from "../../../support/laboratory.ts";

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

const faults: unknown[] = [];
async function listen(
  answer: (message: string) => Promise<string>,
  options: Partial<ListenOptions> = {},
): Promise<Listener> {
  faults.length = 0;
  const listener = await listenMllp(async (message) => Buffer.from(await answer(message.toString())), {
    ...{ host: "127.0.0.1", port: 0, onFault: (error) => faults.push(error) },
    ...options,
  });
  closing.push(() => listener.close());
  return listener;
}

/** A plain connection, and all that came by it until it ended. */
async function open(port: number): Promise<{ socket: Socket; all: Promise<string> }> {
  const socket = connect({ host: "127.0.0.1", port, allowHalfOpen: true });
  await once(socket, "connect");
  const parts: Buffer[] = [];
  socket.on("data", (part: Buffer) => parts.push(part)).on("error", () => {});
  const all = once(socket, "close").then(() => Buffer.concat(parts).toString());
  socket.on("end", () => socket.end());
  closing.push(() => socket.destroy());
  return { socket, all };
}

describe("frames", () => {
  test("come out whole, however they are cut", () => {
    const message = fc.string({ unit: fc.constantFrom("a", "\r", "\n", "é", "\x0b"), maxLength: 12 });
    fc.assert(
      fc.property(fc.array(message, { maxLength: 5 }), fc.array(fc.nat(20), { maxLength: 30 }), (messages, cuts) => {
        const bytes = Buffer.concat(messages.flatMap((text) => [framed(Buffer.from(text)), Buffer.from("\r\n")]));
        const reader = new MllpReader();
        const found: Buffer[] = [];
        let at = 0;
        for (const cut of [...cuts, bytes.length]) {
          found.push(...reader.push(bytes.subarray(at, at + cut)));
          at += cut;
        }
        expect(found.map(String)).toEqual(messages);
        expect(reader.isWithin).toBe(false);
      }),
      { seed: 3 },
    );
  });

  test("are refused if they begin or end otherwise, or are too large", () => {
    const push = (text: string, limit?: number) => () => new MllpReader(limit).push(Buffer.from(text));
    expect(push("MSH|")).toThrow("ERR_FORMAT MLLP: a message must begin with the byte 0x0b");
    expect(push("\x0bMSH|\x1c\n")).toThrow("ERR_FORMAT MLLP: a message must end with the bytes 0x1c 0x0d");
    expect(push("\x0b12345\x1c\r", 5)).not.toThrow();
    expect(push("\x0b123456", 5)).toThrow("ERR_LIMIT MLLP: a message is larger than 5 bytes");
  });
});

describe("the listener", () => {
  test("answers several messages of a connection in their order, also if they come at once or in pieces", async () => {
    const listener = await listen(async (message) => {
      // The first takes longest.
      await new Promise((resolve) => setTimeout(resolve, message === "one" ? 30 : 1));
      return `got ${message}`;
    });
    const { socket, all } = await open(listener.port);
    socket.write("\x0bone\x1c\r\x0btwo\x1c\r\x0bth");
    await new Promise((resolve) => setTimeout(resolve, 60));
    socket.end("ree\x1c\r");
    expect(await all).toBe("\x0bgot one\x1c\r\x0bgot two\x1c\r\x0bgot three\x1c\r");
    expect(faults).toEqual([]);
  });

  test("closes a connection that speaks otherwise, is silent, or whose message has no answer; others go on", async () => {
    const listener = await listen(
      async (message) => {
        if (message === "bad") throw new Error("no answer for this");
        return message;
      },
      { idleMs: 60, limit: 10 },
    );
    const talk = async (text: string) => {
      const { socket, all } = await open(listener.port);
      socket.write(text);
      return await all;
    };
    expect(await talk("GET / HTTP/1.1\r\n")).toBe("");
    expect(await talk(`\x0b${"x".repeat(11)}`)).toBe("");
    expect(await talk("\x0bgood\x1c\r\x0bbad\x1c\r\x0bgood\x1c\r")).toBe("\x0bgood\x1c\r");
    expect(await talk("\x0bcut")).toBe("");
    expect(faults.map(String)).toEqual([
      expect.stringContaining("must begin with the byte 0x0b"),
      expect.stringContaining("larger than 10 bytes"),
      "Error: no answer for this",
    ]);
    expect(String(await sendMllp(Buffer.from("good"), { host: "127.0.0.1", port: listener.port }))).toBe("good");
  });

  test("gives the answer that it is at when it closes, and ends what is idle", async () => {
    let begun = () => {};
    const isBegun = new Promise<void>((resolve) => {
      begun = resolve;
    });
    const listener = await listen(async (message) => {
      begun();
      await new Promise((resolve) => setTimeout(resolve, 50));
      return message;
    });
    const [busy, idle] = [await open(listener.port), await open(listener.port)];
    busy.socket.write("\x0blast\x1c\r");
    await isBegun;
    await listener.close();
    expect(await busy.all).toBe("\x0blast\x1c\r");
    expect(await idle.all).toBe("");
  });
});

describe("the client", () => {
  const serve = async (talk: (socket: Socket) => void) => {
    const server = createServer((socket) => {
      socket.on("error", () => {});
      talk(socket);
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    closing.push(() => server.close());
    return (server.address() as AddressInfo).port;
  };
  const send = (port: number, more: { timeoutMs?: number; signal?: AbortSignal } = {}) =>
    sendMllp(Buffer.from("hello"), { host: "127.0.0.1", port, ...more });

  test("takes an answer that comes in pieces", async () => {
    const port = await serve((socket) => {
      socket.once("data", (bytes) => {
        socket.write(Buffer.concat([Buffer.from("\x0byou said "), bytes.subarray(1, 4)]));
        setTimeout(() => socket.write("\x1c\r"), 20);
      });
    });
    expect(String(await send(port))).toBe("you said hel");
  });

  test("says why there is no answer", async () => {
    const unused = await serve(() => {});
    await expect(send(unused, { timeoutMs: 40 })).rejects.toThrow(
      `ERR_RUNTIME 127.0.0.1:${unused} did not answer the message: no answer within 0.04 s`,
    );
    const cutting = await serve((socket) => socket.once("data", () => socket.end("\x0bhalf")));
    await expect(send(cutting)).rejects.toThrow("the receiver closed the connection");
    const wrong = await serve((socket) => socket.once("data", () => socket.write("HTTP/1.1 400\r\n")));
    await expect(send(wrong)).rejects.toThrow("must begin with the byte 0x0b");
    const abort = new AbortController();
    const waiting = send(unused, { signal: abort.signal });
    setTimeout(() => abort.abort(), 20);
    await expect(waiting).rejects.toThrow("did not answer the message");
    await expect(send(1)).rejects.toThrow("ECONNREFUSED");
  });
});

describe("over TLS, and by a list of senders", () => {
  test("a message and its answer are encrypted, and a receiver that is not trusted gets none", async () => {
    const files = certificate(newFolder(), "lis");
    const asked: string[] = [];
    const { port } = await listen(
      async (message) => {
        asked.push(message);
        return `seen ${message}`;
      },
      { tls: readTls(files) },
    );
    await expect(sendMllp(Buffer.from("secret"), { host: "127.0.0.1", port, isTls: true })).rejects.toThrow(
      "self-signed certificate",
    );
    await expect(sendMllp(Buffer.from("plain"), { host: "127.0.0.1", port, timeoutMs: 2000 })).rejects.toThrow();
    expect(asked).toEqual([]);
    const path = fileURLToPath(
      new URL("../../../../packages/laboratory/src/interfaces/mllp/sendMllp.ts", import.meta.url),
    );
    const script = `import(${JSON.stringify(path)}).then(async ({ sendMllp }) => {
      const answer = await sendMllp(Buffer.from("x"), { host: "127.0.0.1", port: ${port}, isTls: true });
      process.stdout.write(answer.toString());
    });`;
    expect([await saidTrusting(files.cert, script), asked]).toEqual(["seen x", ["x"]]);
  }, 60_000);

  test("others than those in the list are cut off, unread", async () => {
    const asked: string[] = [];
    const answer = async (message: string) => {
      asked.push(message);
      return message;
    };
    const near = await listen(answer, { senders: ["10.0.0.0/8", "127.0.0.0/24"] });
    expect(String(await sendMllp(Buffer.from("a"), { host: "127.0.0.1", port: near.port }))).toBe("a");
    const far = await listen(answer, { senders: ["10.0.0.0/8", "::1"] });
    await expect(sendMllp(Buffer.from("b"), { host: "127.0.0.1", port: far.port })).rejects.toThrow();
    expect(asked).toEqual(["a"]);
    expect(faults.map(String)).toEqual([
      "Error: a connection from 127.0.0.1 was refused: it is not in the list of senders",
    ]);
    expect(["10.1.2.3", "10.1.0.0/16", "2001:db8::/32", "::1"].map(isSender)).toEqual([true, true, true, true]);
    expect(["", "lis", "10.1.2", "10.0.0.0/33", "10.0.0.0/", "::1/129", "1.2.3.4/8/8 "].map(isSender)).toEqual(
      Array(7).fill(false),
    );
  });
});
