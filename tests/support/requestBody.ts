import type { IncomingMessage } from "node:http";

/** The text that a request brings; undefined if its sender was gone before it was whole. */
export async function requestBody(request: IncomingMessage): Promise<string | undefined> {
  let text = "";
  try {
    for await (const part of request.setEncoding("utf8")) text += part;
  } catch {
    return undefined;
  }
  return text;
}
