// A server that is killed again and again while cases are signed, amended and voided, and receivers that answer badly; and what must hold after.
import { Rng } from "@leukogram/engine/core/rng";
import { picture } from "../pictures.ts";
import { formOf, KilledServer, pause, type ServerPlace } from "./killedServer.ts";
import { PEERS, type Peer, startWebhookPeer } from "./peers.ts";

/** How to go about it. */
export interface KillResultsOptions extends ServerPlace {
  /** Signatures, those of amendments among them. */
  readonly signatures: number;
  /** How results go out; events go out by a webhook besides. */
  readonly protocol: keyof typeof PEERS;
  readonly seed?: number;
  /** Milliseconds that a server lives at most after its start, where that is fast: twice its start at least. */
  readonly life?: number;
}

/** What was done, and what does not hold of it: nothing, one hopes. */
export interface KillResultsOutcome {
  readonly signatures: number;
  readonly kills: number;
  /** What each receiver got, and did with it. */
  readonly receivers: Readonly<Record<"results" | "webhook", ReceiverOutcome>>;
  readonly faults: readonly string[];
}

/** Messages that were due, those that came, with their repetitions, and what was done with them. */
export interface ReceiverOutcome {
  readonly due: number;
  readonly came: number;
  readonly done: Readonly<Record<string, number>>;
}

/** Signs cases while the server is killed, and compares what the receivers have, each id once, with what was signed. */
export async function killResults(options: KillResultsOptions): Promise<KillResultsOutcome> {
  const { signatures, protocol, seed = 0, life = 4000, ...place } = options;
  const rng = new Rng(seed);
  const results = await PEERS[protocol](rng.fork("results"));
  const webhook = await startWebhookPeer(rng.fork("webhook"));
  const server = new KilledServer(place);
  await server.start();
  await connect(server, results, webhook);

  const happened: string[] = [];
  const faults = await server.killWhile(
    async () => {
      await work(server, { signatures, seed, happened });
      return await delivered(server);
    },
    { rng, life },
  );
  const { isWhole, fault } = await server.send("GET trail/verify");
  if (!isWhole) faults.push(fault);
  await server.end();
  await Promise.all([results.close(), webhook.close()]);
  const due = happened.filter((about) => !about.endsWith(" ready"));
  faults.push(...faultsOf(results, due).map((words) => `${protocol}: ${words}`));
  faults.push(...faultsOf(webhook, happened).map((words) => `webhook: ${words}`));
  const outcome = (peer: Peer, { length }: readonly string[]) => ({
    due: length,
    came: peer.came.length,
    done: peer.done,
  });
  return {
    signatures: happened.filter((about) => /[FC]$/.test(about)).length,
    kills: server.kills,
    receivers: { results: outcome(results, due), webhook: outcome(webhook, happened) },
    faults,
  };
}

async function connect(server: KilledServer, { settings }: Peer, webhook: Peer): Promise<void> {
  const { listening: _, warnings: __, hasSecrets: ___, ...now } = await server.send("GET connections");
  await server.send("PUT connections", {
    ...now,
    results: { ...now.results, ...settings },
    webhook: { ...now.webhook, ...webhook.settings },
    secrets: webhook.secrets,
  });
  await server.send("PUT rules", { leastCells: 1, mostUnidentified: 1 });
}

interface Work {
  readonly signatures: number;
  readonly seed: number;
  /** What receivers must learn, in order. */
  readonly happened: string[];
}

/** Makes cases and signs them; of four, two are amended, and two made void. */
async function work(server: KilledServer, { signatures, seed, happened }: Work): Promise<void> {
  for (let [i, signed] = [0, 0]; signed < signatures; i++) {
    const name = `S-${i}`;
    const { id } = await server.send("POST cases", { name });
    await server.send(`POST cases/${id}/images`, formOf([await picture(1000 * seed + i, 32)]));
    const { cells } = await server.send(`GET cases/${id}/cells`);
    await server.send(`POST cases/${id}/labels`, { changes: [{ cell: cells[0].id, label: "Monocyte" }] });
    while ((await server.send(`GET cases/${id}`)).waiting > 0) await pause(20);
    const sign = async (state: string) => {
      await server.send(`POST cases/${id}/sign`, { meaning: "seen", despite: "for a test" });
      happened.push(`${name} ${state}`);
      signed++;
    };
    happened.push(`${name} ready`);
    await sign("F");
    if ((i % 4 === 1 || i % 4 === 3) && signed < signatures) {
      await server.send(`POST cases/${id}/amend`, { reason: "looked at again" });
      await sign("C");
    }
    if (i % 4 < 2) continue;
    await server.send(`POST cases/${id}/void`, { reason: "wrong tube" });
    happened.push(`${name} W`);
  }
}

/** Waits until nothing waits to be sent. @returns what was refused */
async function delivered(server: KilledServer): Promise<string[]> {
  for (;;) {
    const { deliveries } = (await server.send("GET deliveries?limit=500")) as {
      deliveries: { name: string; state: string; fault: string | null }[];
    };
    if (!deliveries.some(({ state }) => state === "waiting"))
      return deliveries
        .filter(({ state }) => state === "refused")
        .map(({ name, fault }) => `${name} is refused: ${fault}`);
    await pause(100);
  }
}

function faultsOf({ came, faults }: Peer, due: readonly string[]): string[] {
  const kept = new Map<string, string>();
  for (const { id, about, isKept } of came) if (isKept && !kept.has(id)) kept.set(id, about);
  // Each begins after the one before it was sent for the last time.
  const order = came.filter(({ id }, i) => id !== came[i - 1]?.id);
  const texts = new Map(came.map(({ id, text }) => [id, text]));
  return [
    ...faults,
    ...differences("it has", [...kept.values()], due),
    ...differences(
      "it was sent",
      order.map(({ about }) => about),
      due,
    ),
    ...came.filter(({ id, text }) => texts.get(id) !== text).map(({ about }) => `${about} came with two contents`),
  ];
}

function differences(what: string, found: readonly string[], due: readonly string[]): string[] {
  const at = Array.from({ length: Math.max(found.length, due.length) }, (_, i) => i).find((i) => found[i] !== due[i]);
  return at === undefined
    ? []
    : [`${what} ${found.length} of ${due.length}; the ${at + 1}. is ${found[at]}, not ${due[at]}`];
}
