import { Readable } from "node:stream";
import type { ReadableStream } from "node:stream/web";
import { LeukogramError } from "@leukogram/engine/core/errors";
import { isLoopback } from "../server/connections/loopback.ts";

/**
 * Gets the backup of a running server, by the token in LEUKOGRAM_TOKEN.
 *
 * @throws ERR_USAGE if address or token are missing or wrong, ERR_DENIED if the server refuses, ERR_DATA if it doesn't answer or the backup is cut off.
 */
export async function downloadBackup(server: string, write: (from: Readable) => Promise<void>): Promise<void> {
  const token = process.env.LEUKOGRAM_TOKEN;
  if (!token)
    throw new LeukogramError("ERR_USAGE", "backup --server: the variable LEUKOGRAM_TOKEN is not set", {
      hint: "Make a token with the scope admin in the settings of the app.",
    });
  const response = await ask(addressOf(server), token);
  if (!response.ok || response.body === null) {
    const text = await response.text();
    throw new LeukogramError("ERR_DENIED", `${server}: ${messageOf(text) ?? `status ${response.status}`}`);
  }
  let isFault = false;
  const from = Readable.fromWeb(response.body as ReadableStream).once("error", () => {
    isFault = true;
  });
  try {
    await write(from);
  } catch (cause) {
    if (!isFault) throw cause;
    throw new LeukogramError("ERR_DATA", `${server}: the backup was cut off`, { hint: "Try again.", cause });
  }
}

function addressOf(server: string): URL {
  const url = URL.canParse(server) ? new URL("/api/v1/backup", server) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol))
    throw new LeukogramError("ERR_USAGE", `backup --server: expected an address such as https://lab, got ${server}`);
  if (url.protocol === "http:" && !isLoopback(url.hostname.replace(/^\[|\]$/g, "")))
    throw new LeukogramError("ERR_USAGE", `backup --server: ${server} would get the token without encryption`, {
      hint: "Use https, or run this at the server itself.",
    });
  return url;
}

async function ask(url: URL, token: string): Promise<Response> {
  try {
    return await fetch(url, { headers: { authorization: `Bearer ${token}` }, redirect: "error" });
  } catch (cause) {
    const reason = ((cause as Error).cause as Error | undefined)?.message ?? (cause as Error).message;
    throw new LeukogramError("ERR_DATA", `${url.origin}: does not answer (${reason})`, {
      hint: "Check that the server is running; for a certificate of your own set NODE_EXTRA_CA_CERTS.",
      cause,
    });
  }
}

function messageOf(text: string): string | undefined {
  try {
    return (JSON.parse(text) as { error: { message: string } }).error.message;
  } catch {
    return undefined;
  }
}
