// The minimal lower layer protocol: VT, the message, FS, CR.
import { LeukogramError } from "@leukogram/engine/core/errors";

const [VT, FS, CR, LF] = [0x0b, 0x1c, 0x0d, 0x0a] as const;

/** Bytes of a message that are taken at most, if nothing else is said. */
export const LARGEST_MESSAGE = 1e6;

/** A message in its frame. */
export function framed(message: Uint8Array): Buffer {
  return Buffer.concat([Buffer.of(VT), message, Buffer.of(FS, CR)]);
}

/** Takes messages out of their frames, in whatever pieces these arrive. */
export class MllpReader {
  readonly #limit: number;
  #state: "outside" | "inside" | "ending" = "outside";
  #parts: Buffer[] = [];
  #size = 0;

  /** @param limit bytes of a message, at most */
  constructor(limit = LARGEST_MESSAGE) {
    this.#limit = limit;
  }

  /** Whether a frame has begun and not ended. */
  get isWithin(): boolean {
    return this.#state !== "outside";
  }

  /**
   * Takes bytes. @returns the messages that they complete
   *
   * @throws ERR_FORMAT if they are not frames; ERR_LIMIT if a message is too large.
   */
  push(bytes: Buffer): Buffer[] {
    const messages: Buffer[] = [];
    for (let at = 0; at < bytes.length; ) {
      if (this.#state === "inside") {
        const end = bytes.indexOf(FS, at);
        this.#take(bytes.subarray(at, end < 0 ? undefined : end));
        if (end < 0) break;
        at = end + 1;
        this.#state = "ending";
        continue;
      }
      const byte = bytes[at++];
      if (this.#state === "ending") {
        if (byte !== CR) throw unframed("a message must end with the bytes 0x1c 0x0d");
        messages.push(Buffer.concat(this.#parts));
        [this.#parts, this.#size, this.#state] = [[], 0, "outside"];
      } else if (byte === VT) this.#state = "inside";
      // Some senders part their frames by an empty line.
      else if (byte !== CR && byte !== LF) throw unframed("a message must begin with the byte 0x0b");
    }
    return messages;
  }

  #take(part: Buffer): void {
    this.#size += part.length;
    if (this.#size > this.#limit)
      throw new LeukogramError("ERR_LIMIT", `MLLP: a message is larger than ${this.#limit} bytes`, {
        hint: "Send smaller messages; documents are sent by their address.",
      });
    this.#parts.push(Buffer.from(part));
  }
}

const unframed = (message: string) =>
  new LeukogramError("ERR_FORMAT", `MLLP: ${message}`, { hint: "Check that the sender speaks MLLP." });
