import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { framesOf } from "@leukogram/laboratory/interfaces/astm/frames";
import { sendAstm } from "@leukogram/laboratory/interfaces/astm/sendAstm";
import { writeRecords } from "@leukogram/laboratory/interfaces/astm/writeRecords";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { type AstmHost, startAstmHost } from "../../../support/astm.ts";
import { certificate, saidTrusting } from "../../../support/certificate.ts";
import { newFolder } from "../../../support/laboratory.ts";

let host: AstmHost;
beforeAll(async () => {
  host = await startAstmHost();
});
afterEach(() => {
  host.doing = () => "ACK";
  expect(host.faults).toEqual([]);
  for (const list of [host.messages, host.frames]) list.length = 0;
});
afterAll(() => host.close());

const send = (text: string, timeoutMs = 500) =>
  sendAstm(Buffer.from(text), { host: "127.0.0.1", port: host.port, timeoutMs });

test("a frame is as the standard writes it: number, text, checksum", () => {
  // E1381-95, of which the sum of "1", the text and ETX is 0x3D modulo 256.
  expect(framesOf(Buffer.from("H|\\^&\r")).map(String)).toEqual(["\x021H|\\^&\r\x03E5\r\n"]);
  const long = framesOf(Buffer.from(`${"x".repeat(479)}\rL|1|N\r`)).map(String);
  expect(long.map((frame) => [frame[1], frame.length, frame.at(-5)])).toEqual([
    ["1", 247, "\x17"],
    ["2", 247, "\x03"],
    ["3", 13, "\x03"],
  ]);
});

test("a message of many frames arrives, whose numbers begin again after 7", async () => {
  const records = Array.from({ length: 20 }, (_, i) => `C|${i}|L|${"é".repeat(i * 20)}|G`);
  expect(await send([...records, "L|1|N", ""].join("\r"))).toBe("taken");
  expect(host.messages).toEqual([[...records, "L|1|N"]]);
});

test("a frame that is answered by NAK is sent again, six times at most; EOT takes it", async () => {
  let bad = 2;
  host.doing = (what) => (what.startsWith("R") && bad-- > 0 ? "NAK" : what.startsWith("O") ? "EOT" : "ACK");
  expect(await send("H|\\^&\rO|1\rR|1\rL|1|N\r")).toBe("taken");
  expect(host.messages).toEqual([["H|\\^&", "O|1", "R|1", "L|1|N"]]);
  expect(host.frames.filter((text) => text === "R|1\r")).toHaveLength(3);
  host.frames.length = 0;
  host.doing = (what) => (what.startsWith("R") ? "NAK" : "ACK");
  expect(await send("H|\\^&\rR|1\rL|1|N\r")).toBe("refused");
  expect(host.frames).toEqual(["H|\\^&\r", ...Array(6).fill("R|1\r")]);
  expect(host.messages).toHaveLength(1);
});

test("a host that is busy, silent or gone has not taken the message", async () => {
  host.doing = () => "NAK";
  expect(await send("H|\\^&\rL|1|N\r")).toBe("busy");
  host.doing = (what) => (what === "ENQ" ? "ACK" : "silent");
  await expect(send("H|\\^&\rL|1|N\r", 50)).rejects.toThrow("did not answer the message: no answer within 0.05 s");
  host.doing = (what) => (what === "ENQ" ? "ACK" : "cut");
  await expect(send("H|\\^&\rL|1|N\r")).rejects.toThrow("the receiver closed the connection");
  const stop = AbortSignal.abort();
  await expect(sendAstm(Buffer.from("L|1|N\r"), { host: "127.0.0.1", port: host.port, signal: stop })).rejects.toThrow(
    "did not answer the message",
  );
});

test("over TLS it speaks with a host that this machine trusts, and tells others nothing", async () => {
  const files = certificate(newFolder(), "host");
  const secure = await startAstmHost({ cert: readFileSync(files.cert), key: readFileSync(files.key) });
  const place = { host: "127.0.0.1", port: secure.port, isTls: true };
  const records = ["H|\\^&", `C|1|L|${"é".repeat(300)}|G`, "L|1|N"];
  const message = [...records, ""].join("\r");
  await expect(sendAstm(Buffer.from(message), place)).rejects.toThrow("self-signed certificate");
  await expect(sendAstm(Buffer.from(message), { ...place, isTls: false, timeoutMs: 500 })).rejects.toThrow();
  expect(secure.frames).toEqual([]);
  const path = fileURLToPath(
    new URL("../../../../packages/laboratory/src/interfaces/astm/sendAstm.ts", import.meta.url),
  );
  const script = `import(${JSON.stringify(path)}).then(async ({ sendAstm }) => {
    const answer = await sendAstm(Buffer.from(${JSON.stringify(message)}), ${JSON.stringify(place)});
    process.stdout.write(answer);
  });`;
  expect(await saidTrusting(files.cert, script)).toBe("taken");
  expect([secure.messages, secure.faults]).toEqual([[records], []]);
  await secure.close();
}, 60_000);

test("records hold what was ordered and found, with their delimiters escaped", () => {
  const at = new Date(2026, 10, 30, 9, 5, 7);
  const value = {
    ...{ loinc: "26511-6", name: "Neutrophils", code: "26511-6", local: { code: "NEUT", text: "" } },
    ...{ value: "55.1", unit: "%" },
    ...{ range: "40-75", flag: "N", note: "a note" },
  };
  const result = {
    ...{
      accession: "26-1",
      order: undefined,
      loinc: "69738-3",
      status: "F" as const,
      document: undefined,
      device: "cnn",
    },
    service: { code: "69738-3", text: "Differential panel", system: "LN" },
    ...{ observedAt: at, reportedAt: at, performers: ["Ada", "Bo", "Cy"] },
    values: [
      value,
      { ...value, loinc: undefined, name: "Odd cells", code: "odd", local: undefined, value: "<5", note: "" },
    ],
    notes: ["A|B^C\\D&E\nF\x07"],
  };
  const head = { controlId: "ID", at, application: "LEUKOGRAM", facility: "", receiver: "LIS" };
  expect(writeRecords(result, head).split("\r")).toEqual([
    "H|\\^&|ID||LEUKOGRAM|||||LIS||P|LIS2-A2|20261130090507",
    "P|1",
    "O|1|26-1||69738-3^Differential panel^LN|||20261130090507|||||||||||||||20261130090507|||F",
    "C|1|L|A&F&B&S&C&R&D&E&E&X0D&F&X07&|G",
    "R|1|26511-6^Neutrophils^LN^NEUT|55.1|%|40-75|N||F||Ada^Bo||20261130090507|cnn",
    "C|1|L|a note|G",
    "R|2|^Odd cells^^odd|<5||40-75|N||F||Ada^Bo||20261130090507|cnn",
    "L|1|N",
    "",
  ]);
  const withdrawn = writeRecords({ ...result, status: "W" }, head).split("\r");
  expect(withdrawn[2]).toMatch(/\|X$/);
  expect(withdrawn[4]).toBe("R|1|26511-6^Neutrophils^LN^NEUT||%|40-75|N||X||Ada^Bo||20261130090507|cnn");
});
