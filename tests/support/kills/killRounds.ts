// A server that is killed again and again while clients upload, label and sign; and what must hold after.
import { createHash } from "node:crypto";
import { Rng } from "@leukogram/engine/core/rng";
import { picture } from "../pictures.ts";
import { formOf, KilledServer, pause, type ServerPlace } from "./killedServer.ts";

/** How to go about it. */
export interface KillOptions extends ServerPlace {
  readonly rounds: number;
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
export async function killRounds({ rounds, seed = 0, ...place }: KillOptions): Promise<KillOutcome> {
  const rng = new Rng(seed);
  const faults: string[] = [];
  const stories: Story[] = [];
  const server = new KilledServer(place);
  let goesOn = true;
  // Those who sign wait until the cells have a class, for which the model must be open again: others go on without.
  const work = async (name: string, signs: boolean) => {
    for (let i = 0; goesOn; i++)
      stories.push(await tell(server, { name: `${name}-${i}`, rng: rng.fork(`${name}-${i}`), signs }));
  };
  const works = [work("a", true), work("b", true), work("c", false)];
  for (const broken of works) broken.catch((error) => faults.push(String(error)));
  for (let round = 0; round < rounds; round++) {
    await server.start();
    const { isWhole, fault } = await server.send("GET trail/verify");
    if (!isWhole) faults.push(`round ${round}: ${fault}`);
    await pause(50 + rng.integer(LONGEST_LIFE));
    await server.kill();
  }
  goesOn = false;
  await server.start();
  await Promise.all(works).catch(() => {});
  faults.push(...(await check(server, stories)));
  const code = await server.end();
  if (code !== 0) faults.push(`it ended with ${code}`);
  const signatures = stories.filter(({ report }) => report !== undefined).length;
  return { cases: stories.length, cells: 3 * stories.length, signatures, again: server.again, faults };
}

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
  client: KilledServer,
  { name, rng, signs }: { readonly name: string; readonly rng: Rng; readonly signs: boolean },
): Promise<Story> {
  const images = await Promise.all([0, 1, 2].map(() => picture(rng.uint32(), 32)));
  const { id } = await client.send("POST cases", { name });
  await client.send(`POST cases/${id}/images`, formOf(images));
  const { cells } = await client.send(`GET cases/${id}/cells`);
  const label = ["Basophil", "Monocyte", "Neutrophil"][rng.integer(3)]!;
  for (const { id: cell } of cells) await client.send(`POST cases/${id}/labels`, { changes: [{ cell, label }] });
  const hashes = images.map((bytes) => createHash("sha256").update(bytes).digest("hex"));
  if (!signs) {
    // Not so fast that those who sign wait behind its cells for ever.
    await pause(200);
    return { id, name, hashes, label, report: undefined };
  }
  while ((await client.send(`GET cases/${id}`)).waiting > 0) await pause(30);
  const { id: report } = await client.send(`POST cases/${id}/sign`, {
    meaning: "seen",
    despite: "three cells are enough here",
  });
  return { id, name, hashes, label, report };
}

async function check(server: KilledServer, stories: readonly Story[]): Promise<string[]> {
  const faults: string[] = [];
  const get = (path: string) => server.send(`GET ${path}`);
  const address = await server.address;
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
