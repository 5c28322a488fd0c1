import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".css": "text/css",
  ".wasm": "application/wasm",
  ".jpg": "image/jpeg",
};

/** Folders by the first part of their address, "" for all others, and bytes that lie in memory by the whole. */
export interface Served {
  readonly folders: Readonly<Record<string, string>>;
  readonly bytes?: Map<string, Uint8Array>;
  /** Whether pages may have threads; default true. */
  readonly isolated?: boolean;
}

/** A static server on this machine alone, with the headers that threads need; what is PUT there joins `bytes`. */
export async function serve({ folders, bytes = new Map(), isolated = true }: Served) {
  const server = createServer((request, response) => {
    const path = normalize(decodeURIComponent(new URL(request.url!, "http://localhost").pathname));
    if (request.method === "PUT") {
      const parts: Buffer[] = [];
      request.on("data", (part: Buffer) => parts.push(part));
      request.on("end", () => {
        bytes.set(path, Buffer.concat(parts));
        response.end();
      });
      return;
    }
    const [, first = "", ...rest] = path.split("/");
    const folder = first === "" ? undefined : folders[first];
    const file = folder ? join(folder, ...rest) : join(folders[""] ?? "", path === "/" ? "index.html" : path);
    const body = bytes.get(path) ?? (existsSync(file) ? readFileSync(file) : undefined);
    response.writeHead(body === undefined ? 404 : 200, {
      "Content-Type": TYPES[extname(file)] ?? "application/octet-stream",
      ...(isolated && {
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Embedder-Policy": "require-corp",
      }),
    });
    response.end(body);
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const { port } = server.address() as AddressInfo;
  return {
    address: `http://127.0.0.1:${port}`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
