// The app's files are compressed when it is built, and lists of cells as they are sent, for clients that take that.
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { compressed } from "@leukogram/laboratory/server/compressed";
import fastify from "fastify";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestLaboratory, type TestLaboratory } from "../support/laboratory.ts";
import { pictures } from "../support/pictures.ts";
import { builtApp } from "../web/support/builtApp.ts";

let laboratory: TestLaboratory;
let webApp: string;
beforeAll(async () => {
  webApp = await builtApp();
  laboratory = await startTestLaboratory({ webApp });
});
afterAll(() => laboratory.close());

const GZIP = { "accept-encoding": "gzip, deflate, br" };
const get = async (path: string, headers: Record<string, string> = {}) => {
  const answer = await laboratory.app.inject({ url: path, headers: { host: "localhost", ...headers } });
  return { status: answer.statusCode, headers: answer.headers, raw: answer.rawPayload };
};

test("each file of the app is sent by gzip, at less than half its length in all, and as it is to who asks without", async () => {
  const assets = readdirSync(join(webApp, "assets")).filter((name) => /\.(js|css|wasm)$/.test(name));
  expect(assets.length).toBeGreaterThan(3);
  let [whole, sent] = [0, 0];
  for (const [path, file] of [["/", "index.html"], ...assets.map((name) => [`/assets/${name}`, `assets/${name}`])]) {
    const bytes = readFileSync(join(webApp, file!));
    const packed = await get(path!, GZIP);
    expect([packed.status, packed.headers["content-encoding"], file]).toEqual([200, "gzip", file]);
    expect(packed.headers.vary).toMatch(/accept-encoding/i);
    expect(gunzipSync(packed.raw).equals(bytes)).toBe(true);
    const plain = await get(path!);
    expect([plain.headers["content-encoding"], plain.raw.equals(bytes)]).toEqual([undefined, true]);
    expect(plain.headers["content-type"]).toBe(packed.headers["content-type"]);
    whole += statSync(join(webApp, file!)).size;
    sent += packed.raw.length;
  }
  expect(sent).toBeLessThan(whole / 2);
});

test("a list of cells is sent by gzip to who takes it, unless it is short", async () => {
  const { id } = (await laboratory.ask("POST cases", { name: "S-1" })).body;
  const cells = `/api/v1/cases/${id}/cells`;
  expect((await get(cells, GZIP)).headers["content-encoding"]).toBeUndefined();
  await laboratory.upload(id, await pictures(12));
  await laboratory.settled(id);
  const plain = await get(cells);
  expect(plain.headers["content-encoding"]).toBeUndefined();
  expect((await get(cells, { "accept-encoding": "gzip;q=0, br" })).raw.equals(plain.raw)).toBe(true);
  const packed = await get(cells, GZIP);
  expect([packed.headers["content-encoding"], packed.headers.vary]).toEqual(["gzip", "accept-encoding"]);
  expect(gunzipSync(packed.raw).equals(plain.raw)).toBe(true);
  expect(packed.raw.length).toBeLessThan(plain.raw.length / 2);
});

test("so is one of any length", async () => {
  const app = fastify();
  const text = (length: number) => JSON.stringify({ cells: "cell ".repeat(length / 5) });
  app.get<{ Querystring: { length: number } }>("/", { onSend: compressed }, async ({ query }, reply) =>
    reply.type("application/json").send(text(query.length)),
  );
  for (const length of [2000, 100_000, 200_000]) {
    const { rawPayload, headers } = await app.inject({ url: "/", query: { length: `${length}` }, headers: GZIP });
    expect([headers["content-encoding"], gunzipSync(rawPayload).toString()]).toEqual(["gzip", text(length)]);
  }
  await app.close();
});
