import { randomUUID } from "node:crypto";
import { ROLES } from "@leukogram/laboratory/server/contract/work";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Answered, startTestLaboratory } from "../../support/laboratory.ts";
import { pictures } from "../../support/pictures.ts";
import { PASSWORD, startWithRoles, type WithRoles } from "./roles.ts";

let laboratory: WithRoles["laboratory"];
let as: WithRoles["as"];
let signIn: WithRoles["signIn"];
let tokenOf: WithRoles["tokenOf"];
beforeAll(async () => {
  ({ laboratory, as, signIn, tokenOf } = await startWithRoles());
});
afterAll(() => laboratory.close());

interface Route {
  readonly method: string;
  readonly path: string;
  readonly role: string | undefined;
  readonly scope: string | undefined;
}

/** Every route that the description names, with what it says of who may use it. */
async function routes(): Promise<Route[]> {
  const { body } = await laboratory.ask("GET openapi.json");
  return Object.entries(body.paths).flatMap(([path, methods]) =>
    Object.entries(methods as Record<string, { description?: string; security?: unknown }>).map(
      ([method, { description, security }]) => {
        const [, role, scope] = /^Role (\w+); (?:scope (\w+)|no token)\.$/.exec(description ?? "") ?? [];
        expect(security === undefined, `${method} ${path}`).toBe(role === undefined);
        return { method: method.toUpperCase(), path: path.replace(/\{\w+\}/g, () => randomUUID()), role, scope };
      },
    ),
  );
}

const closed = async () => (await routes()).filter(({ role }) => role !== undefined);
const call = ({ method, path }: Route, headers: Record<string, string> = {}): Promise<Answered> =>
  laboratory.ask(`${method} ${path}`, method === "GET" || method === "DELETE" ? undefined : {}, headers);

describe("nobody gets in", () => {
  test("all routes but those of the session need somebody who is signed in", async () => {
    const all = await routes();
    expect(all.length).toBeGreaterThan(30);
    expect(all.filter(({ role }) => role === undefined).map(({ method, path }) => `${method} ${path}`)).toEqual([
      "GET /api/v1/session",
      "POST /api/v1/session",
      "DELETE /api/v1/session",
      "GET /api/v1/session/provider",
      "GET /api/v1/session/provider/callback",
    ]);
    for (const route of await closed()) {
      const { status, body } = await call(route);
      expect([status, body.error?.code], `${route.method} ${route.path}`).toEqual([401, "ERR_SIGN_IN"]);
    }
    expect((await laboratory.ask("GET /metrics")).status).toBe(401);
    expect((await laboratory.ask("GET session")).body).toMatchObject({ user: null, role: null, isLocal: false });
  });

  test("with a role below the one that is needed", async () => {
    for (const route of await closed()) {
      const below = ROLES[ROLES.indexOf(route.role as (typeof ROLES)[number]) - 1];
      if (below === undefined) continue;
      const { status, body } = await call(route, as[below]);
      const { message } = body.error ?? {};
      expect([status, message], `${route.method} ${route.path} as ${below}`).toEqual([
        403,
        `this requires the role ${route.role}`,
      ]);
    }
  });

  test("with a token without the scope, whatever its user may do; and no token makes another", async () => {
    const scopes = ["read", "review", "sign", "admin", "infer"];
    for (const route of await closed()) {
      const others = scopes.filter((scope) => scope !== route.scope);
      const { headers } = await tokenOf("admin", others);
      const { status, body } = await call(route, headers);
      expect([status, body.error?.message ?? body.error], `${route.method} ${route.path}`).toEqual([
        403,
        route.scope === undefined
          ? "tokens can't be used for this"
          : `this requires a token with the scope ${route.scope}`,
      ]);
    }
    const { headers } = await tokenOf("viewer", scopes);
    expect((await laboratory.ask("GET cases", undefined, headers)).status).toBe(200);
    expect((await laboratory.ask("POST cases", { name: "x" }, headers)).status).toBe(403);
  });

  test("with forged secrets and tricks of headers", async () => {
    const { headers } = await tokenOf("viewer", ["read"]);
    const secret = headers.authorization!.slice(7);
    const tries: Record<string, string>[] = [
      { authorization: `Bearer ${secret.slice(0, -1)}${secret.endsWith("A") ? "B" : "A"}` },
      { authorization: `Basic ${secret}` },
      { authorization: "Bearer " },
      { authorization: `Bearer ${"a".repeat(5000)}` },
      { authorization: "Bearer ' or 1=1 --" },
      { cookie: "leukogram=" },
      { cookie: `leukogram=${"A".repeat(43)}` },
      { cookie: `leukogram=${as.admin!["x-csrf-token"]}` },
      { "x-forwarded-for": "127.0.0.1", "x-real-ip": "127.0.0.1", forwarded: "for=127.0.0.1" },
      { "x-original-url": "/api/v1/session", "x-http-method-override": "GET" },
    ];
    for (const header of tries)
      expect((await laboratory.ask("GET users", undefined, header)).status, JSON.stringify(header)).toBe(401);
  });

  test("where models are asked by the Open Inference Protocol, whose errors are texts", async () => {
    const open = await laboratory.ask("GET /v2/health/ready");
    expect([open.status, open.body]).toEqual([200, { ready: true }]);
    for (const line of [
      "GET /v2/models/cnn-anylab",
      "GET /v2/models/cnn-anylab/ready",
      "POST /v2/models/cnn-anylab/infer",
    ]) {
      const { status, body } = await laboratory.ask(line, line.startsWith("POST") ? {} : undefined);
      expect([status, body], line).toEqual([401, { error: "not signed in" }]);
    }
    const [read, infer] = [await tokenOf("reviewer", ["read"]), await tokenOf("reviewer", ["infer"])];
    expect((await laboratory.ask("GET /v2/models/cnn-anylab", undefined, read.headers)).status).toBe(403);
    expect((await laboratory.ask("GET /v2/models/cnn-anylab", undefined, infer.headers)).status).toBe(200);
    expect((await laboratory.ask("GET cases", undefined, infer.headers)).status).toBe(403);
  });

  test("with tricks of paths", async () => {
    const paths = [
      ...[
        "/api/v1/session/../users",
        "/api/v1/session/%2e%2e/users",
        "/api/v1//users",
        "/api/v1/users/",
        "/api/v1/USERS",
      ],
      ...[
        "/api/v1/users%00",
        "/api/v1/users;x=1",
        "/api/v1/./users",
        "/API/v1/users",
        "//api/v1/users",
        "/api/v1/users?a=/api/docs",
      ],
      ...[
        "/../../etc/passwd",
        "/%2e%2e/%2e%2e/etc/passwd",
        "/assets/..%2f..%2fpackage.json",
        "/api/docs/static/..%2f..%2f..%2fpackage.json",
      ],
      "/api/docs/static/%2e%2e/%2e%2e/package.json",
    ];
    for (const path of paths) {
      const { status, raw } = await laboratory.ask(`GET ${path}`);
      expect([400, 401, 403, 404], path).toContain(status);
      expect(raw.toString(), path).not.toMatch(/root:|"leukogram"|isDisabled/);
    }
  });

  test("after the time: sessions and tokens end", async () => {
    const headers = await signIn("viewer");
    const token = await tokenOf("viewer", ["read"]);
    for (const header of [headers, token.headers])
      expect((await laboratory.ask("GET cases", undefined, header)).status).toBe(200);
    laboratory.clock.pass(12 * 3600e3 + 1);
    expect((await laboratory.ask("GET cases", undefined, headers)).status).toBe(401);
    expect((await laboratory.ask("GET cases", undefined, token.headers)).status).toBe(200);
    laboratory.clock.pass(12 * 3600e3);
    expect((await laboratory.ask("GET cases", undefined, token.headers)).status).toBe(401);
    for (const role of ROLES) as[role] = await signIn(role);
  });
});

describe("users", () => {
  test("passwords and secrets are nowhere in the database, the trail or an answer", async () => {
    const { headers } = await tokenOf("admin", ["read"]);
    const { rows } = (await laboratory.store.database.queries.execute(
      "select row_to_json(t)::text as line from users t union all select row_to_json(t)::text from tokens t union all select row_to_json(t)::text from sessions t union all select row_to_json(t)::text from events t union all select row_to_json(t)::text from answers t",
    )) as unknown as { rows: { line: string }[] };
    const all = rows.map(({ line }) => line).join("\n");
    expect(all).toContain("scrypt$131072$8$1$");
    for (const secret of [PASSWORD, headers.authorization!.slice(7), as.admin!.cookie!.split("=")[1]!])
      expect(all).not.toContain(secret);
    expect((await laboratory.ask("GET users", undefined, as.admin)).body.users[0]).not.toHaveProperty("password");
  });

  test("a new password or a disabled user ends sessions and tokens; the last admin stays", async () => {
    const { ask } = laboratory;
    const { users } = (await ask("GET users", undefined, as.admin)).body;
    const idOf = (name: string) => users.find((user: { name: string }) => user.name === name).id;
    const token = await tokenOf("reviewer", ["read"]);
    expect((await ask(`PATCH users/${idOf("reviewer")}`, { isDisabled: true }, as.admin)).status).toBe(200);
    for (const headers of [as.reviewer!, token.headers])
      expect((await ask("GET cases", undefined, headers)).status).toBe(401);
    expect((await ask("POST session", { name: "reviewer", password: PASSWORD })).status).toBe(401);
    const last = await ask(`PATCH users/${idOf("admin")}`, { role: "viewer" }, as.admin);
    expect([last.status, last.body.error.message]).toEqual([409, "this user is the last admin"]);
    expect((await ask("POST users", { name: "ADMIN", role: "viewer", password: PASSWORD }, as.admin)).status).toBe(409);
    expect((await ask("POST users", { name: "local", role: "viewer", password: PASSWORD }, as.admin)).status).toBe(409);
    expect((await ask("POST users", { name: "x", role: "viewer", password: "short" }, as.admin)).status).toBe(400);
  });

  test("a signature in a page needs the password again", async () => {
    const { ask } = laboratory;
    const { id } = (await ask("POST cases", { name: "x" }, as.admin)).body;
    const { body } = await laboratory.upload(id, await pictures(1), as.admin);
    await ask(`POST cases/${id}/labels`, { changes: [{ cell: body.added[0].id, label: "Monocyte" }] }, as.admin);
    while ((await ask(`GET cases/${id}`, undefined, as.admin)).body.waiting > 0)
      await new Promise((resolve) => setTimeout(resolve, 20));
    const wish = { meaning: "seen", despite: "one cell is enough for a test" };
    for (const password of [undefined, "wrong password"])
      expect((await ask(`POST cases/${id}/sign`, { ...wish, password }, as.signer)).status).toBe(403);
    expect(
      (await ask(`POST cases/${id}/sign`, { ...wish, password: PASSWORD }, as.signer)).body.signatures,
    ).toMatchObject([{ by: "signer", meaning: "seen" }]);
  });

  test("signing in is limited, and does not say whether there is such a user", async () => {
    const strict = await startTestLaboratory({ limits: { signIns: 2 } });
    const tries: Answered[] = [];
    for (let i = 0; i < 3; i++) tries.push(await strict.ask("POST session", { name: "nobody", password: "wrong" }));
    await strict.close();
    const known = await laboratory.ask("POST session", { name: "admin", password: "wrong" });
    expect(tries[0]!.body).toEqual(known.body);
    expect([tries[2]!.status, tries[2]!.body.error.code]).toEqual([429, "ERR_LIMIT"]);
  });
});
