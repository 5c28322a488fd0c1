import { Rng } from "@leukogram/engine/core/rng";
import { numElements } from "@leukogram/engine/core/shape";
import { compile } from "@leukogram/engine/graph/compile";
import {
  compileTraining,
  type Kernels,
  type PixelLayout,
  SPEED_REWRITES,
  type SpeedRewrite,
} from "@leukogram/engine/graph/compileTraining";
import { BLOCKED_DOMAIN } from "@leukogram/engine/graph/ops/toBlocks";
import { topologicalOrder } from "@leukogram/engine/graph/tensor";
import type { Model } from "@leukogram/engine/nn/model";
import { flatLayout, flatSize, type Outputs, trainingGraph } from "@leukogram/engine/nn/modelGraphs";
import { sgd } from "@leukogram/engine/nn/optimizers";
import type { Weight } from "@leukogram/engine/nn/weight";
import { supportsBlockedKernels, supportsBlocks } from "@leukogram/engine/runtime/blocks";
import { createSession } from "@leukogram/engine/runtime/node";
import type { Value } from "@leukogram/engine/runtime/session";
import fc from "fast-check";
import { expect, test } from "vitest";
import { relativeError } from "../support/graph.ts";
import { buildModel, type Plan, plans } from "./randomModel.ts";

const flat = (weights: readonly Weight[]): Value => ({
  data: Float32Array.from(weights.flatMap(({ value }) => [...value])),
  shape: [flatSize(weights)],
});

/** Planar images [N, C, H, W] in the phases of a layout. */
function arranged(images: Value, { phases, height, width }: PixelLayout): Value {
  const [n, c, h, w] = images.shape as [number, number, number, number];
  const shape = [n, phases ** 2 * c, height, width];
  const data = new Uint8Array(shape.reduce((a, b) => a * b));
  for (let at = 0; at < images.data.length; at++) {
    const [x, y] = [at % w, Math.floor(at / w) % h];
    const [channel, image] = [Math.floor(at / (w * h)) % c, Math.floor(at / (w * h * c))];
    const plane = ((y % phases) * phases + (x % phases)) * c + channel;
    const row = (image * shape[1]! + plane) * height + Math.floor(y / phases);
    data[row * width + Math.floor(x / phases)] = images.data[at] as number;
  }
  return { data, shape };
}

/** One value cut along its first axis. */
function cut({ data, shape }: Value, sizes: readonly number[]): Value[] {
  const each = data.length / shape[0]!;
  let start = 0;
  return sizes.map((size) => {
    start += size;
    return { data: data.slice((start - size) * each, start * each) as Uint8Array, shape: [size, ...shape.slice(1)] };
  });
}

async function run(bytes: Uint8Array, feeds: Readonly<Record<string, Value>>): Promise<Record<string, Float32Array>> {
  const session = await createSession(bytes, { threads: 1 });
  const results = await session.run(feeds);
  await session.release();
  return Object.fromEntries(Object.entries(results).map(([name, { data }]) => [name, data as Float32Array]));
}

/** The numbers that dropout draws. */
function draws(graph: Outputs, rng: Rng): Record<string, Value> {
  const inputs = topologicalOrder(Object.values(graph)).filter(({ attributes }) =>
    /^random/.test(`${attributes.name}`),
  );
  const value = (shape: readonly number[]) => ({
    data: Float32Array.from({ length: numElements(shape) }, () => rng.uniform()),
    shape,
  });
  return Object.fromEntries(inputs.map(({ attributes, shape }) => [attributes.name, value(shape as number[])]));
}

/** What one SGD step gives by the plain graph and by the fast one: theta.next is theta less the gradient. */
async function both(model: Model, plan: Plan, without: readonly SpeedRewrite[] = [], kernels: Kernels = "standard") {
  const { batch, classes, height, width, channels } = plan;
  const rng = new Rng("feeds");
  const graph = trainingGraph(model, { batchSize: batch, optimizer: sgd() });
  const { largeBytes, chunkBytes } = plan;
  const blocks = await supportsBlocks();
  const fast = compileTraining(graph, { batchSize: batch, largeBytes, chunkBytes, blocks, without, kernels });
  const shape = [batch, channels, height, width];
  const size = shape.reduce((a, b) => a * b);
  const images = { data: Uint8Array.from({ length: size }, () => rng.integer(256)), shape };
  const { theta, statistics } = flatLayout(model);
  const feeds: Record<string, Value> = {
    labels: { data: Int32Array.from({ length: batch }, () => rng.integer(classes)), shape: [batch] },
    theta: flat(theta),
    ...(statistics.length > 0 && { statistics: flat(statistics) }),
    ...draws(graph, rng),
    learningRate: { data: Float32Array.of(1), shape: [] },
    step: { data: Float32Array.of(1), shape: [] },
  };
  const laid = arranged(images, fast.layout!);
  const several = fast.chunks.length > 1;
  const pieces = cut(laid, fast.chunks).map((piece, i) => [several ? `images.${i}` : "images", piece]);
  return {
    plain: await run(compile(graph), { ...feeds, images }),
    fast: await run(fast.model, { ...feeds, ...Object.fromEntries(pieces) }),
    theta: feeds.theta!.data as Float32Array,
    isBlocked: Buffer.from(fast.model).includes(BLOCKED_DOMAIN),
  };
}

const minus = (a: Float32Array, b: Float32Array) => a.map((value, i) => value - b[i]!);

async function compare(plan: Plan, without?: readonly SpeedRewrite[], kernels?: Kernels) {
  const model = buildModel(plan);
  if (flatLayout(model).theta.length === 0) return false;
  const { plain, fast, theta, isBlocked } = await both(model, plan, without, kernels);
  expect(Object.keys(fast).sort()).toEqual(Object.keys(plain).sort());
  expect(relativeError(fast.loss!, plain.loss!), "loss").toBeLessThan(1e-4);
  const [slow, quick] = [plain, fast].map((result) => minus(result["theta.next"]!, theta));
  expect(relativeError(quick!, slow!), "gradient").toBeLessThan(2e-3);
  if (plain["statistics.next"])
    expect(relativeError(fast["statistics.next"]!, plain["statistics.next"]), "statistics").toBeLessThan(1e-4);
  return isBlocked;
}

test("a step rewritten for speed gives the plain step's numbers", async () => {
  let blocked = 0;
  await fc.assert(
    fc.asyncProperty(plans, async (plan) => {
      if (await compare(plan)) blocked++;
    }),
    { seed: 7, numRuns: 100 },
  );
  if (await supportsBlocks()) expect(blocked).toBeGreaterThan(10);
});

test("so it does whatever rewrites are left out", async () => {
  const some = fc.subarray([...SPEED_REWRITES], { minLength: 1 });
  await fc.assert(
    fc.asyncProperty(plans, some, async (plan, without) => {
      const isBlocked = await compare(plan, without);
      if (without.includes("blocks")) expect(isBlocked).toBe(false);
    }),
    { seed: 8, numRuns: 20 },
  );
});

test("so it does on blocked kernels", async () => {
  if (!(await supportsBlockedKernels())) return;
  const FILTERS = [4, 8, 16, 32];
  const strided = plans.map((plan) => ({
    ...plan,
    batch: [16, 18][plan.batch - 6] ?? plan.batch,
    residuals: [],
    blocks: plan.blocks.map((block, i) => ({
      ...block,
      filters: FILTERS[(block.filters + i) % 4]!,
      strides: Math.max(2, block.strides),
    })),
  }));
  let blocked = 0;
  await fc.assert(
    fc.asyncProperty(strided, async (plan) => {
      if (await compare(plan, undefined, "blocked")) blocked++;
    }),
    { seed: 9, numRuns: 60 },
  );
  expect(blocked).toBeGreaterThan(30);
});
