// Webhooks: signed as Standard Webhooks says, which its own library verifies, and sent until they are taken.
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Webhook } from "standardwebhooks";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestLaboratory, type TestLaboratory } from "../../support/laboratory.ts";
import { pictures } from "../../support/pictures.ts";

// biome-ignore lint/suspicious/noExplicitAny: the tests say what they expect of it
type Any = any;

const SECRET = `whsec_${Buffer.alloc(24, 7).toString("base64")}`;
const EVENTS = ["case.ready", "report.signed", "report.amended", "case.voided"];

const got: { readonly body: string; readonly headers: Record<string, string> }[] = [];
let status = 204;
const server = createServer(async (request, response) => {
  let body = "";
  for await (const part of request.setEncoding("utf8")) body += part;
  got.push({ body, headers: request.headers as Record<string, string> });
  response.writeHead(status).end();
});

let laboratory: TestLaboratory;
let url: string;
beforeAll(async () => {
  laboratory = await startTestLaboratory({ retryMs: 10, timeoutMs: 500 });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
});
afterAll(async () => {
  await laboratory.close();
  server.close();
});

const ask = (line: string, body?: unknown) => laboratory.ask(line, body);

async function set(webhook: object, secrets: object = {}) {
  const { listening: _, warnings: __, hasSecrets: ___, ...now } = (await ask("GET connections")).body;
  return await ask("PUT connections", { ...now, webhook: { ...now.webhook, ...webhook }, secrets });
}

async function until<T>(what: () => T | undefined | false): Promise<T> {
  for (let tries = 0; tries < 400; tries++) {
    const found = what();
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error("it did not come");
}

async function signed(name: string): Promise<string> {
  const { id } = (await ask("POST cases", { name })).body;
  await laboratory.upload(id, await pictures(2));
  await laboratory.settled(id);
  await ask(`POST cases/${id}/labels`, {
    changes: (await ask(`GET cases/${id}/cells`)).body.cells.map((cell: Any) => ({
      cell: cell.id,
      label: "Neutrophil",
    })),
  });
  await ask(`POST cases/${id}/sign`, { meaning: "seen", despite: "a test" });
  return id;
}

const typesOf = (id: string) =>
  got
    .map(({ body }) => JSON.parse(body))
    .filter(({ data }) => data.case.id === id)
    .map(({ type }) => type);

describe.sequential("webhooks", () => {
  test("need an address and a secret that is long enough", async () => {
    const message = "the webhook is on without an address or a secret";
    expect((await set({ isOn: true })).body.error.message).toBe(message);
    expect((await set({ isOn: true, url })).body.error.message).toBe(message);
    expect((await set({ isOn: true, url }, { webhook: "whsec_short" })).body.error.message).toContain(
      "at least 24 bytes",
    );
    const { status, body } = await set({ isOn: true, url }, { webhook: SECRET });
    expect([status, body.hasSecrets]).toEqual([200, { results: false, webhook: true }]);
    expect((await set({ url: "http://hooks.example/" })).body.warnings.join()).toContain("hooks.example unencrypted");
    await set({ url });
  });

  test("tell of each event of a case once, without a patient, and another program's check of the signature holds", async () => {
    const id = await signed("W-1");
    await ask(`POST cases/${id}/amend`, { reason: "again" });
    await ask(`POST cases/${id}/sign`, { meaning: "seen", despite: "a test" });
    await ask(`POST cases/${id}/void`, { reason: "wrong tube" });
    await until(() => typesOf(id).length >= 4);
    expect(typesOf(id)).toEqual(EVENTS);
    const [report] = (await ask(`GET cases/${id}/reports`)).body.reports;
    const of = got.map(({ body }) => JSON.parse(body)).find(({ type }) => type === "report.signed");
    expect(of.data).toEqual({
      case: { id, name: "W-1", accession: null },
      report: { id: report.id, number: 1, sha256: report.sha256, url: null },
    });
    const { body, headers } = got[1]!;
    // The laboratory's clock is that of the tests.
    expect(Number(headers["webhook-timestamp"])).toBe(Math.floor(laboratory.clock.now().getTime() / 1000));
    const hook = new Webhook(SECRET);
    expect(headers["webhook-signature"]).toBe(hook.sign(headers["webhook-id"]!, laboratory.clock.now(), body));
    expect(hook.sign(headers["webhook-id"]!, laboratory.clock.now(), `${body} `)).not.toBe(
      headers["webhook-signature"],
    );
    const { deliveries } = (await ask("GET deliveries")).body;
    expect(deliveries.every((one: Any) => one.destination === "webhook")).toBe(true);
    const kinds = (await ask("GET trail?limit=1000")).body.events.map(({ kind }: Any) => kind);
    expect(kinds).toContain("webhook.sent");
    expect(JSON.stringify((await ask("GET trail?limit=1000")).body)).not.toContain(SECRET);
  });

  test("are tried again under the same id and with a new time, and refused ones wait for nobody", async () => {
    status = 503;
    const before = got.length;
    const id = await signed("W-2");
    await until(() => got.length > before + 1);
    laboratory.clock.pass(5000);
    await until(() => got.length > before + 2);
    status = 200;
    await until(() => typesOf(id).includes("report.signed"));
    const ready = got.slice(before).filter(({ body }) => JSON.parse(body).type === "case.ready");
    expect(ready.length).toBeGreaterThan(1);
    expect(new Set(ready.map(({ headers, body }) => headers["webhook-id"] + body)).size).toBe(1);
    expect(new Set(ready.map(({ headers }) => headers["webhook-timestamp"])).size).toBe(2);
    status = 400;
    const bad = await signed("W-3");
    await until(() => typesOf(bad).includes("report.signed"));
    const states = async () =>
      (await ask("GET deliveries")).body.deliveries.filter((one: Any) => one.case === bad).map((one: Any) => one.state);
    await expect.poll(states).toEqual(["refused", "refused"]);
    status = 204;
  });

  test("only of events that are asked for", async () => {
    await set({ events: ["case.voided"] });
    const id = await signed("W-4");
    await ask(`POST cases/${id}/void`, { reason: "wrong tube" });
    await until(() => typesOf(id).length > 0);
    expect(typesOf(id)).toEqual(["case.voided"]);
  });
});
