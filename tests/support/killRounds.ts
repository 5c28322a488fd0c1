// A server that is killed again and again while clients upload, label and sign; and what must hold after.
import { type ChildProcess, spawn } from "node:child_process";
import { createHash, randomUUID } from "node:crypto";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { Rng } from "@leukogram/engine/core/rng";
import { picture } from "./pictures.ts";

/** How to go about it. */
export interface KillOptions {
  readonly rounds: number;
  readonly folder: string;
  readonly url: string | undefined;
  /** The program. */
  readonly program: string;
  readonly seed?: number;
}

/** What was done, and what does not hold of it: nothing, one hopes. */
export interface KillOutcome {
  readonly cases: number;
  readonly cells: number;
  readonly signatures: number;
  /** Requests that were sent again, as their answer never came, by what they ask. */
  readonly again: Readonly<Record<string, number>>;
  readonly faults: readonly string[];
}

/** Milliseconds that a server lives at most: long enough that its model answers in some rounds. */
const LONGEST_LIFE = 5000;

/** Kills the server `rounds` times, each a random while after its start, and checks all that was acknowledged. */
export async function killRounds({ rounds, folder, url, program, seed = 0 }: KillOptions): Promise<KillOutcome> {
  const rng = new Rng(seed);
  const faults: string[] = [];
  const stories: Story[] = [];
  const client = new Client();
  let goesOn = true;
  // Those who sign wait until the cells have a class, for which the model must be open again: others go on without.
  const work = async (name: string, signs: boolean) => {
    for (let i = 0; goesOn; i++)
      stories.push(await tell(client, { name: `${name}-${i}`, rng: rng.fork(`${name}-${i}`), signs }));
  };
  const works = [work("a", true), work("b", true), work("c", false)];
  for (const broken of works) broken.catch((error) => faults.push(String(error)));
  for (let round = 0; round < rounds; round++) {
    const { child, address } = await start(program, folder, url);
    const { isWhole, fault } = await (await fetch(`${address}/api/v1/trail/verify`)).json();
    if (!isWhole) faults.push(`round ${round}: ${fault}`);
    client.useServer(address);
    await new Promise((resolve) => setTimeout(resolve, 50 + rng.integer(LONGEST_LIFE)));
    const closed = once(child, "close");
    child.kill("SIGKILL");
    await closed;
    client.loseServer();
  }
  goesOn = false;
  const { child, address } = await start(program, folder, url);
  client.useServer(address);
  await Promise.all(works).catch(() => {});
  faults.push(...(await check(address, stories)));
  const closed = once(child, "close");
  child.kill("SIGTERM");
  const [code] = await closed;
  if (code !== 0) faults.push(`it ended with ${code}`);
  const signatures = stories.filter(({ report }) => report !== undefined).length;
  return { cases: stories.length, cells: 3 * stories.length, signatures, again: client.again, faults };
}

async function start(
  program: string,
  folder: string,
  url: string | undefined,
): Promise<{ child: ChildProcess; address: string }> {
  const args = [program, "serve", "--data", folder, "--port", "0", "--model", "cnn-anylab", "--json", "--quiet"];
  const { DATABASE_URL: _, ...env } = process.env;
  const child = spawn(process.execPath, args, {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...env, ...(url !== undefined && { DATABASE_URL: url }) },
  });
  for await (const line of createInterface(child.stdout!))
    return { child, address: (JSON.parse(line) as { address: string }).address };
  throw new Error("the server did not start");
}

/** Sends each wish until an answer comes, always with the same key. */
class Client {
  readonly again: Record<string, number> = {};
  #address = deferred();
  useServer(address: string): void {
    this.#address.resolve(address);
  }
  loseServer(): void {
    this.#address = deferred();
  }
  // biome-ignore lint/suspicious/noExplicitAny: the checks say what they expect of it
  async send(line: string, body?: object | (() => FormData)): Promise<any> {
    const [method, path] = line.split(" ") as [string, string];
    const key = randomUUID();
    for (;;) {
      const address = await this.#address.promise;
      try {
        const isForm = typeof body === "function";
        const response = await fetch(`${address}/api/v1/${path}`, {
          method,
          headers: {
            "idempotency-key": key,
            ...(!isForm && body !== undefined && { "content-type": "application/json" }),
          },
          ...(body !== undefined && { body: isForm ? body() : JSON.stringify(body) }),
        });
        const answer = await response.json();
        if (response.status < 500) {
          if (response.status !== 200) throw new Refused(`${line}: ${JSON.stringify(answer)}`);
          return answer;
        }
      } catch (error) {
        if (error instanceof Refused) throw error;
      }
      const kind = line.replaceAll(/[0-9a-f-]{36}/g, "ID");
      this.again[kind] = (this.again[kind] ?? 0) + 1;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

class Refused extends Error {}

/** A case, as its client knows it. */
interface Story {
  readonly id: string;
  readonly name: string;
  readonly hashes: readonly string[];
  readonly label: string;
  /** Undefined where it was not signed. */
  readonly report: string | undefined;
}

async function tell(
  client: Client,
  { name, rng, signs }: { readonly name: string; readonly rng: Rng; readonly signs: boolean },
): Promise<Story> {
  const images = await Promise.all([0, 1, 2].map(() => picture(rng.uint32(), 32)));
  const { id } = await client.send("POST cases", { name });
  await client.send(`POST cases/${id}/images`, () => {
    const form = new FormData();
    for (const [i, bytes] of images.entries()) form.append("files", new Blob([new Uint8Array(bytes)]), `${i}.png`);
    return form;
  });
  const { cells } = await client.send(`GET cases/${id}/cells`);
  const label = ["Basophil", "Monocyte", "Neutrophil"][rng.integer(3)]!;
  for (const { id: cell } of cells) await client.send(`POST cases/${id}/labels`, { changes: [{ cell, label }] });
  const hashes = images.map((bytes) => createHash("sha256").update(bytes).digest("hex"));
  if (!signs) {
    // Not so fast that those who sign wait behind its cells for ever.
    await new Promise((resolve) => setTimeout(resolve, 200));
    return { id, name, hashes, label, report: undefined };
  }
  while ((await client.send(`GET cases/${id}`)).waiting > 0) await new Promise((resolve) => setTimeout(resolve, 30));
  const { id: report } = await client.send(`POST cases/${id}/sign`, {
    meaning: "seen",
    despite: "three cells are enough here",
  });
  return { id, name, hashes, label, report };
}

async function check(address: string, stories: readonly Story[]): Promise<string[]> {
  const faults: string[] = [];
  const get = async (path: string) => await (await fetch(`${address}/api/v1/${path}`)).json();
  const names: string[] = [];
  for (let before = ""; ; ) {
    const { cases, next } = await get(`cases?limit=200${before}`);
    names.push(...cases.map(({ name }: { name: string }) => name));
    if (next === null) break;
    before = `&before=${next}`;
  }
  if (
    [...names].sort().join() !==
    stories
      .map(({ name }) => name)
      .sort()
      .join()
  )
    faults.push(`cases: ${names.length} are there, ${stories.length} were made`);
  for (const { id, name, hashes, label, report } of stories) {
    const { cells } = await get(`cases/${id}/cells`);
    const seen = cells.map(
      (cell: { number: number; sha256: string; label: string }) => `${cell.number} ${cell.sha256} ${cell.label}`,
    );
    if (seen.join() !== hashes.map((hash, i) => `${i + 1} ${hash} ${label}`).join())
      faults.push(`${name}: cells ${seen}`);
    const { reports } = await get(`cases/${id}/reports`);
    const signed = reports.map((one: { id: string; signatures: unknown[] }) => `${one.id} ${one.signatures.length}`);
    if (signed.join() !== (report === undefined ? "" : `${report} 1`))
      faults.push(`${name}: ${reports.length} reports`);
    for (const cell of cells) {
      const bytes = Buffer.from(await (await fetch(`${address}/api/v1/cells/${cell.id}/image`)).arrayBuffer());
      if (createHash("sha256").update(bytes).digest("hex") !== cell.sha256)
        faults.push(`${name}: image ${cell.number}`);
    }
  }
  const { isWhole, fault } = await get("trail/verify");
  if (!isWhole) faults.push(fault);
  return faults;
}

function deferred() {
  let resolve!: (address: string) => void;
  const promise = new Promise<string>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}
