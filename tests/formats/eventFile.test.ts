import { readFileSync } from "node:fs";
import { join } from "node:path";
import { crc32c, writeEventFile } from "@leukogram/engine/formats/eventFile";
import { expect, test } from "vitest";
import { testFolder } from "./support/folder.ts";

test("the checksum is CRC-32C, by the values of RFC 3720", () => {
  expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
  expect(crc32c(new Uint8Array(32).fill(255))).toBe(0x62a8ab43);
  expect(crc32c(Uint8Array.from({ length: 32 }, (_, i) => i))).toBe(0x46dd794e);
});

test("records follow each other, each with its length and checksums; the first names the format", async () => {
  const path = join(testFolder(), "logs", "events.out.tfevents.1");
  await writeEventFile(path, [
    { tag: "loss", step: 1, value: 0.5, time: 1000 },
    { tag: "loss", step: 2, value: 0.25, time: 1001 },
  ]);
  const bytes = readFileSync(path);
  const records: Buffer[] = [];
  const unmask = (masked: number) => {
    const rotated = (masked - 0xa282ead8) >>> 0;
    return ((rotated >>> 17) | (rotated << 15)) >>> 0;
  };
  for (let at = 0; at < bytes.length; ) {
    const length = Number(bytes.readBigUInt64LE(at));
    const data = bytes.subarray(at + 12, at + 12 + length);
    expect(unmask(bytes.readUInt32LE(at + 8))).toBe(crc32c(bytes.subarray(at, at + 8)));
    expect(unmask(bytes.readUInt32LE(at + 12 + length))).toBe(crc32c(data));
    records.push(data);
    at += 16 + length;
  }
  expect(records).toHaveLength(3);
  expect(records[0]!.includes("brain.Event:2")).toBe(true);
  // wall_time 1000, step 1, summary { value { tag "loss", simple_value 0.5 } }
  expect(records[1]!.toString("hex")).toBe("090000000000408f4010012a0d0a0b0a046c6f7373150000003f");
});
