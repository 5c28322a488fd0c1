import { apply, type Op, type Tensor } from "../tensor.ts";
import { perImageOfFirst } from "./perImage.ts";
import { BLOCKED_DOMAIN } from "./toBlocks.ts";

/** The image [N, C, H, W] that lies in blocks of channels; the inverse of `toBlocks`. */
export function fromBlocks(x: Tensor): Tensor {
  return apply(fromBlocksOp, [x], {});
}

/** The operator of {@link fromBlocks}: ONNX Runtime's ReorderOutput. */
export const fromBlocksOp: Op = {
  name: "fromBlocks",
  perImage: perImageOfFirst,
  infer: ([x]) => ({ shape: x!.shape, dtype: x!.dtype }),
  emit: (emitter, { inputs: [x] }) =>
    emitter.node("ReorderOutput", [emitter.name(x!)], { channels: { int: x!.shape[1] as number } }, BLOCKED_DOMAIN),
};
