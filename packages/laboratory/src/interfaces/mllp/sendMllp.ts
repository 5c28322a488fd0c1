import { connect, isIP, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { LeukogramError } from "@leukogram/engine/core/errors";
import { framed, MllpReader } from "./mllpReader.ts";

/** Options of {@link sendMllp}. */
export interface SendOptions {
  readonly host: string;
  readonly port: number;
  /** Whether to speak TLS, with a receiver whose certificate this machine trusts. */
  readonly isTls?: boolean;
  /** Milliseconds until the answer is there, at most. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Sends one message over a connection of its own. @returns the message that answers it
 *
 * @throws ERR_RUNTIME if no answer comes: then the receiver may have the message, or not.
 */
export async function sendMllp(
  message: Buffer,
  { host, port, timeoutMs = 30_000, isTls = false, signal }: SendOptions,
): Promise<Buffer> {
  const socket = connectTo({ host, port, isTls });
  const stop = () => void socket.destroy();
  const timer = setTimeout(() => socket.destroy(new Error(`no answer within ${timeoutMs / 1000} s`)), timeoutMs);
  signal?.addEventListener("abort", stop);
  if (signal?.aborted) stop();
  try {
    socket.write(framed(message));
    return await firstAnswer(socket);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new LeukogramError("ERR_RUNTIME", `${host}:${port} did not answer the message: ${why}`, {
      hint: "Check the address, and that the receiver is running.",
      cause: error,
    });
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", stop);
    socket.destroy();
  }
}

/** Connects to a receiver. */
export function connectTo({ host, port, isTls = false }: Pick<SendOptions, "host" | "port" | "isTls">): Socket {
  if (!isTls) return connect({ host, port, noDelay: true });
  return connectTls({ host, port, ...(isIP(host) === 0 && { servername: host }) }).setNoDelay(true);
}

async function firstAnswer(socket: Socket): Promise<Buffer> {
  const reader = new MllpReader();
  for await (const bytes of socket) {
    const [answer] = reader.push(bytes);
    if (answer !== undefined) return answer;
  }
  throw new Error("the receiver closed the connection");
}
