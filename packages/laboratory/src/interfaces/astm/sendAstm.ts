import type { Socket } from "node:net";
import { setTimeout } from "node:timers/promises";
import { LeukogramError } from "@leukogram/engine/core/errors";
import { connectTo, type SendOptions } from "../mllp/sendMllp.ts";
import { CONTROL, framesOf } from "./frames.ts";

/** Times that a frame is sent at most, before the message is given up (E1381, 6.5.1.2). */
const MOST_TRIES = 6;

/** Milliseconds that a receiver has to end its side. */
const GOODBYE_MS = 1000;

/**
 * Sends one message over a connection of its own, frame by frame: what is answered by NAK is sent again.
 *
 * @returns whether the receiver took it, or said that it is busy or can't take a frame
 * @throws ERR_RUNTIME if no answer comes: then the receiver may have the message, or not.
 */
export async function sendAstm(
  message: Buffer,
  { host, port, timeoutMs = 15_000, isTls = false, signal }: SendOptions,
): Promise<"taken" | "busy" | "refused"> {
  const socket = connectTo({ host, port, isTls });
  const stop = () => void socket.destroy();
  socket.setTimeout(timeoutMs, () => void socket.destroy(new Error(`no answer within ${timeoutMs / 1000} s`)));
  signal?.addEventListener("abort", stop);
  if (signal?.aborted) stop();
  try {
    return await converse(socket, framesOf(message));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new LeukogramError("ERR_RUNTIME", `${host}:${port} did not answer the message: ${why}`, {
      hint: "Check the address, and that the receiver is running.",
      cause: error,
    });
  } finally {
    signal?.removeEventListener("abort", stop);
    socket.destroySoon();
  }
}

async function converse(socket: Socket, frames: readonly Buffer[]): Promise<"taken" | "busy" | "refused"> {
  const answers = bytesOf(socket);
  const answerTo = async (bytes: Buffer): Promise<number> => {
    socket.write(bytes);
    const { value, done } = await answers.next();
    if (done) throw new Error("the receiver closed the connection");
    return value;
  };
  // Anything else: it is busy, or wants to send by itself. It is tried later.
  if ((await answerTo(Buffer.of(CONTROL.ENQ))) !== CONTROL.ACK) return "busy";
  let isTaken = true;
  for (const frame of frames) {
    isTaken = false;
    for (let tries = 0; tries < MOST_TRIES && !isTaken; tries++) {
      const answer = await answerTo(frame);
      // EOT takes the frame, too, and asks for a turn.
      isTaken = answer === CONTROL.ACK || answer === CONTROL.EOT;
    }
    if (!isTaken) break;
  }
  socket.end(Buffer.of(CONTROL.EOT));
  // Nothing answers an EOT: a receiver that is there ends its side too, and one that is gone breaks the connection.
  await Promise.race([answers.next(), setTimeout(GOODBYE_MS, undefined, { ref: false })]);
  return isTaken ? "taken" : "refused";
}

async function* bytesOf(socket: Socket): AsyncGenerator<number, undefined, undefined> {
  for await (const part of socket) yield* part as Buffer;
}
