import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import fastifyStatic from "@fastify/static";
import { LeukogramError } from "@leukogram/engine/core/errors";
import { openToAll } from "./access.ts";
import { type knownMethods, wrongMethod } from "./knownMethods.ts";
import type { App } from "./laboratory.ts";

/** Where the built web app lies: dist/web of the package, web/dist of a checkout; undefined if it was not built. */
export function findWebApp(): string | undefined {
  const places = ["../web/", "../../dist/web/", "../../web/dist/"].map((path) =>
    fileURLToPath(new URL(path, import.meta.url)),
  );
  return places.find((path) => existsSync(`${path}index.html`));
}

const NOT_BUILT = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Leukogram</title>
<h1>Leukogram is running</h1><p>The web app has not been built: run <code>npm run build</code>, then start the server again.</p>
<p>The <a href="/api/docs">API</a> works without it. Research use only; not a medical device.</p></html>`;

/**
 * Serves the web app; what is no file and no API is the app's own page.
 *
 * @param methodsOf tells by which methods an address may be asked
 */
export async function addWebApp(
  app: App,
  folder: string | undefined,
  methodsOf: ReturnType<typeof knownMethods>,
): Promise<void> {
  const config = { access: "all" as const };
  app.setNotFoundHandler({ preHandler: async () => {} }, async (request, reply) => {
    const methods = methodsOf(request.url);
    if (methods.length > 0) {
      reply.header("allow", methods.join(", "));
      throw wrongMethod(request.method, methods);
    }
    const isPage =
      request.method === "GET" &&
      !/^\/(api|v2|assets)(\/|$)/.test(request.url) &&
      /text\/html/.test(request.headers.accept ?? "");
    if (!isPage) throw new LeukogramError("ERR_NOT_FOUND", "not found");
    if (folder === undefined) return reply.type("text/html").send(NOT_BUILT);
    return reply
      .header("cache-control", "no-cache")
      .type("text/html; charset=utf-8")
      .send(await readFile(join(folder, "index.html")));
  });
  if (folder === undefined) {
    app.get("/", { config, schema: { hide: true } }, async (_, reply) => reply.type("text/html").send(NOT_BUILT));
    return;
  }
  // biome-ignore lint/nursery/noMisusedPromises: fastify awaits what a plugin promises
  await app.register(async (part) => {
    openToAll(part as unknown as App);
    await part.register(fastifyStatic, {
      root: folder,
      wildcard: false,
      preCompressed: true,
      cacheControl: false,
      setHeaders(reply, path) {
        // Names of assets hold a hash of their content.
        const isHashed = /[\\/]assets[\\/]/.test(path);
        reply.setHeader("vary", "accept-encoding");
        reply.setHeader("cache-control", isHashed ? "public, max-age=31536000, immutable" : "no-cache");
      },
    });
  });
}
