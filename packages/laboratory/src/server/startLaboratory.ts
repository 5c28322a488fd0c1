import type { Server } from "node:http";
import { isIP, type Socket } from "node:net";
import type { Server as TlsServer } from "node:tls";
import { LeukogramError } from "@leukogram/engine/core/errors";
import type { FastifyServerOptions } from "fastify";
import { sweepSessions } from "../store/access/sessions.ts";
import { listUsers } from "../store/access/users.ts";
import { openStore, type Store } from "../store/store.ts";
import { sweepImages } from "../store/sweepImages.ts";
import { buildServer } from "./buildServer.ts";
import { isLoopback } from "./connections/loopback.ts";
import { watchDatabase } from "./databaseWatch.ts";
import { loggable } from "./errors.ts";
import { IdentityProvider, type ProviderSettings } from "./guard/identityProvider.ts";
import { followTls, type TlsFiles } from "./guard/tls.ts";
import { LIMITS } from "./laboratory.ts";
import { startWork, type WorkOptions } from "./work/work.ts";

/** Options of {@link startLaboratory}. */
export interface LaboratoryOptions extends Omit<WorkOptions, "onError"> {
  readonly folder: string;
  /** Of a Postgres; PGlite in the folder without it. */
  readonly url?: string | undefined;
  readonly host: string;
  /** 0 takes any that is free. */
  readonly port: number;
  readonly now: () => Date;
  /** Names by which browsers may know it, beside its addresses. */
  readonly hosts?: readonly string[] | undefined;
  /** Whether a proxy stands before it, whose X-Forwarded headers are true. */
  readonly isBehindProxy?: boolean | undefined;
  /** Called where the database is broken for good, and only a new process can go on. */
  readonly onBroken?: ((error: LeukogramError) => void) | undefined;
  /** Files by which it speaks TLS. */
  readonly tls?: TlsFiles | undefined;
  /** Whether passwords may go over a network in plain HTTP. */
  readonly isPlainAllowed?: boolean | undefined;
  /** Where users may sign in beside the server itself. */
  readonly oidc?: ProviderSettings | undefined;
  readonly logger?: FastifyServerOptions["logger"];
  /** Folder of the built web app; found by itself if left out. */
  readonly webApp?: string | undefined;
}

/** A server that listens. */
export interface RunningLaboratory {
  readonly address: string;
  /** Takes no more requests, finishes those under way, stops the queue and closes the database. */
  close(): Promise<void>;
}

/**
 * Opens the data folder, and serves it.
 *
 * @throws ERR_CONFLICT if another process has the folder, ERR_DENIED if it is to listen beyond this machine without an admin or encryption.
 */
export async function startLaboratory(options: LaboratoryOptions): Promise<RunningLaboratory> {
  const { folder, url, host, port, now, hosts = [], isBehindProxy, logger, webApp, onBroken = () => {}, tls } = options;
  requireEncryption(options);
  const provider = options.oidc && new IdentityProvider(options.oidc, now);
  const store = await openStore({ folder, url, now });
  let onError = (_: unknown) => {};
  const work = startWork(store, { ...options, onError: (error) => onError(error) });
  const { classification } = work;
  const unwatch = watchDatabase(store, onBroken);
  const stop = async () => {
    unwatch();
    await work.close();
    await store.close();
  };
  try {
    if (!isLoopback(host)) await requireAdmin(store, host);
    await sweepSessions(store);
    await sweepImages(store);
    const app = await buildServer({
      ...{ store, classification, work, limits: LIMITS, logger: logger ?? false, webApp, isBehindProxy, tls, provider },
      hosts: isIP(host) > 0 ? hosts : [host, ...hosts],
    });
    onError = (err) => app.log.error({ err: loggable(err) }, "work behind the routes failed");
    const dropUnused = watchUnused(app.server);
    const address = await app.listen({ host, port });
    const unfollow = tls && followTls(app.server as unknown as TlsServer, tls, { onError });
    await work.connections.apply();
    work.watch?.start();
    return {
      address,
      async close() {
        unfollow?.();
        dropUnused();
        await app.close();
        await stop();
      },
    };
  } catch (error) {
    await stop();
    throw explain(error, port);
  }
}

// Browsers open connections in advance. One that never had a request is not idle to Node: it would keep a server that ends for a
// minute. Returns what drops them.
function watchUnused(server: Server): () => void {
  // By their far ends: under TLS a request has another socket than its connection.
  const unused = new Map<string, Socket>();
  const endOf = ({ remoteAddress, remotePort }: Socket) => `${remoteAddress} ${remotePort}`;
  server.on("connection", (socket) => {
    const end = endOf(socket);
    unused.set(end, socket);
    socket.once("close", () => {
      if (unused.get(end) === socket) unused.delete(end);
    });
  });
  server.on("request", ({ socket }) => unused.delete(endOf(socket)));
  return () => {
    for (const socket of unused.values()) socket.destroy();
  };
}

// Passwords and patients' names would be read by anybody in the network.
function requireEncryption({ host, tls, isBehindProxy, isPlainAllowed }: LaboratoryOptions): void {
  if (isLoopback(host) || tls !== undefined || isBehindProxy || isPlainAllowed) return;
  throw new LeukogramError("ERR_DENIED", `listening at ${host}, outside this machine, without encryption`, {
    hint: "Give --tls-cert and --tls-key, or --behind-proxy with a proxy that speaks TLS; --plain-http sends passwords readable for the network.",
  });
}

async function requireAdmin(store: Store, host: string): Promise<void> {
  const users = await listUsers(store);
  if (users.some(({ role, isDisabled }) => role === "admin" && !isDisabled)) return;
  throw new LeukogramError("ERR_DENIED", `listening at ${host}, outside this machine, needs an admin user`, {
    hint: "Create an admin: leukogram user add NAME --role admin.",
  });
}

function explain(error: unknown, port: number): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code !== "EADDRINUSE" && code !== "EACCES") return error;
  const what = code === "EACCES" ? "is not permitted" : "is in use by another program";
  return new LeukogramError("ERR_CONFLICT", `port ${port} ${what}`, {
    hint: "Choose another port with --port.",
    cause: error,
  });
}
