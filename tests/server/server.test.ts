import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { newFolder, startTestLaboratory, type TestLaboratory } from "../support/laboratory.ts";
import { pictures } from "../support/pictures.ts";

let laboratory: TestLaboratory;
beforeAll(async () => {
  const webApp = newFolder();
  mkdirSync(join(webApp, "assets"));
  writeFileSync(join(webApp, "index.html"), "<!doctype html><title>the app</title>");
  writeFileSync(join(webApp, "assets", "app-1a2b.js"), "export {};");
  laboratory = await startTestLaboratory({ webApp });
});
afterAll(() => laboratory.close());

const html = { accept: "text/html" };

test("the app's own pages are all its index, assets are kept for ever, and what is not there is not", async () => {
  const { ask } = laboratory;
  for (const path of ["/", "/cases/1", "/no/such/page"]) {
    const { status, body, headers } = await ask(`GET ${path}`, undefined, html);
    expect([status, body, headers["cache-control"]], path).toEqual([
      200,
      "<!doctype html><title>the app</title>",
      "no-cache",
    ]);
  }
  const asset = await ask("GET /assets/app-1a2b.js");
  expect([asset.status, asset.headers["cache-control"]]).toEqual([200, "public, max-age=31536000, immutable"]);
  for (const path of ["/assets/none.js", "/api/v1/none", "/v2/none", "/favicon.ico"])
    expect((await ask(`GET ${path}`, undefined, path.startsWith("/f") ? {} : html)).status, path).toBe(404);
});

test("the API is described and rendered from this server alone", async () => {
  const { ask } = laboratory;
  const { body } = await ask("GET openapi.json");
  expect(body.openapi).toBe("3.1.0");
  expect(body.paths["/api/v1/cases/{case}/images"].post.requestBody.content).toHaveProperty("multipart/form-data");
  expect(body.paths["/api/v1/reports/{report}.fhir.json"].get.parameters).toMatchObject([
    { in: "path", name: "report" },
  ]);
  const labels = body.paths["/api/v1/cases/{case}/labels"].post;
  expect(labels.parameters).toContainEqual(
    expect.objectContaining({ in: "header", name: "idempotency-key", required: true }),
  );
  expect(Object.keys(labels.responses)).toEqual(["200", "4XX", "5XX"]);
  for (const path of Object.values<object>(body.paths))
    for (const operation of Object.values(path)) expect(operation.summary).toEqual(expect.any(String));
  const page = (await ask("GET /api/docs")).body as string;
  for (const [, address] of page.matchAll(/(?:src|href)="([^"]+)"/g)) {
    expect(address).not.toMatch(/^(https?:)?\/\//);
    expect((await ask(`GET ${new URL(address!, "http://localhost/api/docs/").pathname}`)).status, address).toBe(200);
  }
  expect(page).not.toMatch(/<script(?![^>]*src)/);
});

test("health, readiness and figures", async () => {
  const { ask } = laboratory;
  expect((await ask("GET /healthz")).body).toEqual({ status: "ok" });
  expect((await ask("GET /readyz")).body).toEqual({ status: "ready" });
  const { body } = await ask("GET /metrics");
  expect(body).toContain('leukogram_cells{status="waiting"} 0');
  expect(body).toMatch(/leukogram_http_request_seconds_count\{method="GET",route="\/readyz",status="200"\} 1/);
});

test("what changes in a case is told to those who listen, and listening ends with the server's close", async () => {
  const { ask, app } = laboratory;
  const { id } = (await ask("POST cases", { name: "live" })).body;
  const address = await app.listen({ port: 0, host: "127.0.0.1" });
  const response = await fetch(`${address}/api/v1/cases/${id}/events`);
  expect(response.headers.get("content-type")).toBe("text/event-stream");
  const seen: { revision: number; waiting: number; cells: { status: string }[] }[] = [];
  const reading = (async () => {
    let text = "";
    for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
      text += chunk;
      for (const parts = text.split("\n\n"); parts.length > 1; text = parts.join("\n\n"))
        seen.push(JSON.parse(parts.shift()!.slice(6)));
    }
  })();
  await laboratory.upload(id, await pictures(2));
  await laboratory.settled(id);
  while (seen.length < 3) await new Promise((resolve) => setTimeout(resolve, 20));
  await app.close();
  await reading;
  expect(seen.map(({ revision }) => revision)).toEqual([1, 2, 3]);
  expect(seen[1]!.cells.map(({ status }) => status)).toEqual(["waiting", "waiting"]);
  expect(seen[2]).toMatchObject({ waiting: 0, cells: [{ status: "classified" }, { status: "classified" }] });
});

test("a route that does not say who may use it stops the server from starting", async () => {
  const { default: fastify } = await import("fastify");
  const { addAccess } = await import("@leukogram/laboratory/server/access");
  const app = fastify();
  addAccess(app as never, laboratory);
  app.get("/open", async () => "secret");
  await expect(app.ready()).rejects.toThrow("GET /open does not say who may use it");
});
