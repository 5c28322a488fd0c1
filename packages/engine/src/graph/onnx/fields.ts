// Fields of a message in protobuf's wire format.
import protobuf from "protobufjs/minimal.js";

/** What to do with a field, by its number; the reader stands behind the tag. */
export type FieldReaders = Readonly<Record<number, (reader: protobuf.Reader, wireType: number) => unknown>>;

/** Goes through the fields of a message; those that nobody reads are passed over. */
export function eachField(bytes: Uint8Array, readers: FieldReaders): void {
  const reader = protobuf.Reader.create(bytes);
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    const read = readers[tag >>> 3];
    if (read === undefined) reader.skipType(tag & 7);
    else read(reader, tag & 7);
  }
}

/** Numbers one behind the other, or one a field. */
export function packed(reader: protobuf.Reader, wireType: number, read: () => unknown): void {
  if (wireType !== 2) {
    read();
    return;
  }
  const end = reader.uint32() + reader.pos;
  if (end > reader.len) throw new RangeError("cut");
  while (reader.pos < end) read();
}
