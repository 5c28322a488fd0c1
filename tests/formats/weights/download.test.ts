// Weights are downloaded whole or not at all.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { findImagenetWeights } from "@leukogram/engine/formats/weights/imagenetWeights";
import { beforeAll, describe, expect, test } from "vitest";
import { type Answer, breakOff, fileServer, sendAll, sendRest } from "../support/fileServer.ts";
import { testFolder } from "../support/folder.ts";
import { message } from "../support/message.ts";
import { FILE, fetchFrom, left, SIZE, weightsFiles } from "./fetchFrom.ts";

let right: Uint8Array;
let wrongAlpha: Uint8Array;
beforeAll(async () => {
  ({ right, wrongAlpha } = await weightsFiles());
});

describe("a download", () => {
  test("is checked, put into the cache, and found there the next time", async () => {
    const seen: (number | undefined)[][] = [];
    const { found, cacheDir } = await fetchFrom((_, response) => sendAll(response, right), {
      onProgress: (...numbers) => seen.push(numbers),
    });
    const path = join(cacheDir, "weights", FILE);
    expect(found).toEqual({ path, source: "fetched" });
    expect(readFileSync(path).equals(right)).toBe(true);
    expect(left(cacheDir)).toEqual([FILE, `${FILE}.sha256`]);
    expect(seen.at(-1)).toEqual([right.length, right.length]);
    expect(await findImagenetWeights({ ...SIZE, cacheDir })).toEqual({ path, source: "cache" });
  });

  test("goes on where it broke off", async () => {
    const { server, cacheDir } = await fetchFrom((request, response, count) =>
      count === 0 ? breakOff(response, right, { after: 200_000 }) : sendRest(request, response, right),
    );
    // What lay unread as the connection broke is lost with it.
    const [first, second, ...more] = server.ranges;
    expect([first, more]).toEqual([undefined, []]);
    const start = Number(/^bytes=(\d+)-$/.exec(second ?? "")?.[1]);
    expect(start).toBeGreaterThan(0);
    expect(start).toBeLessThanOrEqual(200_000);
    expect(readFileSync(join(cacheDir, "weights", FILE)).equals(right)).toBe(true);
  });

  test.each<[string, Answer]>([
    ["answers a range with the whole", (_, response) => sendAll(response, right)],
    [
      "says 206 and sends the whole",
      (request, response) => {
        if (request.headers.range === undefined) return sendAll(response, right);
        response.writeHead(206, {
          "content-range": `bytes 200000-${right.length - 1}/${right.length}`,
          "content-length": right.length,
        });
        response.end(right);
      },
    ],
    [
      "says 206, sends the whole and no length",
      (request, response) => {
        if (request.headers.range === undefined) return sendAll(response, right);
        response.writeHead(206, { "content-range": `bytes 200000-${right.length - 1}/${right.length}` });
        response.end(right);
      },
    ],
    [
      "says 206 of another range",
      (request, response) => {
        if (request.headers.range === undefined) return sendAll(response, right);
        response.writeHead(206, { "content-range": `bytes 0-9/${right.length}`, "content-length": 10 });
        response.end(right.subarray(0, 10));
      },
    ],
    [
      "refuses the range",
      (request, response) => {
        if (request.headers.range === undefined) return sendAll(response, right);
        response.writeHead(416).end();
      },
    ],
  ])("starts over where the server %s", async (_, second) => {
    const { error, cacheDir } = await fetchFrom((request, response, count) =>
      count === 0 ? breakOff(response, right, { after: 200_000 }) : second(request, response, count),
    );
    expect(error).toBe("no error");
    expect(readFileSync(join(cacheDir, "weights", FILE)).equals(right)).toBe(true);
  });

  const html = "<!DOCTYPE html><html><title>Log in to the hotel's network</title></html>";
  test.each<[string, Answer, string]>([
    ["404", (_, response) => void response.writeHead(404).end("no"), "the server returned 404 Not Found"],
    ["an error that stays", (_, response) => void response.writeHead(503).end(), "the server returned 503"],
    ["a web page", (_, response) => sendAll(response, html), "it is not an HDF5 file but a web page"],
    ["an empty body", (_, response) => sendAll(response, ""), "it is empty"],
    ["another model", (_, response) => sendAll(response, wrongAlpha), "it does not fit the model: layer"],
    [
      "half of it, as if whole",
      (_, response) => sendAll(response, right.subarray(0, right.length / 2)),
      "it is damaged or incomplete (file has been truncated)",
    ],
    [
      "less than announced, again and again",
      (_, response) => breakOff(response, right, { after: 1000 }),
      `the download stopped after 1000 of`,
    ],
    [
      "a redirect to nowhere",
      (_, response) => void response.writeHead(302, { location: "http://127.0.0.1:1/file.h5" }).end(),
      "can't be downloaded: ",
    ],
    [
      "redirects in a circle",
      (request, response) => void response.writeHead(302, { location: request.url }).end(),
      "redirect count exceeded",
    ],
  ])("that brings %s fails in words and leaves nothing", async (_, answer, words) => {
    const { error, cacheDir, server } = await fetchFrom(answer);
    expect(error).toMatch(new RegExp(`^ERR_WEIGHTS ${server.url}${FILE} can't be downloaded: `));
    expect(error).toContain(words);
    expect(error).toContain("use --weights FILE.");
    expect(left(cacheDir)).toEqual([]);
  });

  test("from a port where nobody listens, or a host without a name, fails in words", async () => {
    const base = { ...SIZE, cacheDir: testFolder(), fetch: true };
    const refused = await message(findImagenetWeights({ ...base, baseUrl: "http://127.0.0.1:1/" }));
    expect(refused).toContain("can't be downloaded: ");
    const unknown = await message(findImagenetWeights({ ...base, baseUrl: "http://no-such-host.invalid/" }));
    expect(unknown).toMatch(/can't be downloaded: (the host|unknown host)/);
    expect(await message(findImagenetWeights({ ...base, baseUrl: "no address" }))).toMatch(/can't be downloaded/);
  });

  test("that falls silent ends", async () => {
    const { error, cacheDir } = await fetchFrom(
      (_, response) => {
        response.writeHead(200, { "content-length": right.length });
        response.write(right.subarray(0, 1000));
      },
      { idleTimeout: 100, attempts: 2 },
    );
    expect(error).toContain(`the download stopped after 1000 of ${right.length} bytes (no data received for 0.1 s)`);
    expect(left(cacheDir)).toEqual([]);
  });

  test("that is interrupted leaves nothing", async () => {
    const abort = new AbortController();
    const { error, cacheDir } = await fetchFrom((_, response) => breakOff(response, right, { after: 1000 }), {
      signal: abort.signal,
      onProgress: () => abort.abort(),
    });
    expect(error).toBe("ERR_ABORTED the download was interrupted");
    expect(left(cacheDir)).toEqual([]);
  });

  test("into a folder that can't be written says so", async () => {
    const file = join(testFolder(), "file");
    writeFileSync(file, "");
    const { error } = await fetchFrom((_, response) => sendAll(response, right), { cacheDir: file });
    expect(error).toMatch(/^ERR_OUTPUT .*: can't be written \(ENOTDIR\)\. .*LEUKOGRAM_CACHE/);
  });

  test("that differs from what was on record is refused", async () => {
    const cacheDir = testFolder();
    mkdirSync(join(cacheDir, "weights"));
    writeFileSync(join(cacheDir, "weights", `${FILE}.sha256`), `${"0".repeat(64)}  ${FILE}\n`);
    const { error } = await fetchFrom((_, response) => sendAll(response, right), { cacheDir });
    expect(error).toContain("has changed since its first use");
    expect(left(cacheDir)).toEqual([`${FILE}.sha256`]);
  });

  test("twice at once gives the same file to both", async () => {
    const server = await fileServer((_, response) => sendAll(response, right));
    const options = { ...SIZE, cacheDir: testFolder(), fetch: true, baseUrl: server.url };
    const [a, b] = await Promise.all([findImagenetWeights(options), findImagenetWeights(options)]);
    expect(a!.path).toBe(b!.path);
    expect(left(options.cacheDir)).toEqual([FILE, `${FILE}.sha256`]);
  });
});
