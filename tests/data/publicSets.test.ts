import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { strToU8 } from "fflate";
import { openData } from "leukogram/data/dataset";
import { fetchSet } from "leukogram/data/publicSets/fetchSet";
import { type PublicSet, publicSet, publicSets } from "leukogram/data/publicSets/publicSets";
import { describe, expect, test } from "vitest";
import { type Answer, breakOff, fileServer, sendAll, sendRest } from "../formats/support/fileServer.ts";
import { testFolder } from "../formats/support/folder.ts";
import { message } from "../formats/support/message.ts";
import { noise, npyOf, png, rarOf, zipOf } from "./archives/support.ts";

const CELLS = {
  "all/basophil/1.png": await png(10),
  "all/neutrophil/2.png": await png(20),
  "all/platelet/3.png": await png(30),
};
const SET: PublicSet = {
  ...publicSet("pbc"),
  files: [{ url: "http://publisher.invalid/cells.zip" }],
};
const FAST = { retryDelay: 1, attempts: 3, idleTimeout: 2000 };

async function fetchFrom(answer: Answer, set: PublicSet = SET, folder = testFolder()) {
  const server = await fileServer(answer);
  const dir = join(folder, "set");
  const downloads = join(folder, "downloads");
  const fetched = fetchSet(set, dir, { ...FAST, downloads, mirror: server.url });
  const error = await message(fetched);
  return { error, found: error === "no error" ? await fetched : undefined, server, dir, downloads, folder };
}

/** Nothing is left beside what was there, but what a download can be gone on with. */
const leftovers = (folder: string) => readdirSync(folder).filter((name) => name !== "downloads");

describe("the table of public sets", () => {
  test("names the sets of the field, each with licence, citation, bias and a way to have it", () => {
    const sets = publicSets();
    for (const name of ["raabin-wbc", "pbc", "bccd", "lisc", "jtsc", "cellavision", "bloodmnist", "chula-wbc-12"])
      expect(sets.map((set) => set.name)).toContain(name);
    for (const { files, ask, licence, citation, bias } of sets) {
      expect(files.length > 0 || ask !== undefined).toBe(true);
      for (const text of [licence, citation, bias]) expect(text.length).toBeGreaterThan(2);
    }
    expect(() => publicSet("raabin")).toThrow(/unknown data set "raabin"/);
  });
});

describe("fetching", () => {
  test("downloads, unpacks, writes a manifest of the five, and records what has no checksum", async () => {
    const { found, dir, downloads, folder } = await fetchFrom((_, response) => sendAll(response, zipOf(CELLS)));
    expect(found).toMatchObject({
      images: 3,
      labelled: 2,
      classes: { Basophil: 1, Neutrophil: 1 },
      unverified: ["cells.zip"],
    });
    expect(openData(join(dir, "manifest.csv")).train.classes).toEqual(["Basophil", "Neutrophil"]);
    expect(readFileSync(join(dir, "SOURCE.txt"), "utf8")).toMatch(/Licence: CC BY 4\.0/);
    const croissant = JSON.parse(readFileSync(join(dir, "croissant.json"), "utf8"));
    expect(croissant).toMatchObject({ "@type": "sc:Dataset", name: "pbc", license: "CC BY 4.0" });
    const sha256 = createHash("sha256")
      .update(readFileSync(join(dir, "manifest.csv")))
      .digest("hex");
    expect(croissant.distribution[0]).toMatchObject({ "@id": "manifest.csv", sha256 });
    expect(croissant.recordSet[0].field.map((field: { name: string }) => field.name)).toEqual([
      "file",
      "label",
      "split",
      "laboratory",
    ]);
    expect(readdirSync(join(downloads, "pbc")).sort()).toEqual(["cells.zip", "cells.zip.sha256"]);
    expect(leftovers(folder)).toEqual(["set"]);
  });

  test("a connection that breaks off is taken up, and a download given up is gone on with by the next call", async () => {
    const body = zipOf({
      ...CELLS,
      "all/monocyte/noise.txt": noise(300_000),
    });
    const folder = testFolder();
    const first = await fetchFrom((_, response) => breakOff(response, body, { after: 20_000 }), SET, folder);
    expect(first.error).toMatch(/^ERR_DATA .*can't be downloaded: .*download stopped.*run the command again to resume/);
    expect(existsSync(first.dir)).toBe(false);
    expect(readdirSync(join(first.downloads, "pbc")).sort()).toEqual(["cells.zip.part", "cells.zip.part.json"]);
    const told = JSON.parse(readFileSync(join(first.downloads, "pbc", "cells.zip.part.json"), "utf8"));
    expect(told).toMatchObject({ total: body.length, version: '"v1"' });
    // The same address again: the note says which bytes are there.
    const note = join(first.downloads, "pbc", "cells.zip.part.json");
    const second = await fileServer((request, response) => sendRest(request, response, body));
    writeFileSync(note, JSON.stringify({ ...told, url: `${second.url}cells.zip` }));
    const found = await fetchSet(SET, first.dir, { ...FAST, downloads: first.downloads, mirror: second.url });
    expect(second.ranges[0]).toMatch(/^bytes=\d+-$/);
    expect(Number(/\d+/.exec(second.ranges[0]!)![0])).toBeGreaterThan(0);
    expect(found.labelled).toBe(2);
    expect(readdirSync(join(first.downloads, "pbc")).sort()).toEqual(["cells.zip", "cells.zip.sha256"]);
  });

  test("a server that lies about ranges is asked for the whole", async () => {
    const body = zipOf(CELLS);
    const { found, server } = await fetchFrom((request, response, count) => {
      if (count === 0) breakOff(response, body, { after: 100 });
      else if (request.headers.range) {
        response.writeHead(206, { "content-range": `bytes 0-${body.length - 1}/${body.length}`, etag: '"v1"' });
        response.end(body);
      } else sendAll(response, body);
    });
    expect(found?.labelled).toBe(2);
    expect(server.ranges.at(-1)).toBeUndefined();
  });

  test("the wrong bytes are told, and nothing is left of them", async () => {
    const right = zipOf(CELLS);
    const md5 = createHash("md5").update(right).digest("hex");
    const set = { ...SET, files: [{ ...SET.files[0]!, md5 }] };
    const wrong = await fetchFrom(
      (_, response) => sendAll(response, zipOf({ "other.png": CELLS["all/basophil/1.png"] })),
      set,
    );
    expect(wrong.error).toMatch(
      new RegExp(`^ERR_DATA cells\\.zip: does not match the publisher's checksum \\(MD5 ${md5}, `),
    );
    expect(readdirSync(join(wrong.downloads, "pbc"))).toEqual([]);
    expect(leftovers(wrong.folder)).toEqual([]);
    const ok = await fetchFrom((_, response) => sendAll(response, right), set);
    expect(ok.found?.unverified).toEqual([]);
    const page = await fetchFrom((_, response) => sendAll(response, "<!doctype html>Sign in first"));
    expect(page.error).toMatch(/the download is not an archive, perhaps a web page/);
  });

  test("bytes that changed since their first use are told", async () => {
    const folder = testFolder();
    const { downloads } = await fetchFrom((_, response) => sendAll(response, zipOf(CELLS)), SET, folder);
    writeFileSync(join(downloads, "pbc", "cells.zip"), zipOf({ ...CELLS, "all/monocyte/9.png": await png(9) }));
    const again = await fetchFrom((_, response) => sendAll(response, zipOf(CELLS)), SET, folder);
    expect(again.error).toMatch(/^ERR_DATA .*cells\.zip: has changed since its first use/);
    expect(existsSync(join(again.dir, "manifest.csv"))).toBe(true); // what was made before stays
  });

  test("an archive that reaches outside, or holds no cell, leaves no folder", async () => {
    const evil = await fetchFrom((_, response) =>
      sendAll(response, zipOf({ "../evil.png": CELLS["all/basophil/1.png"] })),
    );
    expect(evil.error).toMatch(/outside the folder/);
    expect(leftovers(evil.folder)).toEqual([]);
    const empty = await fetchFrom((_, response) => sendAll(response, zipOf({ "readme.txt": strToU8("moved") })));
    expect(empty.error).toMatch(/no images of a known class/);
    expect(leftovers(empty.folder)).toEqual([]);
  });

  test("a folder of somebody else's is left alone", async () => {
    const folder = testFolder();
    const { dir } = await fetchFrom((_, response) => sendAll(response, zipOf(CELLS)), SET, folder);
    writeFileSync(join(folder, "mine.txt"), "mine");
    const other = { ...SET };
    const server = await fileServer((_, response) => sendAll(response, zipOf(CELLS)));
    const options = { ...FAST, downloads: join(folder, "downloads"), mirror: server.url };
    expect(await message(fetchSet(other, folder, options))).toMatch(/^ERR_OUTPUT .*was not made by this command/);
    expect(await message(fetchSet(other, dir, options))).toBe("no error"); // its own may be made anew
  });

  test("rar in several parts, with parts of the data and laboratories (Raabin's form)", async () => {
    const raabin = publicSet("raabin-wbc");
    const { found, dir } = await fetchFrom((request, response) => {
      const folder = /(\w+)\.rar$/.exec(request.url!)![1]!;
      sendAll(
        response,
        rarOf({
          [`${folder}/Neutrophil/1.png`]: CELLS["all/neutrophil/2.png"],
          [`${folder}/Lymphocyte/2.png`]: CELLS["all/basophil/1.png"],
        }),
      );
    }, raabin);
    expect(found).toMatchObject({ labelled: 6, classes: { Lymphocyte: 3, Neutrophil: 3 } });
    const { train, test: tests } = openData(join(dir, "manifest.csv"));
    expect([train.samples.length, tests!.samples.length]).toEqual([2, 4]);
    expect(new Set(tests!.samples.map(({ laboratory }) => laboratory))).toEqual(new Set(["Train and TestA", "TestB"]));
  });

  test("a table of numbers (JTSC's form), masks left out", async () => {
    const bytes = CELLS["all/basophil/1.png"];
    const body = zipOf({
      "repo-master/Class Labels of Dataset 1.csv": strToU8("image ID,class label\n1,1\n2,5\n"),
      "repo-master/Dataset 1/001.bmp": bytes,
      "repo-master/Dataset 1/001.png": bytes,
      "repo-master/Dataset 1/002.bmp": bytes,
      "repo-master/Dataset 2/001.bmp": bytes,
    });
    const { found } = await fetchFrom((_, response) => sendAll(response, body), publicSet("jtsc"));
    expect(found).toMatchObject({ labelled: 2, classes: { Neutrophil: 1, Basophil: 1 } });
    const without = zipOf({ "repo-master/Dataset 1/001.bmp": bytes });
    const { error } = await fetchFrom((_, response) => sendAll(response, without), publicSet("jtsc"));
    expect(error).toMatch(/^ERR_DATA jtsc: the download contains no Class Labels of Dataset 1\.csv\. /);
  });

  test("an .npz file (MedMNIST's form) becomes pictures by part and class", async () => {
    const part = (name: string, codes: number[]) => ({
      [`${name}_images.npy`]: npyOf([codes.length, 4, 4, 3], new Uint8Array(codes.length * 48).fill(99)),
      [`${name}_labels.npy`]: npyOf([codes.length, 1], Uint8Array.from(codes)),
    });
    const body = zipOf({ ...part("train", [0, 6, 2]), ...part("val", [0, 6]), ...part("test", [6, 0]) });
    const set = publicSet("bloodmnist-28");
    const files = [{ ...set.files[0]!, md5: createHash("md5").update(body).digest("hex") }];
    const { found, dir } = await fetchFrom((_, response) => sendAll(response, body), { ...set, files });
    expect(found).toMatchObject({ images: 7, labelled: 6, classes: { Basophil: 3, Neutrophil: 3 }, unverified: [] });
    const { train, validation, test: tests } = openData(join(dir, "manifest.csv"));
    expect([train, validation, tests].map((own) => own!.samples.length)).toEqual([2, 2, 2]);
  });

  test("where a publisher wants something by hand, that is said", async () => {
    const folder = testFolder();
    const options = { downloads: join(folder, "downloads") };
    expect(await message(fetchSet(publicSet("lisc"), join(folder, "set"), options))).toMatch(
      /^ERR_USAGE lisc can't be downloaded automatically\. Open the homepage, read its terms.*hrezatofighi/,
    );
    expect(readdirSync(folder)).toEqual([]);
  });
});
