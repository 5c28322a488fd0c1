// Who may do what. Each route says so in its config; one that does not stops the server from starting.

import { LeukogramError } from "@leukogram/engine/core/errors";
import type { FastifyRequest, RouteOptions } from "fastify";
import { type Asking, noteUse, whoAsks } from "../store/access/sessions.ts";
import type { Store } from "../store/store.ts";
import { ROLES, type SCOPES } from "./contract/work.ts";
import type { App, Laboratory } from "./laboratory.ts";

/** A user's role. */
export type Role = (typeof ROLES)[number];

/** What a token may do. */
export type Scope = (typeof SCOPES)[number];

/** Who may use a route. */
export type Access =
  /** Everybody who reaches the port. */
  | "all"
  | {
      /** The least role. */
      readonly role: Role;
      /** The scope that a token needs; "none": no token may. */
      readonly scope: Scope | "none";
    };

/** Of routes that read. */
export const READ: Access = { role: "viewer", scope: "read" };
/** Of routes that label cells and change cases. */
export const REVIEW: Access = { role: "reviewer", scope: "review" };
/** Of routes that sign reports. */
export const SIGN: Access = { role: "signer", scope: "sign" };
/** Of routes that manage users, models and settings. */
export const ADMIN: Access = { role: "admin", scope: "admin" };
/** One's own tokens and session: no token may make another. */
export const OWN: Access = { role: "viewer", scope: "none" };

declare module "fastify" {
  interface FastifyContextConfig {
    access?: Access;
    /** Whether its body is files. */
    takesFiles?: boolean;
    /** Whether pages ask it by themselves, while nobody may be there. */
    isAutomatic?: boolean;
  }
  interface FastifyRequest {
    /** Who asks; null if nobody is signed in, or the route is for all. */
    asking: Asking | null;
  }
}

/** The cookie that holds the session's secret. */
export const COOKIE = "leukogram";

/** Adds the checks to all routes that are added afterwards. */
export function addAccess(app: App, { store }: Pick<Laboratory, "store">): void {
  app.decorateRequest("asking", null);
  const routes: RouteOptions[] = [];
  app.addHook("onRoute", (route) => {
    routes.push(route);
  });
  // When all are there, as a part of the app may say it of all its routes together.
  app.addHook("onReady", async () => {
    for (const { url, method, config } of routes)
      if (config?.access === undefined) throw new Error(`${method} ${url} does not say who may use it`);
  });
  app.addHook("onRequest", async (request) => {
    const access = request.routeOptions.config.access;
    // Not a route: answered with 404, by a handler that does nothing else. And what is for all needs no database.
    if (access === undefined || access === "all" || request.is404) return;
    request.asking = await askingOf(store, request);
    requireAccess(request, access);
    // What a page does by itself is no use.
    const { isAutomatic } = request.routeOptions.config;
    if (isChange(request) && !isAutomatic && request.asking?.via === "session")
      await noteUse(store, request.cookies[COOKIE]!);
  });
}

function requireAccess(request: FastifyRequest, { role, scope }: Exclude<Access, "all">): void {
  const { asking } = request;
  if (asking === null) throw new LeukogramError("ERR_SIGN_IN", "not signed in", { hint: "Sign in, or send a token." });
  if (ROLES.indexOf(asking.role) < ROLES.indexOf(role))
    throw new LeukogramError("ERR_DENIED", `this requires the role ${role}`);
  if (asking.via === "token" && (scope === "none" || !asking.scopes.includes(scope)))
    throw new LeukogramError(
      "ERR_DENIED",
      scope === "none" ? "tokens can't be used for this" : `this requires a token with the scope ${scope}`,
    );
  if (asking.needsCodeFrom !== null && ROLES.indexOf(role) >= ROLES.indexOf(asking.needsCodeFrom))
    throw new LeukogramError("ERR_DENIED", "this requires a second factor", {
      hint: "Set up an authenticator app in the settings.",
    });
  if (asking.via === "session" && isChange(request) && request.headers["x-csrf-token"] !== asking.csrf)
    throw new LeukogramError("ERR_DENIED", "the X-CSRF-Token is missing or wrong", {
      hint: "GET /session returns it.",
    });
}

const isChange = ({ method }: FastifyRequest) => method !== "GET" && method !== "HEAD";

/** Who asks; null if nobody is signed in. */
export function askingOf(store: Store, request: FastifyRequest): Promise<Asking | null> {
  return whoAsks(store, { token: bearer(request), cookie: request.cookies[COOKIE] });
}

function bearer({ headers }: FastifyRequest): string | undefined {
  return /^Bearer ([\w.~+/-]{1,200}=*)$/i.exec(headers.authorization ?? "")?.[1];
}

/** Who asks, on routes that somebody must be signed in for. */
export function askedBy(request: FastifyRequest): Asking {
  if (request.asking === null) throw new LeukogramError("ERR_SIGN_IN", "not signed in");
  return request.asking;
}

/** Opens all routes of a part of the app to everybody, and leaves them out of the description. */
export function openToAll(part: App): void {
  part.addHook("onRoute", (route) => {
    route.config = { ...route.config, access: "all" };
    route.schema = { ...route.schema, hide: true };
  });
}
