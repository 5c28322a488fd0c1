import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type FindWeightsOptions, findImagenetWeights } from "@leukogram/engine/formats/weights/imagenetWeights";
import { mobilenetV2WeightsFile, publishedWeights } from "@leukogram/engine/formats/weights/publishedWeights";
import { mobilenetV2 } from "@leukogram/engine/models/mobilenetV2";
import { Model } from "@leukogram/engine/nn/model";
import { beforeAll, describe, expect, test } from "vitest";
import { type Answer, breakOff, fileServer, sendAll, sendRest } from "../support/fileServer.ts";
import { testFolder } from "../support/folder.ts";
import { modelBytes } from "../support/h5.ts";
import { message } from "../support/message.ts";

const SIZE = { alpha: 0.35, imageSize: 96 };
const FILE = "mobilenet_v2_weights_tf_dim_ordering_tf_kernels_0.35_96_no_top.h5";

let right: Uint8Array;
let wrongAlpha: Uint8Array;
const backbone = (alpha: number) => {
  const { model, features } = mobilenetV2({ alpha, imageSize: 96 });
  return new Model({ input: model.input, output: features }).initialize(1);
};
beforeAll(async () => {
  right = await modelBytes(backbone(0.35));
  wrongAlpha = await modelBytes(backbone(0.5));
});

/** Fetches from a server that answers so, into a fresh cache. */
async function fetchFrom(answer: Answer, options: Partial<FindWeightsOptions> = {}) {
  const server = await fileServer(answer);
  const cacheDir = testFolder();
  const found = findImagenetWeights({
    ...SIZE,
    cacheDir,
    fetch: true,
    baseUrl: server.url,
    retryDelay: 1,
    ...options,
  });
  const error = await message(found);
  return { error, found: error === "no error" ? await found : undefined, server, cacheDir };
}

const left = (cacheDir: string) => readdirSync(join(cacheDir, "weights"));

describe("the file's name", () => {
  test.each([
    [1, 224, "1.0_224"],
    [0.5, 160, "0.5_160"],
    [0.35, 96, "0.35_96"],
    [1.4, 192, "1.4_192"],
    [1, 350, "1.0_224"],
    [0.75, 100, "0.75_224"],
  ])("alpha %d at %d pixels is %s, as Keras names it", (alpha, imageSize, part) => {
    expect(mobilenetV2WeightsFile({ alpha, imageSize })).toBe(
      `mobilenet_v2_weights_tf_dim_ordering_tf_kernels_${part}_no_top.h5`,
    );
  });

  test("an alpha that Keras has no weights for is refused with those it has", () => {
    expect(() => mobilenetV2WeightsFile({ alpha: 0.6, imageSize: 224 })).toThrow(
      "ERR_CONFIG mobilenetv2: there are no ImageNet weights for alpha 0.6. Choose one of 0.35, 0.5, 0.75, 1, 1.3, 1.4",
    );
  });

  test.each([
    ["mobilenetv2", "tensorflow/keras-applications/mobilenet_v2/", FILE],
    [
      "mobilenetv3large",
      "tensorflow/keras-applications/mobilenet_v3/",
      "weights_mobilenet_v3_large_224_0.75_float_no_top_v2.h5",
    ],
    ["efficientnetb0", "keras-applications/", "efficientnetb0_notop.h5"],
    ["convnexttiny", "tensorflow/keras-applications/convnext/", "convnext_tiny_notop.h5"],
    ["vgg16", "tensorflow/keras-applications/vgg16/", "vgg16_weights_tf_dim_ordering_tf_kernels_notop.h5"],
  ])("and its folder are Keras's for %s", (model, folder, file) => {
    const alpha = model === "mobilenetv3large" ? 0.75 : 0.35;
    expect(publishedWeights({ model, alpha, imageSize: 96 })).toMatchObject({
      folder: `https://storage.googleapis.com/${folder}`,
      file,
    });
  });

  test("there is none of a vision transformer, and none is fetched", async () => {
    const vit = { ...SIZE, model: "vitb16", cacheDir: testFolder() };
    expect(await findImagenetWeights(vit)).toBeUndefined();
    expect(await message(findImagenetWeights({ ...vit, fetch: true }))).toBe(
      "ERR_CONFIG vitb16: Keras publishes no weights for this model. Give timm's model.safetensors with --weights.",
    );
  });

  test("a download that is not the file whose hash Keras states is refused", async () => {
    const small = { model: "mobilenetv3small", alpha: 1, imageSize: 64 };
    const { error, cacheDir } = await fetchFrom((_, response) => sendAll(response, right), small);
    expect(error).toMatch(/its MD5 is [0-9a-f]{32}, expected d3e8ec802a04aa4fc771ee12a9a9b836/);
    expect(left(cacheDir)).toEqual([]);
  });
});

describe("a file that was given", () => {
  test("is taken, whatever the cache holds", async () => {
    const path = join(testFolder(), "mine.h5");
    writeFileSync(path, right);
    expect(await findImagenetWeights({ ...SIZE, weights: path })).toEqual({ path, source: "given" });
  });

  test("must be there, and be a file", async () => {
    const folder = testFolder();
    expect(await message(findImagenetWeights({ ...SIZE, weights: join(folder, "no.h5") }))).toBe(
      `ERR_WEIGHTS ${folder}/no.h5: no such file. Check the path given with --weights.`,
    );
    expect(await message(findImagenetWeights({ ...SIZE, weights: folder }))).toContain(`${folder}: is not a file`);
  });
});

describe("the cache", () => {
  const cached = (bytes: Uint8Array | string) => {
    const cacheDir = testFolder();
    const path = join(cacheDir, "weights", FILE);
    mkdirSync(join(cacheDir, "weights"));
    writeFileSync(path, bytes);
    return { cacheDir, path };
  };

  test("gives nothing where it has nothing and may not download", async () => {
    expect(await findImagenetWeights({ ...SIZE, cacheDir: testFolder() })).toBeUndefined();
  });

  test("gives a file that was put there by hand, and keeps its SHA-256", async () => {
    const { cacheDir, path } = cached(right);
    expect(await findImagenetWeights({ ...SIZE, cacheDir })).toEqual({ path, source: "cache" });
    expect(readFileSync(`${path}.sha256`, "utf8")).toMatch(new RegExp(`^[0-9a-f]{64} {2}${FILE}\n$`));
    expect(await findImagenetWeights({ ...SIZE, cacheDir })).toEqual({ path, source: "cache" });
  });

  test("refuses a file that changed after its first use, and says how to mend it", async () => {
    const { cacheDir, path } = cached(right);
    await findImagenetWeights({ ...SIZE, cacheDir });
    const changed = Uint8Array.from(right);
    changed[changed.length - 1]! ^= 1;
    writeFileSync(path, changed);
    const error = await message(findImagenetWeights({ ...SIZE, cacheDir }));
    expect(error).toMatch(
      /^ERR_WEIGHTS .*: has changed since its first use \(SHA-256 expected \w{64}, received \w{64}\)/,
    );
    expect(error).toContain(
      `Delete the file to download it again, or delete ${path}.sha256 if you changed it on purpose.`,
    );
  });

  test("refuses a record that is none", async () => {
    const { cacheDir, path } = cached(right);
    writeFileSync(`${path}.sha256`, "");
    expect(await message(findImagenetWeights({ ...SIZE, cacheDir }))).toBe(
      `ERR_WEIGHTS ${path}.sha256: holds no SHA-256. Delete the file; it will be written again.`,
    );
  });

  test("refuses a file of another alpha under this name, by layer and shapes", async () => {
    const { cacheDir, path } = cached(wrongAlpha);
    const error = await message(findImagenetWeights({ ...SIZE, cacheDir }));
    expect(error).toContain(`ERR_WEIGHTS ${path}: contains other weights`);
    expect(error).toMatch(/layer "\w+" \w+: expected \[.+\], received \[.+\]/);
    expect(error).toContain("Delete the file to download it again.");
    expect(existsSync(`${path}.sha256`)).toBe(false);
  });
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
