// The engine as a library. Every name is exported here by hand, so that nothing becomes public by accident.

export { type ErrorCode, LeukogramError } from "./core/errors.ts";
export type { Estimate } from "./core/estimate.ts";
export { Rng } from "./core/rng.ts";
export { findImagenetWeights } from "./formats/imagenetWeights.ts";
export { writeKeras } from "./formats/kerasV3.ts";
export { loadWeights } from "./formats/loadWeights.ts";
export { type OnnxModel, type OnnxModelOptions, onnxModelOf } from "./formats/onnx/onnxModel.ts";
export { readKerasFile, readKerasH5 } from "./formats/readKeras.ts";
export { type ReadModel, type ReadModelOptions, readModel } from "./formats/readModel.ts";
export { gradients } from "./graph/autodiff.ts";
export { compile } from "./graph/compile.ts";
export { compileTraining, type PixelLayout } from "./graph/compileTraining.ts";
export { halfWeights } from "./graph/onnx/halfWeights.ts";
export * as ops from "./graph/ops/index.ts";
export type { Tensor } from "./graph/tensor.ts";
export { cnn } from "./models/cnn.ts";
export { mobilenetV2 } from "./models/mobilenetV2.ts";
export {
  type JudgedModel,
  type OutputKind,
  type OutputsOptions,
  withProbabilities,
} from "./models/outputs.ts";
export { MODELS, type ModelEntry } from "./models/registry.ts";
export { type Crop, type ExportOptions, exportGraph, type PictureVariant, seenPicture } from "./nn/exportGraph.ts";
export { Layer, type LayerOutput } from "./nn/layer.ts";
export * as layers from "./nn/layers/index.ts";
export { Input } from "./nn/layers/index.ts";
export { categoricalCrossentropy, type LossOptions, sparseCategoricalCrossentropy } from "./nn/losses.ts";
export { Model, Sequential } from "./nn/model.ts";
export { evaluationGraph, predictionGraph, trainingGraph } from "./nn/modelGraphs.ts";
export { adam, adamW, type Optimizer, rmsprop, sgd } from "./nn/optimizers.ts";
export { constantSchedule, cosineDecay, exponentialDecay, type Schedule } from "./nn/schedules.ts";
export { availableDevices, createSession } from "./runtime/node.ts";
export type { Device, Session, SessionOptions, Value } from "./runtime/session.ts";
