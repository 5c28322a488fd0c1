// Frames of ASTM E1381-95 (LIS01-A2): STX, number, text, ETX or ETB, checksum, CR, LF.

/** Control characters of the protocol. */
export const CONTROL = {
  ...{ STX: 0x02, ETX: 0x03, EOT: 0x04, ENQ: 0x05, ACK: 0x06, CR: 0x0d, LF: 0x0a, NAK: 0x15, ETB: 0x17 },
} as const;

/** Bytes of text in a frame, at most. */
const LARGEST_TEXT = 240;

/** The frames of a message: each record has its own, or several if it is longer than one; numbers go from 1 to 7, then 0. */
export function framesOf(message: Buffer): Buffer[] {
  const frames: Buffer[] = [];
  for (let at = 0; at < message.length; ) {
    const end = message.indexOf(CONTROL.CR, at);
    const length = Math.min(LARGEST_TEXT, (end < 0 ? message.length : end + 1) - at);
    const text = message.subarray(at, at + length);
    const isLast = text.at(-1) === CONTROL.CR;
    frames.push(frame(text, { number: (frames.length + 1) % 8, isLast }));
    at += length;
  }
  return frames;
}

function frame(text: Buffer, { number, isLast }: { readonly number: number; readonly isLast: boolean }): Buffer {
  const summed = Buffer.concat([Buffer.from(String(number)), text, Buffer.of(isLast ? CONTROL.ETX : CONTROL.ETB)]);
  const sum = summed.reduce((all, byte) => all + byte, 0) % 256;
  const checksum = sum.toString(16).toUpperCase().padStart(2, "0");
  return Buffer.concat([Buffer.of(CONTROL.STX), summed, Buffer.from(checksum), Buffer.of(CONTROL.CR, CONTROL.LF)]);
}
