import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { existsSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { expect, test } from "vitest";
import { copyEmptyDatabase } from "../support/emptyDatabase.ts";
import { picture } from "../support/pictures.ts";
import { expectFailure, jsonOf, makeCli, type Outcome } from "./cli.ts";

const { dir, start, runAll } = makeCli();
const PASSWORD = "correct horse battery";

const typed = (input: string, ...args: string[]) => ({ args, input });

function runWith(input: string, ...args: string[]): Promise<Outcome> {
  const { child, outcome } = start(...args);
  child.stdin!.end(input);
  return outcome;
}

/** A server in the folder, until it is stopped. */
async function serve(...args: string[]) {
  const { child, outcome } = start("serve", "--port", "0", "--model", "cnn-anylab", "--json", "--quiet", ...args);
  const [line] = await once(createInterface(child.stdout!), "line");
  const { address } = JSON.parse(line as string) as { address: string };
  const stop = async () => {
    child.kill("SIGTERM");
    return await outcome;
  };
  return { address, stop };
}

async function casesAt(address: string, headers: Record<string, string> = {}) {
  const get = async (path: string) => await (await fetch(`${address}/api/v1/${path}`, { headers })).json();
  const { cases } = await get("cases");
  return await Promise.all(
    cases.map(async ({ id, name, revision }: { id: string; name: string; revision: number }) => {
      const { cells } = await get(`cases/${id}/cells`);
      const bytes = await Promise.all(
        cells.map(async (cell: { id: string }) =>
          Buffer.from(
            await (await fetch(`${address}/api/v1/cells/${cell.id}/image`, { headers })).arrayBuffer(),
          ).toString("base64"),
        ),
      );
      return { id, name, revision, cells, bytes };
    }),
  );
}

test("a laboratory's records go from one folder to another, with users, cases, images and a whole trail", async () => {
  // What restore makes anew below is the one database that is not copied.
  for (const name of ["laboratory", "cut"]) await copyEmptyDatabase(join(dir, name));
  const [short, viewer, remove, king] = await runAll([
    typed("short", "user", "add", "Ada", "--role", "admin"),
    typed(PASSWORD, "user", "add", "Bo"),
    typed(PASSWORD, "user", "remove", "Ada"),
    typed(PASSWORD, "user", "add", "Ada", "--role", "king"),
  ]);
  expectFailure(short!, 2, /^ERR_USAGE user: password: /);
  expectFailure(viewer!, 3, "ERR_CONFLICT the first user must be an admin");
  expectFailure(remove!, 2, /^ERR_USAGE user remove: expected add NAME/);
  expectFailure(king!, 2, /^ERR_USAGE user: role: /);

  const first = await serve();
  const send = async (path: string, body: object) => {
    const isForm = body instanceof FormData;
    const response = await fetch(`${first.address}/api/v1/${path}`, {
      method: "POST",
      headers: { "idempotency-key": randomUUID(), ...(!isForm && { "content-type": "application/json" }) },
      body: isForm ? body : JSON.stringify(body),
    });
    return await response.json();
  };
  const { id } = await send("cases", { name: "moved" });
  const form = new FormData();
  for (const i of [0, 1, 2]) form.append("files", new Blob([new Uint8Array(await picture(i))]), `${i}.png`);
  await send(`cases/${id}/images`, form);
  await expect
    .poll(async () => (await casesAt(first.address))[0]!.cells[2]?.status, { timeout: 60_000 })
    .toBe("classified");
  const before = await casesAt(first.address);
  for (const refused of await runAll([
    ["trail", "verify"],
    ["serve", "--port", "0"],
  ]))
    expectFailure(refused, 3, /^ERR_CONFLICT laboratory: in use by another process/);
  expect((await first.stop()).code).toBe(0);

  expect(jsonOf(await runWith(`${PASSWORD}\n`, "user", "add", "Ada", "--role", "admin", "--json"))).toEqual({
    name: "Ada",
  });
  const [again, nobody, renewed, listed, list, verified, lines, prune, saved, exists, nameless, taken, missing] =
    await runAll([
      typed(PASSWORD, "user", "add", "ADA"),
      typed(PASSWORD, "user", "password", "Eve"),
      typed(`${PASSWORD}, new`, "user", "password", "Ada"),
      ["user", "list", "--json"],
      ["user", "list"],
      ["trail", "verify", "--json"],
      ["trail", "export"],
      ["trail", "prune"],
      ["backup", "all.tar"],
      ["backup", "all.tar"],
      ["backup"],
      ["restore", "all.tar"],
      ["restore", "none.tar"],
    ]);
  expectFailure(again!, 3, "ERR_CONFLICT a user with this name already exists");
  expectFailure(nobody!, 3, "ERR_NOT_FOUND no user named Eve");
  expect(renewed!.stdout).toBe("Ada: done\n");
  expect(jsonOf(listed!)).toMatchObject([{ name: "Ada", role: "admin", isDisabled: false }]);
  expect(list!.stdout).not.toContain("scrypt");

  const whole = jsonOf<{ events: number; head: string }>(verified!);
  const exported = lines!.stdout.trimEnd().split("\n");
  expect(exported).toHaveLength(whole.events);
  expect(JSON.parse(exported.at(-1)!).hash).toBe(whole.head);
  expectFailure(prune!, 2, "ERR_USAGE trail prune: expected verify or export");

  expect(saved!.stdout).toBe("Wrote all.tar\n");
  expectFailure(exists!, 3, "ERR_OUTPUT all.tar: exists. Choose another file.");
  expectFailure(nameless!, 2, "ERR_USAGE missing required argument 'file'");
  expectFailure(taken!, 3, /^ERR_CONFLICT records already exist/);
  expectFailure(missing!, 3, "ERR_DATA none.tar: no such file");
  writeFileSync(join(dir, "cut.tar"), readFileSync(join(dir, "all.tar")));
  truncateSync(join(dir, "cut.tar"), 20_000);
  const [cut, restored, checked] = await runAll([
    ["restore", "cut.tar", "--data", "cut"],
    ["restore", "all.tar", "--data", "second"],
    ["trail", "verify", "--json", "--data", "second"],
  ]);
  expectFailure(cut!, 3, /^ERR_DATA .*cut\.tar/);
  expect(restored!.stdout).toBe(`Restored ${whole.events} events and 3 images; the trail is intact.\n`);
  expect(jsonOf(checked!)).toMatchObject(whole);

  const second = await serve("--data", "second", "--allow-host", "lab.example");
  expect((await fetch(`${second.address}/api/v1/cases`)).status).toBe(401);
  const signedIn = await fetch(`${second.address}/api/v1/session`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ name: "Ada", password: `${PASSWORD}, new` }),
  });
  const cookie = signedIn.headers.get("set-cookie")!;
  expect(cookie).not.toContain("Secure");
  const session = { cookie: cookie.split(";")[0]! };
  expect(await casesAt(second.address, session)).toEqual(before);
  const made = await fetch(`${second.address}/api/v1/tokens`, {
    method: "POST",
    headers: {
      ...session,
      ...{ "x-csrf-token": (await signedIn.json()).csrf, "content-type": "application/json" },
      "idempotency-key": randomUUID(),
    },
    body: JSON.stringify({ name: "nightly", scopes: ["admin"] }),
  });
  await backUpWhileItRuns(second.address, (await made.json()).secret);
  expect((await second.stop()).code).toBe(0);
}, 600_000);

async function backUpWhileItRuns(address: string, token: string): Promise<void> {
  // Half a backup, and then nothing.
  const cutting = createServer((_, response) => {
    response.write("half");
    setTimeout(() => response.destroy(), 100);
  }).listen(0, "127.0.0.1");
  await once(cutting, "listening");
  const { port } = cutting.address() as AddressInfo;
  // A copy of this server must send nothing.
  const asked = { authorization: `Bearer ${token}`, "content-type": "application/json" };
  const connections = await (await fetch(`${address}/api/v1/connections`, { headers: asked })).json();
  const changed = await fetch(`${address}/api/v1/connections`, {
    method: "PUT",
    headers: { ...asked, "idempotency-key": randomUUID() },
    body: JSON.stringify({ ...connections, results: { ...connections.results, isOn: true, port: 9 } }),
  });
  expect(changed.status).toBe(200);
  const backUp = (server: string, file = "half.tar", secret = token) => ({
    args: ["backup", file, "--server", server],
    env: { LEUKOGRAM_TOKEN: secret },
  });
  const [live, cut, away, plain, wrong, denied, none] = await runAll([
    backUp(address, "live.tar"),
    backUp(`http://127.0.0.1:${port}`),
    backUp("http://127.0.0.1:9"),
    backUp("http://lab.example"),
    backUp("lab"),
    backUp(address, "half.tar", "leuko_wrong"),
    backUp(address, "half.tar", ""),
  ]);
  cutting.close();
  expect(live!.stdout).toBe("Wrote live.tar\n");
  expectFailure(cut!, 3, /the backup was cut off/);
  expectFailure(away!, 3, /^ERR_DATA http:\/\/127\.0\.0\.1:9: does not answer/);
  expectFailure(plain!, 2, /would get the token without encryption/);
  expectFailure(wrong!, 2, /expected an address such as https:\/\/lab, got lab/);
  expectFailure(denied!, 3, /^ERR_DENIED .*: not signed in/);
  expectFailure(none!, 2, /the variable LEUKOGRAM_TOKEN is not set/);
  expect(existsSync(join(dir, "half.tar"))).toBe(false);
  const [restored] = await runAll([["restore", "live.tar", "--data", "third"]]);
  expect(restored!.stdout).toMatch(
    /^Restored \d+ events and 3 images; the trail is intact\.\nConnections to other systems are off/,
  );
  const [verified, events] = await runAll([
    ["trail", "verify", "--json", "--data", "third"],
    ["trail", "export", "--data", "third"],
  ]);
  expect(jsonOf(verified!)).toMatchObject({ isWhole: true });
  const { actor, kind, content } = JSON.parse(events!.stdout.trimEnd().split("\n").at(-1)!);
  expect([actor, kind, content.before.results.isOn]).toEqual(["command line", "connections.changed", true]);
  expect(content.connections.results).toEqual({ ...content.before.results, isOn: false });
}

test("a wrong use of serve is told in one line", async () => {
  const wrong = [
    [["--port", "70000"], 2, /^ERR_USAGE .*Expected a number from 0 to 65535/],
    [["--allow-host"], 2, /^ERR_USAGE .*argument missing/],
    [["--allow-hosts", "a"], 2, /^ERR_USAGE unknown option '--allow-hosts'/],
    [["--model", "none"], 3, /^ERR_/],
    [
      ["--data", "fresh", "--host", "0.0.0.0", "--port", "0", "--model", "cnn-anylab"],
      3,
      /^ERR_DENIED listening at 0\.0\.0\.0, outside this machine, without encryption/,
    ],
    [
      ["--data", "fresh", "--host", "0.0.0.0", "--plain-http", "--port", "0", "--model", "cnn-anylab"],
      3,
      /^ERR_DENIED listening at 0\.0\.0\.0, outside this machine, needs an admin/,
    ],
    [["--oidc-client", "lab"], 2, /^ERR_USAGE --oidc-issuer and --oidc-client need each other/],
    [
      [
        "--data",
        "fresh",
        "--port",
        "0",
        "--model",
        "cnn-anylab",
        "--oidc-issuer",
        "http://login",
        "--oidc-client",
        "a",
      ],
      2,
      /^ERR_USAGE --oidc-issuer: expected an address that begins with https, got http:\/\/login/,
    ],
    [["--tls-cert", "lab.pem"], 2, /^ERR_USAGE --tls-cert and --tls-key need each other/],
  ] as const;
  await copyEmptyDatabase(join(dir, "fresh"));
  const outcomes = await runAll(wrong.map(([args]) => ["serve", ...args]));
  for (const [i, [, code, message]] of wrong.entries()) expectFailure(outcomes[i]!, code, message);
  expect(existsSync(join(dir, "fresh", "lock"))).toBe(false);
}, 300_000);
