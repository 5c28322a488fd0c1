// TLS by files, which are read again when they are renewed; and no passwords over plain HTTP beyond this machine.
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { copyFileSync, writeFileSync } from "node:fs";
import { request } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { connect, createServer } from "node:tls";
import { followTls, readTls } from "@leukogram/laboratory/server/guard/tls";
import { startLaboratory } from "@leukogram/laboratory/server/startLaboratory";
import { addUser } from "@leukogram/laboratory/store/access/users";
import { openStore } from "@leukogram/laboratory/store/store";
import { expect, test } from "vitest";
import { certificate } from "../../support/certificate.ts";
import { newDataFolder, newFolder } from "../../support/laboratory.ts";
import { PASSWORD } from "./roles.ts";

const seenName = (port: number) =>
  new Promise<string>((resolve, reject) => {
    const socket = connect({ host: "127.0.0.1", port, rejectUnauthorized: false }, () => {
      resolve(String(socket.getPeerCertificate().subject.CN));
      socket.end();
    }).on("error", reject);
  });

test("HTTPS: cookies are for it alone, and a server that ends cuts no answer off", async () => {
  const folder = await newDataFolder();
  const tls = certificate(newFolder(), "lab");
  const store = await openStore({ folder, now: () => new Date() });
  const wish = { actor: "local", key: randomUUID(), kind: "user.added", asks: {} };
  await addUser(store, wish, { name: "Ada", role: "admin", password: PASSWORD });
  await store.close();
  const server = await startLaboratory({
    ...{ folder, host: "0.0.0.0", port: 0, now: () => new Date(), model: "cnn-anylab", tls },
  });
  const { port, protocol } = new URL(server.address);
  expect(protocol).toBe("https:");
  const ca = readTls(tls).cert;
  const { status, cookie } = await new Promise<{ status: number; cookie: string }>((resolve, reject) => {
    const options = { host: "127.0.0.1", port, path: "/api/v1/session", method: "POST", ca, agent: false } as const;
    const asked = request({ ...options, headers: { "content-type": "application/json" } }, (response) => {
      response.resume();
      resolve({ status: response.statusCode!, cookie: String(response.headers["set-cookie"]) });
    }).on("error", reject);
    asked.end(JSON.stringify({ name: "Ada", password: PASSWORD }));
  });
  expect([status, cookie]).toEqual([200, expect.stringMatching(/; Secure/)]);
  await server.close();
}, 90_000);

test("a renewed certificate is taken without a new start, and half of one is not", async () => {
  const folder = newFolder();
  const [old, next] = [certificate(folder, "old"), certificate(folder, "next")];
  const files = { cert: join(folder, "now.pem"), key: join(folder, "now.key") };
  for (const kind of ["cert", "key"] as const) copyFileSync(old[kind], files[kind]);
  const server = createServer(readTls(files), (socket) => socket.on("error", () => {}));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const faults: string[] = [];
  const end = followTls(server, files, { onError: (error) => faults.push(String(error)), every: 20 });
  try {
    expect(await seenName(port)).toBe("old");
    copyFileSync(next.cert, files.cert);
    await expect.poll(() => faults.length).toBeGreaterThan(0);
    expect(faults[0]).toContain("not a certificate and its key in PEM (key values mismatch)");
    expect(await seenName(port)).toBe("old");
    copyFileSync(next.key, files.key);
    await expect.poll(() => seenName(port)).toBe("next");
  } finally {
    end();
    server.close();
  }
}, 30_000);

test("beyond this machine the server refuses plain HTTP, unless that is asked for, and files that are no certificate", async () => {
  const folder = await newDataFolder();
  const start = (more: object) =>
    startLaboratory({ folder, host: "0.0.0.0", port: 0, now: () => new Date(), model: "cnn-anylab", ...more });
  await expect(start({})).rejects.toThrow("listening at 0.0.0.0, outside this machine, without encryption");
  await expect(start({ isPlainAllowed: true })).rejects.toThrow("outside this machine, needs an admin user");
  const [cert, key] = [join(folder, "no.pem"), join(folder, "none.key")];
  writeFileSync(cert, "no certificate");
  expect(() => readTls({ cert, key })).toThrow(`${key}: can't be read (ENOENT)`);
  writeFileSync(key, "no key");
  expect(() => readTls({ cert, key })).toThrow("not a certificate and its key in PEM");
}, 90_000);
