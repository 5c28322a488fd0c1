import protobuf from "protobufjs/minimal.js";
import { writeFileWhole } from "./writeFile.ts";

/** One number at one step. */
export interface Scalar {
  readonly tag: string;
  readonly step: number;
  readonly value: number;
  /** Seconds since 1970. */
  readonly time: number;
}

/** The name of the file in a folder that TensorBoard looks into: a new one takes the place of the old. */
export const EVENT_FILE = "events.out.tfevents.1.leukogram";

/**
 * Writes numbers as an event file of TensorBoard: tensorflow/core/util/event.proto in TFRecords, each with its masked
 * CRC-32C.
 *
 * @throws ERR_OUTPUT if it can't be written.
 */
export async function writeEventFile(path: string, scalars: readonly Scalar[]): Promise<void> {
  const begin = Math.min(...scalars.map(({ time }) => time));
  const records = [record(event(begin, 0, (writer) => writer.uint32(26).string("brain.Event:2")))];
  for (const { tag, step, value, time } of scalars)
    records.push(
      record(
        event(time, step, (writer) => {
          // Event.summary (5) > Summary.value (1) > tag (1), simple_value (2)
          writer.uint32(42).fork().uint32(10).fork().uint32(10).string(tag).uint32(21).float(value).ldelim().ldelim();
        }),
      ),
    );
  await writeFileWhole(path, Buffer.concat(records));
}

function event(time: number, step: number, what: (writer: protobuf.Writer) => void): Uint8Array {
  const writer = protobuf.Writer.create().uint32(9).double(time).uint32(16).int64(step);
  what(writer);
  return writer.finish();
}

function record(data: Uint8Array): Buffer {
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(data.length));
  return Buffer.concat([length, checksum(length), data, checksum(data)]);
}

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0x82f63b78 : value >>> 1;
  return value;
});

/** CRC-32C (Castagnoli) of bytes. */
export function crc32c(data: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of data) crc = TABLE[(crc ^ byte) & 255]! ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}

// Rotated and shifted, so that a checksum of checksums is none of its own (tensorflow/core/lib/hash/crc32c.h).
function checksum(data: Uint8Array): Buffer {
  const crc = crc32c(data);
  const masked = (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(masked);
  return bytes;
}
