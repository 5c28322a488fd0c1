// Set up before each file: arrays of numbers that hold the same bytes are equal, which `toEqual` would find out entry by
// entry, in seconds where they are millions. Others are left to it, with what it says of the difference.
import { expect } from "vitest";

const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView) => Buffer.from(buffer, byteOffset, byteLength);

expect.addEqualityTesters([
  (a: unknown, b: unknown) => {
    if (!ArrayBuffer.isView(a) || !ArrayBuffer.isView(b)) return undefined;
    const isSameKind = Object.getPrototypeOf(a) === Object.getPrototypeOf(b);
    return isSameKind && bytesOf(a).equals(bytesOf(b)) ? true : undefined;
  },
]);
