import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";

/** What a test's server does with the n-th request, counted from 0. */
export type Answer = (request: IncomingMessage, response: ServerResponse, count: number) => void;

/** A server on 127.0.0.1 for one test. */
export interface FileServer {
  readonly url: string;
  /** `range` header of each request so far. */
  readonly ranges: (string | undefined)[];
}

/** Starts a server that is gone after the test. */
export async function fileServer(answer: Answer): Promise<FileServer> {
  const ranges: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    ranges.push(request.headers.range);
    answer(request, response, ranges.length - 1);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, ranges };
}

/** Sends the first bytes of a body that was announced whole, and breaks the connection once they can be there. */
export function breakOff(response: ServerResponse, body: Uint8Array, { after }: { readonly after: number }): void {
  response.writeHead(200, { "content-length": body.length, etag: '"v1"' });
  response.write(body.subarray(0, after), () => setTimeout(() => response.destroy(), 200));
}

/** Sends all of a body. */
export function sendAll(response: ServerResponse, body: Uint8Array | string, headers: Record<string, string> = {}) {
  response.writeHead(200, { "content-length": Buffer.byteLength(body), etag: '"v1"', ...headers });
  response.end(body);
}

/** Sends the rest of a body from the range asked for, as RFC 9110 says. */
export function sendRest(request: IncomingMessage, response: ServerResponse, body: Uint8Array): void {
  const start = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? "")?.[1] ?? 0);
  response.writeHead(206, {
    "content-range": `bytes ${start}-${body.length - 1}/${body.length}`,
    "content-length": body.length - start,
    etag: '"v1"',
  });
  response.end(body.subarray(start));
}
