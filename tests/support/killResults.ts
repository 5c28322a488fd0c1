// A server that is killed again and again while cases are signed, and a receiver whose connections are cut; and what must hold after.
import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { Rng } from "@leukogram/engine/core/rng";
import { type Doing, fieldOf, startReceiver } from "./hl7.ts";
import { picture } from "./pictures.ts";

/** How to go about it. */
export interface KillResultsOptions {
  readonly signatures: number;
  readonly folder: string;
  /** The program. */
  readonly program: string;
  readonly seed?: number;
  /** Milliseconds that a server lives at most after its start, where that is fast: twice its start at least. */
  readonly life?: number;
}

/** What was done, and what does not hold of it: nothing, one hopes. */
export interface KillResultsOutcome {
  readonly signatures: number;
  readonly kills: number;
  /** Messages that came, with their repetitions, and what the receiver did with them. */
  readonly received: number;
  readonly done: Readonly<Record<string, number>>;
  readonly faults: readonly string[];
}

/** Signs cases while the server is killed, and compares what a receiver has, each control id once, with what was signed. */
export async function killResults(options: KillResultsOptions): Promise<KillResultsOutcome> {
  const { signatures, folder, program, seed = 0, life = 4000 } = options;
  const rng = new Rng(seed);
  const done: Record<string, number> = {};
  const receiver = await startReceiver();
  const troubles = new Map<string, number>();
  receiver.doing = (segments) => {
    const id = fieldOf(segments, "MSH-10")!;
    const before = troubles.get(id) ?? 0;
    troubles.set(id, before + 1);
    // Twice at most, as each try waits for longer.
    const doing: Doing = before > 1 ? "AA" : (["AA", "AA", "cut", "lost", "wrong id"] as const)[rng.integer(5)]!;
    done[doing] = (done[doing] ?? 0) + 1;
    return doing;
  };
  let { child, address } = await start(program, folder);
  const send = async (line: string, body?: object | (() => FormData)) => {
    const [method, path] = line.split(" ") as [string, string];
    const key = randomUUID();
    for (;;) {
      try {
        const isForm = typeof body === "function";
        const response = await fetch(`${address}/api/v1/${path}`, {
          method,
          headers: { "idempotency-key": key, ...(body && !isForm && { "content-type": "application/json" }) },
          ...(body && { body: isForm ? body() : JSON.stringify(body) }),
        });
        // biome-ignore lint/suspicious/noExplicitAny: the checks say what they expect of it
        const answer = (await response.json()) as any;
        if (response.status === 200) return answer;
        // So many signatures in a minute are allowed; a new server counts from the beginning.
        if (response.status < 500 && response.status !== 429) throw new Refused(`${line}: ${JSON.stringify(answer)}`);
      } catch (error) {
        if (error instanceof Refused) throw error;
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  const { listening: _, warnings: __, ...settings } = await send("GET connections");
  const results = { ...settings.results, isOn: true, port: receiver.port };
  await send("PUT connections", { ...settings, results });
  await send("PUT rules", { leastCells: 1, mostUnidentified: 1 });

  const signed = new Map<string, string>();
  const work = async () => {
    for (let i = 0; i < signatures; i++) {
      const name = `S-${i}`;
      const bytes = await picture(1000 * seed + i, 32);
      const { id } = await send("POST cases", { name });
      await send(`POST cases/${id}/images`, () => {
        const form = new FormData();
        form.append("files", new Blob([new Uint8Array(bytes)]), "a.png");
        return form;
      });
      const { cells } = await send(`GET cases/${id}/cells`);
      await send(`POST cases/${id}/labels`, { changes: [{ cell: cells[0].id, label: "Monocyte" }] });
      while ((await send(`GET cases/${id}`)).waiting > 0) await new Promise((resolve) => setTimeout(resolve, 20));
      const { id: report } = await send(`POST cases/${id}/sign`, { meaning: "seen", despite: "for a test" });
      signed.set(name, report);
    }
  };
  let kills = 0;
  let isOver = false;
  let took = 0;
  const killing = async () => {
    while (!isOver) {
      // On a busy machine all takes longer: a server that is always killed before it gets anywhere would never end.
      await new Promise((resolve) => setTimeout(resolve, 500 + rng.integer(Math.max(life, Math.round(2 * took)))));
      if (isOver) return;
      const closed = once(child, "close");
      child.kill("SIGKILL");
      await closed;
      kills++;
      const before = performance.now();
      ({ child, address } = await start(program, folder));
      took = performance.now() - before;
    }
  };
  const end = killing();
  await work();
  const faults: string[] = [];
  for (let waiting = 1; waiting > 0; ) {
    const { deliveries } = await send("GET deliveries?limit=500");
    waiting = deliveries.filter(({ state }: { state: string }) => state === "waiting").length;
    for (const one of deliveries) if (one.state === "refused") faults.push(`${one.name} is refused: ${one.fault}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  isOver = true;
  await end;
  const seen = [...receiver.kept.values()].map((segments) => fieldOf(segments, "OBR-3")!);
  for (const name of signed.keys()) {
    const times = seen.filter((one) => one === name).length;
    if (times !== 1) faults.push(`${name} was seen ${times} times`);
  }
  if (seen.length !== signed.size) faults.push(`${seen.length} are there, ${signed.size} were signed`);
  const first = receiver.all.map((segments) => fieldOf(segments, "OBR-3")!);
  const order = [...new Set(first)];
  if (order.join() !== [...signed.keys()].join()) faults.push(`they came in the order ${order}`);
  for (const id of receiver.kept.keys()) {
    const texts = new Set(receiver.all.filter((one) => fieldOf(one, "MSH-10") === id).map((one) => one.join("\r")));
    if (texts.size !== 1) faults.push(`${id} came with ${texts.size} contents`);
  }
  const { isWhole, fault } = await send("GET trail/verify");
  if (!isWhole) faults.push(fault);
  const closed = once(child, "close");
  child.kill("SIGTERM");
  await closed;
  await receiver.close();
  return { signatures: signed.size, kills, received: receiver.all.length, done, faults };
}

class Refused extends Error {}

async function start(program: string, folder: string): Promise<{ child: ChildProcess; address: string }> {
  const args = [program, "serve", "--data", folder, "--port", "0", "--model", "cnn-anylab", "--json", "--quiet"];
  const { DATABASE_URL: _, ...env } = process.env;
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"], env });
  for await (const line of createInterface(child.stdout!))
    return { child, address: (JSON.parse(line) as { address: string }).address };
  throw new Error("the server did not start");
}
