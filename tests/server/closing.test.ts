import { once } from "node:events";
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { startLaboratory } from "@leukogram/laboratory/server/startLaboratory";
import { expect, test } from "vitest";
import { newDataFolder } from "../support/laboratory.ts";

test("a server that ends does not wait for connections that browsers opened in advance", async () => {
  const server = await startLaboratory({
    ...{ folder: await newDataFolder(), host: "127.0.0.1", port: 0, now: () => new Date() },
    model: "cnn-anylab",
  });
  const { port } = new URL(server.address);
  const unused = connect(Number(port), "127.0.0.1");
  unused.on("error", () => {}); // it is cut off
  await once(unused, "connect");
  await sleep(200);
  expect((await fetch(`${server.address}/api/v1/cases`)).status).toBe(200);
  const began = performance.now();
  await Promise.all([server.close(), once(unused, "close")]);
  // Node's own limit is a minute.
  expect(performance.now() - began).toBeLessThan(20_000);
}, 90_000);
