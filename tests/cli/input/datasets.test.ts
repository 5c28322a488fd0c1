import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { png, zipOf } from "../../data/archives/support.ts";
import { fileServer, sendAll } from "../../formats/support/fileServer.ts";
import { expectFailure, makeCli } from "../cli.ts";

const cli = makeCli();

test("datasets lists the public sets, and tells one in full", async () => {
  const [table, one, json, unknown] = await cli.runAll([
    ["datasets"],
    ["datasets", "raabin-wbc"],
    ["datasets", "--json"],
    ["datasets", "raabin-wcb"],
  ]);
  expect(table!.stdout).toMatch(/^Name +images +pixels.*\nraabin-wbc +16,633 /);
  expect(one!.stdout).toMatch(/^Raabin-WBC.*\nHomepage +https:.*\nDOI /);
  expect(JSON.parse(json!.stdout).length).toBeGreaterThanOrEqual(8);
  expectFailure(unknown!, 2, /unknown data set "raabin-wcb"\. Did you mean "raabin-wbc"\?/);
}, 30_000);

test("fetch makes a folder that train takes, from a mirror", async () => {
  const cells = zipOf({ "x/basophil/1.png": await png(10), "x/monocyte/2.png": await png(20) });
  const server = await fileServer((_, response) => sendAll(response, cells));
  const [text, audit] = await cli.runAll([
    ["fetch", "pbc", "pbc", "--mirror", server.url],
    ["audit", "pbc/manifest.csv", "--json"],
  ]);
  expect(text!.stdout).toMatch(
    /^2 images, 2 of them of the five classes: Basophil 1, Monocyte 1\nManifest: pbc\/manifest\.csv\n/,
  );
  expect(text!.stdout).toContain("Licence: CC BY 4.0");
  expect(JSON.parse(audit!.stdout).images).toBe(2);
}, 30_000);

test("fetch tells what is wrong, and leaves nothing", async () => {
  const [unknown, byHand, refused] = await cli.runAll([
    ["fetch", "nothing", "x"],
    ["fetch", "lisc", "x"],
    ["fetch", "jtsc", "x", "--mirror", "http://127.0.0.1:1/"],
  ]);
  expectFailure(unknown!, 2, /unknown data set "nothing"/);
  expectFailure(byHand!, 2, /lisc can't be downloaded automatically\. Open the homepage/);
  expectFailure(refused!, 3, /can't be downloaded: bad port\. The partial download is kept/);
  expect(existsSync(join(cli.dir, "x"))).toBe(false);
}, 30_000);
