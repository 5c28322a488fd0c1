// A watched folder, and an upload by accession number: pictures land in the right case, once, and nothing is lost.
import { createHash } from "node:crypto";
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { freePort, orderMessage, sendAll } from "../../support/hl7.ts";
import { newFolder, startTestLaboratory, type TestLaboratory } from "../../support/laboratory.ts";
import { picture } from "../../support/pictures.ts";

// biome-ignore lint/suspicious/noExplicitAny: the tests say what they expect of it
type Any = any;

let laboratory: TestLaboratory;
let folder: string;
let port: number;
beforeAll(async () => {
  folder = newFolder();
  laboratory = await startTestLaboratory({ watch: { folder, everyMs: 20, settleMs: 150 } });
  port = await freePort();
  const { listening: _, warnings: __, hasSecrets: ___, ...connections } = (await ask("GET connections")).body;
  await ask("PUT connections", { ...connections, orders: { isOn: true, host: "127.0.0.1", port } });
  laboratory.work.watch!.start();
});
afterAll(() => laboratory.close());

const ask = (line: string, body?: unknown, headers?: Record<string, string>) => laboratory.ask(line, body, headers);
const at = (...parts: string[]) => join(folder, ...parts);
const watched = async () => (await ask("GET watch")).body.watch;
const filesIn = (name: string) => (existsSync(at(name)) ? readdirSync(at(name)).sort() : []);

async function until<T>(what: () => Promise<T | undefined | false>): Promise<T> {
  for (let tries = 0; tries < 500; tries++) {
    const found = await what();
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`it did not come: ${JSON.stringify(await watched())}`);
}

const caseNamed = async (name: string): Promise<Any> =>
  (await ask(`GET cases?search=${name}`)).body.cases.find((one: Any) => one.name === name);
const withCells = (name: string, cells: number) =>
  until(async () => {
    const found = await caseNamed(name);
    return found?.cells === cells && found;
  });
const newCase = async (name: string): Promise<string> => (await ask("POST cases", { name })).body.id;

describe.sequential("a watched folder", () => {
  test("a picture, more of them by an underscore, and a folder land in the case of that name or order", async () => {
    await newCase("W_1");
    await sendAll(port, [orderMessage({ id: "W", accession: "26-7" })]);
    writeFileSync(at("W_1.png"), await picture(1));
    writeFileSync(at("W_1_002.png"), await picture(2));
    mkdirSync(at("26-7", "deep"), { recursive: true });
    writeFileSync(at("26-7", "a.png"), await picture(3));
    writeFileSync(at("26-7", "deep", "b.png"), await picture(4));
    await withCells("W_1", 2);
    const made = await withCells("26-7", 2);
    expect([made.patient, made.createdBy]).toEqual(["Müller, Anna Maria", "watch"]);
    // Files are moved after their cells are there.
    await until(async () => !existsSync(at("26-7")) && (await watched()).taken >= 4);
    expect(filesIn("taken")).toEqual(["26-7", "W_1.png", "W_1_002.png"]);
    expect(filesIn("taken/26-7")).toEqual(["a.png", "deep"]);
    expect((await watched()).taken).toBe(4);
  });

  test("what was not taken of a folder is not removed with it", async () => {
    await newCase("W-20");
    mkdirSync(at("W-20", "deep"), { recursive: true });
    writeFileSync(at("W-20", "deep", "a.png"), await picture(20));
    writeFileSync(at("W-20", ".to-come.png"), await picture(21));
    await withCells("W-20", 1);
    await until(async () => !existsSync(at("W-20", "deep")));
    expect(filesIn("W-20")).toEqual([".to-come.png"]);
    renameSync(at("W-20", ".to-come.png"), at("W-20", "b.png"));
    await withCells("W-20", 2);
    await until(async () => !existsSync(at("W-20")));
  });

  test("what is still being written, or has no case yet, waits and is said", async () => {
    await newCase("W-2");
    writeFileSync(at("W-2.png"), (await picture(5)).subarray(0, 100));
    writeFileSync(at("W-2_b.png.part"), await picture(6));
    // Its writer pauses.
    writeFileSync(at("W-2_c.png"), (await picture(61)).subarray(0, 100));
    writeFileSync(at("W-3.png"), await picture(7));
    const growing = setInterval(() => utimesSync(at("W-2.png"), new Date(), new Date()), 30);
    await until(
      async () =>
        (await watched()).waiting.length === 4 && (await watched()).waiting[3].reason.startsWith("no open order"),
    );
    const reasons = (await watched()).waiting.map(({ name, reason }: Any) => [name, reason]);
    expect(reasons).toEqual([
      ["W-2.png", "it is still being written"],
      ["W-2_b.png.part", "it is still being written"],
      ["W-2_c.png", "it is still being written"],
      ["W-3.png", "no open order and no case has the number W-3. Send the order first, or create a case of that name."],
    ]);
    clearInterval(growing);
    writeFileSync(at("W-2.png"), await picture(5));
    renameSync(at("W-2_b.png.part"), at("W-2_b.png"));
    appendFileSync(at("W-2_c.png"), (await picture(61)).subarray(100));
    await newCase("W-3");
    const [{ id }] = await Promise.all([withCells("W-2", 3), withCells("W-3", 1)]);
    await laboratory.settled(id);
    expect((await ask(`GET cases/${id}`)).body.bad).toBe(0);
    await until(async () => (await watched()).waiting.length === 0);
  });

  test("a picture that takes the place of another while that is read, or moved away, is not lost", async () => {
    await newCase("R-1");
    const put = (name: string, bytes: Buffer) => {
      writeFileSync(at(`.${name}`), bytes);
      renameSync(at(`.${name}`), at("R-1", name));
    };
    const soon = async (path: string) => {
      while (!existsSync(path)) await new Promise((resolve) => setTimeout(resolve, 1));
    };
    const [early, first, late, last] = await Promise.all([30, 31, 32, 33].map((seed) => picture(seed)));
    mkdirSync(at("R-1"));
    for (let i = 0; i < 100; i++) put(`m-${String(i).padStart(3, "0")}.png`, await picture(300 + i));
    put("a.png", early!);
    put("z.png", late!);
    await soon(laboratory.store.images.pathOf(createHash("sha256").update(early!).digest("hex")));
    put("a.png", first!);
    await soon(at("taken", "R-1", "a.png"));
    put("z.png", last!);
    const { id } = await withCells("R-1", 103);
    const { cells } = (await ask(`GET cases/${id}/cells?limit=200`)).body;
    const [hashes, own] = [new Set(cells.map(({ sha256 }: Any) => sha256)), [first, late, last]];
    expect(own.filter((bytes) => !hashes.has(createHash("sha256").update(bytes!).digest("hex")))).toEqual([]);
    expect(readFileSync(at("taken", "R-1", "a.png")).equals(first!)).toBe(true);
  });

  test("what can't be read is put aside with its reason, also in the trail, and the rest is taken", async () => {
    const id = await newCase("W-4");
    mkdirSync(at("W-4"));
    writeFileSync(at("W-4", "good.png"), await picture(8));
    writeFileSync(at("W-4", "notes.txt"), "no picture");
    await withCells("W-4", 1);
    await until(async () => !existsSync(at("W-4")));
    expect(filesIn("rejected/W-4")).toEqual(["notes.txt"]);
    expect(readFileSync(at("rejected", "reasons.txt"), "utf8")).toMatch(/^W-4\/notes\.txt: .+\n$/);
    expect((await watched()).rejected[0].file).toBe("W-4/notes.txt");
    const { events } = (await ask("GET trail?limit=1000")).body;
    expect(events.find(({ kind }: Any) => kind === "watch.rejected").content).toMatchObject({ accession: "W-4" });
    expect(id).toBeTruthy();
  });

  test("the same pictures again are known, under another time too, and earlier files stay beside them", async () => {
    writeFileSync(at("W-3.png"), await picture(7));
    await until(async () => !existsSync(at("W-3.png")));
    expect((await caseNamed("W-3")).cells).toBe(1);
    expect(filesIn("taken").filter((name) => name.startsWith("W-3"))).toHaveLength(2);
  });

  test("a signed case waits with its reason", async () => {
    const { id } = await caseNamed("W-3");
    await laboratory.settled(id);
    const { cells } = (await ask(`GET cases/${id}/cells`)).body;
    await ask(`POST cases/${id}/labels`, { changes: [{ cell: cells[0].id, label: "Neutrophil" }] });
    await ask(`POST cases/${id}/sign`, { meaning: "seen", despite: "a test" });
    expect((await caseNamed("W-3")).status).toBe("signed");
    writeFileSync(at("W-3_new.png"), await picture(9));
    await until(async () =>
      (await watched()).waiting.some(({ reason }: Any) => reason.startsWith("the case W-3 is signed")),
    );
    expect(existsSync(at("W-3_new.png"))).toBe(true);
  });
});

describe("an upload by accession number", () => {
  const upload = async (accession: string, key?: string) => {
    const bytes = await picture(20);
    const payload = Buffer.concat([
      Buffer.from('--b\r\ncontent-disposition: form-data; name="files"; filename="u.png"\r\n\r\n'),
      ...[bytes, Buffer.from("\r\n--b--\r\n")],
    ]);
    return await ask(`POST accessions/${accession}/images`, payload, {
      "content-type": "multipart/form-data; boundary=b",
      ...(key && { "idempotency-key": key }),
    });
  };

  test("makes the case of an order once, and answers a second try as the first", async () => {
    await sendAll(port, [orderMessage({ id: "U", accession: "26-8" })]);
    const key = "5c1d0a52-6f4e-4d0b-9d3c-1f0e6b7a2c41";
    const first = await upload("26-8", key);
    expect([first.status, first.body.added.length]).toEqual([200, 1]);
    expect((await upload("26-8", key)).body).toEqual(first.body);
    expect((await upload("26-8")).body.known).toHaveLength(1);
    expect((await ask(`GET cases/${first.body.case}`)).body).toMatchObject({ name: "26-8", cells: 1 });
  });

  test("refuses a number that nobody knows, and one that two cases have", async () => {
    const unknown = await upload("26-9");
    expect([unknown.status, unknown.body.error.message]).toEqual([
      404,
      "no open order and no case has the number 26-9",
    ]);
    await newCase("twice");
    await newCase("twice");
    const other = orderMessage({ id: "T2", accession: "26-10" }).replace("LIS|HOSPITAL|", "LIS|ELSEWHERE|");
    await sendAll(port, [orderMessage({ id: "T1", accession: "26-10" }), other]);
    expect((await upload("26-10")).body.error.message).toBe("2 senders have ordered 26-10");
    const twice = await upload("twice");
    expect([twice.status, twice.body.error.message]).toEqual([409, "2 cases have the number twice"]);
  });
});
