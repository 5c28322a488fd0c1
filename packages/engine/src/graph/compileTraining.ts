import { type CompileOptions, compile } from "./compile.ts";
import * as ops from "./ops/index.ts";
import { rewrite } from "./rewrite.ts";
import { blockRules, canWiden } from "./rewrites/blocked.ts";
import { chunkBatch } from "./rewrites/chunks.ts";
import { foldBatch } from "./rewrites/foldBatch.ts";
import { FOLD_NORMALIZATION } from "./rewrites/normalization.ts";
import { PHASES, PHASES_BEFORE_FOLDING } from "./rewrites/phases.ts";
import { SIMPLIFY } from "./rewrites/simplify.ts";
import { STRIDED_DEPTHWISE } from "./rewrites/stridedDepthwise.ts";
import { turnGradient } from "./rewrites/turnedGradients.ts";
import { isPerImageInput, STEP } from "./stepNames.ts";
import { type Tensor, topologicalOrder } from "./tensor.ts";

/**
 * How pixels lie in memory: planar uint8 [N, phases^2 C, height, width], where plane (r * phases + s) * C + c holds
 * rows r, r + phases, ... and columns s, s + phases, ... of channel c. One phase is plain [N, C, H, W].
 */
export interface PixelLayout {
  readonly phases: number;
  readonly height: number;
  readonly width: number;
}

/** A training step that is ready to be loaded, and how it wants its pixels. */
export interface CompiledTraining {
  readonly model: Uint8Array;
  /** Undefined if the input is no image of bytes. */
  readonly layout: PixelLayout | undefined;
  /** Images a chunk: the input `images` is handed over as `images.0`, `images.1`, ... where there are several. */
  readonly chunks: readonly number[];
}

/** Rewrites for speed, each of which can be left out: docs/engine.md says what they do. */
export const SPEED_REWRITES = [
  "normalization",
  "phases",
  "stridedDepthwise",
  "foldBatch",
  "turnedGradients",
  "blocks",
  "chunks",
] as const;

/** One of {@link SPEED_REWRITES}. */
export type SpeedRewrite = (typeof SPEED_REWRITES)[number];

/** What computes ordinary convolutions: ONNX's operators, or ONNX Runtime's own on blocks of channels where they pay. */
export type Kernels = "standard" | "blocked";

/** What {@link compileTraining} takes beside the outputs. */
export interface CompileTrainingOptions extends CompileOptions {
  readonly batchSize: number;
  /** Whether ONNX Runtime's operators on blocks of channels are there (`supportsBlocks`); default: false. */
  readonly blocks?: boolean;
  /** Whether ordinary convolutions use these operators too, where they pay; default: standard, they don't. */
  readonly kernels?: Kernels;
  /** Tensors of this many bytes are worked through in chunks; default 6 MB. */
  readonly largeBytes?: number;
  /** Bytes of the largest tensor of a chunk; default 10 MB, 3 MB where pixels are read on blocks. */
  readonly chunkBytes?: number;
  /** Rewrites that are left out, to see what each gains; default: none. */
  readonly without?: readonly SpeedRewrite[] | undefined;
}

/** Compiles a training step for speed: the same numbers as `compile`, but for rounding. */
export function compileTraining(
  outputs: Readonly<Record<string, Tensor>>,
  {
    batchSize,
    blocks = false,
    kernels = "standard",
    largeBytes = 6e6,
    chunkBytes,
    without = [],
    ...options
  }: CompileTrainingOptions,
): CompiledTraining {
  const only = <T>(name: SpeedRewrite, rules: readonly T[]) => (without.includes(name) ? [] : rules);
  const folded = rewrite(outputs, [...SIMPLIFY, ...only("normalization", FOLD_NORMALIZATION)]);
  const isBlocked = blocks && !without.includes("blocks");
  const onBlocks = isBlocked && kernels === "blocked";
  const { outputs: arranged, layout, outPhases } = arrangePixels(folded, !without.includes("phases"), onBlocks);
  const pixels = rewrite(arranged, [
    ...(onBlocks ? blockRules(outPhases) : []),
    ...only("phases", PHASES_BEFORE_FOLDING),
    ...only("stridedDepthwise", STRIDED_DEPTHWISE),
    ...SIMPLIFY,
  ]);
  const batchFolded = without.includes("foldBatch")
    ? pixels
    : foldBatch(pixels, { batchSize, inputs: batchInputs(pixels), blocks: isBlocked });
  const phased = rewrite(batchFolded, [...only("phases", PHASES), ...SIMPLIFY]);
  // What looks for gradients by the input has seen them by now.
  const turned = rewrite(phased, only("turnedGradients", [turnGradient]));
  const chunked = chunkBatch(turned, {
    batchSize,
    inputs: batchInputs(turned),
    split: STEP.images,
    largeBytes: without.includes("chunks") ? Number.POSITIVE_INFINITY : largeBytes,
    chunkBytes: chunkBytes ?? (outPhases > 0 ? 3e6 : 10e6),
  });
  const chunks = chunked.isSplit ? chunked.sizes : [batchSize];
  return { model: compile(chunked.outputs, options), layout, chunks };
}

function batchInputs(outputs: Readonly<Record<string, Tensor>>): Set<string> {
  const inputs = topologicalOrder(Object.values(outputs)).filter((t) => t.op.name === "input");
  return new Set(inputs.map((t) => t.attributes.name as string).filter(isPerImageInput));
}

// Chooses in which phases the first convolutions are fastest, and takes the pixels so.
function arrangePixels(
  outputs: Readonly<Record<string, Tensor>>,
  inPhases: boolean,
  onBlocks: boolean,
): { outputs: typeof outputs; layout: PixelLayout | undefined; outPhases: number } {
  const order = topologicalOrder(Object.values(outputs));
  const images = order.find(
    (t) => t.op.name === "input" && t.attributes.name === STEP.images && t.dtype === "uint8" && t.rank === 4,
  );
  if (images === undefined) return { outputs, layout: undefined, outPhases: 0 };
  const [n, c, h, w] = images.shape as [number, number, number, number];
  const wanted = inPhases ? inputPhases(order, images) : { phases: 1, first: [] };
  const outPhases = wanted.phases / (convolutionStride(wanted.first[0] ?? images) ?? Number.NaN);
  // On blocks, the first convolution reads the pixels as they are, and writes its output in phases.
  const isWide =
    onBlocks && wanted.first.length > 0 && wanted.first.every((t) => t.op !== ops.conv2dOp || canWiden(t, outPhases));
  if (isWide) return { outputs, layout: { phases: 1, height: h, width: w }, outPhases };
  const { phases } = wanted;
  const layout = { phases, height: Math.ceil(h / phases), width: Math.ceil(w / phases) };
  if (phases === 1) return { outputs, layout, outPhases: 0 };
  const pixels = ops.cast(
    ops.input(STEP.images, [n, phases * phases * c, layout.height, layout.width], "uint8"),
    "float32",
  );
  const image = ops.fromPhases(pixels, phases, [h, w], true);
  const swap = (node: Tensor) => (node.op.name === "cast" && node.inputs[0] === images ? image : undefined);
  return { outputs: rewrite(outputs, [swap]), layout, outPhases: 0 };
}

// Every reader is a convolution of one group and one stride; two such behind each other share their phases.
function inputPhases(order: readonly Tensor[], images: Tensor): { phases: number; first: readonly Tensor[] } {
  const readers = (of: Tensor) => order.filter((t) => t.inputs.includes(of));
  const pixels = readers(images);
  // A number may be added to the pixels before they are read.
  const moved = (t: Tensor) => t.op === ops.addOp && t.inputs[1]!.rank === 0;
  const first = pixels.flatMap(readers).flatMap((t) => (moved(t) ? readers(t) : t));
  const strides = new Set(first.map(convolutionStride));
  const stride = [...strides][0];
  if (pixels.some((t) => t.op.name !== "cast") || strides.size !== 1 || stride === undefined || stride === 1)
    return { phases: 1, first: [] };
  const forward = first.filter((t) => t.op.name === "conv2d");
  const thin = forward.every((t) => (t.shape[1] as number) <= 8);
  const second = new Set(forward.flatMap((t) => convolutionsBehind(t, readers)).map(convolutionStride));
  const next = [...second][0];
  return { phases: thin && second.size === 1 && next !== undefined ? stride * next : stride, first };
}

function convolutionStride(t: Tensor): number | undefined {
  const { strides, groups } = t.attributes as { strides?: readonly [number, number]; groups?: number };
  return strides && groups === 1 && strides[0] === strides[1] ? strides[0] : undefined;
}

// The convolutions of a tensor, behind whatever lets them share its phases.
function convolutionsBehind(start: Tensor, readers: (of: Tensor) => Tensor[]): Tensor[] {
  const seen = new Set<Tensor>();
  const found = new Set<Tensor>();
  const visit = (t: Tensor): void => {
    for (const reader of readers(t)) {
      if (reader.op === ops.conv2dOp && reader.inputs[0] === t) found.add(reader);
      if (!reader.op.sharesPhases || reader.rank !== 4 || seen.has(reader)) continue;
      seen.add(reader);
      visit(reader);
    }
  };
  visit(start);
  return [...found];
}
