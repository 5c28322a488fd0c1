import { randomUUID } from "node:crypto";
import sharp from "sharp";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestLaboratory, type TestLaboratory } from "../support/laboratory.ts";

// What scripts/fuzzServer.ts found, or would.
let laboratory: TestLaboratory;
beforeAll(async () => {
  laboratory = await startTestLaboratory();
});
afterAll(() => laboratory.close());

test("an address says which methods it takes where it is asked by another", async () => {
  const { ask } = laboratory;
  const id = "3f6b5a3e-5c7a-4d2b-9a53-0e2f7c1d8b4a";
  for (const [line, allow] of [
    [`PUT cases/${id}`, "GET, HEAD, PATCH"],
    ["DELETE cases", "GET, HEAD, POST"],
    [`POST reports/${id}.fhir.json`, "GET, HEAD"],
  ] as const) {
    const { status, headers, body } = await ask(line);
    expect([status, headers.allow, body.error.code], line).toEqual([405, allow, "ERR_METHOD"]);
    expect(body.error.message).toBe(`${line.split(" ")[0]} is not allowed for this address`);
  }
  expect((await ask("GET none")).status).toBe(404);
});

test("an id that nothing has is refused by what it should be the id of", async () => {
  const { ask } = laboratory;
  const id = randomUUID();
  for (const [line, message, given] of [
    [`GET cases/${id}`, "no such case"],
    [`GET cells/${id}/image`, "no such cell"],
    [`GET reports/${id}`, "no such report"],
    [`POST runs/${id}/cancel`, "no such run", {}],
    [`PATCH users/${id}`, "no such user", { role: "viewer" }],
    [`DELETE tokens/${id}`, "no such token"],
  ] as const) {
    const { status, body } = await ask(line, given);
    expect([status, body.error], line).toEqual([404, expect.objectContaining({ code: "ERR_NOT_FOUND", message })]);
  }
});

test("a name that is too long is refused by the route, and an address by its length alone", async () => {
  const { ask } = laboratory;
  expect((await ask(`GET models/${"a".repeat(501)}/file`)).body.error.message).toMatch(/^params\.model: /);
  const { status, body } = await ask(`GET models/${"a".repeat(12_000)}/file`);
  expect([status, body.error.message]).toEqual([414, "the address is too long"]);
});

test("a text with a NUL character, files that are no form and an inference without a body are refused", async () => {
  const { ask } = laboratory;
  const { id } = (await ask("POST cases", { name: "refusals" })).body;
  for (const [line, given, message] of [
    ["POST cases", { name: "a\u0000b" }, "the request contains a NUL character"],
    [`POST cases/${id}/images`, {}, "expected files as multipart/form-data"],
  ] as const) {
    const { status, body } = await ask(line, given);
    expect([status, body.error.message], line).toEqual([400, message]);
  }
  const { status, body } = await ask("POST /v2/models/cnn-anylab/infer");
  expect([status, body]).toEqual([400, { error: "the request has no body" }]);
});

test("of many inferences at once those beyond four are told to come again", async () => {
  const inputs = [{ name: "images", datatype: "UINT8", shape: [1, 8, 8, 3], data: new Array(192).fill(90) }];
  const answered = await Promise.all(
    Array.from({ length: 8 }, () => laboratory.ask("POST /v2/models/cnn-anylab/infer", { inputs })),
  );
  const refused = answered.filter(({ status }) => status !== 200);
  expect(refused.map(({ body }) => body.error)).toContain("too many requests in progress");
  expect(answered.length - refused.length).toBeGreaterThanOrEqual(4);
});

test("a token is told once: the same wish again is refused", async () => {
  const { ask } = laboratory;
  const wish = ["POST tokens", { name: "t", scopes: ["read"], days: 1 }, { "idempotency-key": randomUUID() }] as const;
  expect((await ask(...wish)).body.secret).toMatch(/^leuko_/);
  const { status, body } = await ask(...wish);
  expect([status, body.error.message]).toEqual([409, "this token already exists, and its secret is shown only once"]);
});

test("a model's file says how long it is, and what it is described as", async () => {
  const { ask } = laboratory;
  const { headers, raw } = await ask("GET models/cnn-anylab/file");
  expect(Number(headers["content-length"])).toBe(raw.length);
  const { responses } = (await ask("GET openapi.json")).body.paths["/api/v1/models/{model}/file"].get;
  expect(Object.keys(responses[200].content)).toEqual(["application/octet-stream"]);
  expect(Object.keys(responses["4XX"].content)).toEqual(["application/json"]);
});

test("an image to which the model gives no number is bad, and says so; a form without files is refused", async () => {
  // One that divides by what it finds of the cell.
  const own = await startTestLaboratory({ model: "cnn-cells" });
  const { ask, upload, settled } = own;
  const { id } = (await ask("POST cases", { name: "black" })).body;
  const black = await sharp({ create: { width: 64, height: 64, channels: 3, background: "#000" } })
    .png()
    .toBuffer();
  expect((await upload(id, [{ name: "black.png", bytes: black }])).status).toBe(200);
  await settled(id);
  const { status, body } = await ask(`GET cases/${id}/cells`);
  expect([status, body.cells[0].status, body.cells[0].error]).toEqual([
    200,
    "bad",
    "black.png: the model returned NaN for this image",
  ]);
  const images = { name: "images", datatype: "UINT8", shape: [2, 8, 8, 3] };
  const data = [...new Array(192).fill(0).map((_, i) => i), ...new Array(192).fill(0)];
  const inferred = await ask("POST /v2/models/cnn-cells/infer", { inputs: [{ ...images, data }] });
  expect([inferred.status, inferred.body.error]).toEqual([422, expect.stringMatching(/returned NaN for image 1 /)]);
  expect((await upload(id, [])).body.error).toMatchObject({ code: "ERR_USAGE", message: "the form contains no files" });
  await own.close();
});

test("a cookie is for TLS alone where the proxy that stands before the server says so, and is asked to", async () => {
  const proxied = await startTestLaboratory({ isBehindProxy: true });
  try {
    const password = "correct horse battery";
    for (const { ask, isTrusted } of [
      { ask: laboratory.ask, isTrusted: false },
      { ask: proxied.ask, isTrusted: true },
    ]) {
      expect((await ask("POST users", { name: "Ada", role: "admin", password })).status).toBe(200);
      const signIn = async (headers: Record<string, string>) =>
        String((await ask("POST session", { name: "Ada", password }, headers)).headers["set-cookie"]);
      expect(await signIn({})).not.toContain("Secure");
      const cookie = await signIn({ "x-forwarded-proto": "https" });
      expect(cookie.includes("Secure")).toBe(isTrusted);
    }
    // Whatever a client says of itself before the proxy does is no address: tries at a password are counted.
    const { ask } = proxied;
    const tries = Array.from({ length: 12 }, (_, i) =>
      ask("POST session", { name: "Ada", password: "wrong" }, { "x-forwarded-for": `10.0.0.${i}, 192.0.2.1` }),
    );
    expect((await Promise.all(tries)).filter(({ status }) => status === 429).length).toBeGreaterThan(1);
  } finally {
    await proxied.close();
  }
}, 120_000);
