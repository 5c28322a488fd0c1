import { apply, type Op, type Tensor } from "../tensor.ts";
import { perImageOfFirst } from "./perImage.ts";

/** ONNX Runtime's operators on blocks of channels: internal to it, so a probe must say whether they are there. */
export const BLOCKED_DOMAIN = "com.microsoft.nchwc";

/** Channels come in blocks of 8 or 16, as the processor's vectors are long. */
export const BLOCK_CHANNELS = 16;

/**
 * x [N, C, H, W] with blocks of channels innermost in memory; the shape stays. C is a multiple of
 * {@link BLOCK_CHANNELS}. Only entry-by-entry ops, `blockedConv2d` and `fromBlocks` may read the result.
 */
export function toBlocks(x: Tensor): Tensor {
  return apply(toBlocksOp, [x], {});
}

/** The operator of {@link toBlocks}: ONNX Runtime's ReorderInput. */
export const toBlocksOp: Op = {
  name: "toBlocks",
  perImage: perImageOfFirst,
  infer: ([x]) => ({ shape: x!.shape, dtype: x!.dtype }),
  emit: (emitter, { inputs }) => emitter.node("ReorderInput", [emitter.name(inputs[0]!)], {}, BLOCKED_DOMAIN),
};
