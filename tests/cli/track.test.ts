import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { beforeAll, expect, onTestFinished, test } from "vitest";
import { expectFailure, makeCli } from "./cli.ts";
import { copyTrainedRun } from "./trainedRun.ts";

const cli = makeCli();

beforeAll(async () => {
  await copyTrainedRun(cli, { data: "cells", out: "runs/one", images: [6, 2, 64], epochs: 2 });
}, 400_000);

/** As much of a tracking server as a run needs; what it was told is kept. */
async function trackingServer({ artifacts = true, status = 200 } = {}) {
  const told: { path: string; body: Record<string, unknown> | undefined }[] = [];
  const read = async (request: IncomingMessage) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    return Buffer.concat(parts).toString("utf8");
  };
  const server = createServer(async (request, response) => {
    const text = await read(request);
    const path = request.url!.replace(/^\/api\/2\.0\//, "");
    const isJson = request.headers["content-type"] === "application/json";
    told.push({ path, body: isJson ? JSON.parse(text) : undefined });
    const answers: readonly [RegExp, number, object][] = [
      [/get-by-name/, 404, { error_code: "RESOURCE_DOES_NOT_EXIST", message: "none" }],
      [/experiments\/create/, status, status === 200 ? { experiment_id: "7" } : { message: "no room" }],
      [/runs\/create/, 200, { run: { info: { run_id: "abc" } } }],
      [/mlflow-artifacts/, artifacts ? 200 : 503, {}],
      [/./, 200, {}],
    ];
    const [, code, answer] = answers.find(([pattern]) => pattern.test(path))!;
    response.writeHead(code, { "content-type": "application/json" }).end(JSON.stringify(answer));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, told };
}

test("writes event files by set, and makes a run with settings, metrics by epoch and files", async () => {
  const { url, told } = await trackingServer();
  const [outcome] = await cli.runAll([
    ["track", "runs/one", "--tensorboard", "logs", "--mlflow", url, "--experiment", "cells", "--json"],
  ]);
  expect(JSON.parse(outcome!.stdout)).toEqual([
    { run: "runs/one", tensorboard: "logs/one", mlflow: { runId: "abc", experimentId: "7", refused: [] } },
  ]);
  for (const set of ["train", "validation", "judged-validation", "judged-test"])
    expect(existsSync(join(cli.dir, "logs/one", set, "events.out.tfevents.1.leukogram"))).toBe(true);
  expect(told.map(({ path }) => path.split("?")[0]!.replace(/artifacts\/7.*\//, "artifacts/"))).toEqual([
    "mlflow/experiments/get-by-name",
    "mlflow/experiments/create",
    "mlflow/runs/create",
    "mlflow/runs/log-batch",
    "mlflow/runs/log-batch",
    "mlflow-artifacts/artifacts/model-card.md",
    "mlflow-artifacts/artifacts/report.html",
    "mlflow-artifacts/artifacts/history.csv",
    "mlflow-artifacts/artifacts/config.json",
    "mlflow/runs/update",
  ]);
  const params = told[3]!.body!.params as { key: string; value: string }[];
  expect(params.find(({ key }) => key === "epochs")?.value).toBe("2");
  const metrics = told[4]!.body!.metrics as { key: string; step: number; value: number }[];
  expect(metrics.filter(({ key }) => key === "val_loss").map(({ step }) => step)).toEqual([1, 2]);
  expect(metrics.map(({ key }) => key)).toEqual(expect.arrayContaining(["test_accuracy", "test_accuracy_low"]));
  expect(told.at(-1)!.body).toMatchObject({ run_id: "abc", status: "FINISHED" });
}, 400_000);

test("says what a server does not take, and what it answers", async () => {
  const without = await trackingServer({ artifacts: false });
  const full = await trackingServer({ status: 400 });
  const [refused, fault, unreachable] = await cli.runAll([
    ["track", "runs/one", "--mlflow", without.url],
    ["track", "runs/one", "--mlflow", full.url],
    ["track", "runs/one", "--mlflow", "http://127.0.0.1:1"],
  ]);
  expect(refused!.code).toBe(0);
  expect(refused!.stderr).toMatch(/Note: the server rejected report\.html/);
  expectFailure(fault!, 3, /the MLflow server returned 400: no room/);
  expectFailure(unreachable!, 3, /the MLflow server can't be reached \(bad port\)/);
}, 400_000);

test("tells what is wrong", async () => {
  mkdirSync(join(cli.dir, "begun"));
  writeFileSync(join(cli.dir, "begun/config.json"), '{"version":"0.1.0","recipe":{}}');
  const [nothing, noRun, begun, twice] = await cli.runAll([
    ["track", "runs/one"],
    ["track", "cells", "--tensorboard", "logs"],
    ["track", "begun", "--tensorboard", "logs"],
    ["track", "runs/one", "runs/one", "--tensorboard", "logs"],
  ]);
  expectFailure(nothing!, 2, /neither --tensorboard nor --mlflow was given/);
  expectFailure(noRun!, 3, /cells: no run to resume/);
  expectFailure(begun!, 3, /begun: the run has no finished epoch yet/);
  expectFailure(twice!, 2, /two runs are named "one"/);
}, 30_000);
