// The engine as a library. Every name is exported here by hand, so that nothing becomes public by accident.

export { type ErrorCode, LeukogramError, type LeukogramErrorOptions } from "./core/errors.ts";
export type { Estimate } from "./core/estimate.ts";
export { Rng } from "./core/rng.ts";
export type { Sentence, SentenceParameters } from "./core/sentence.ts";
export type { Dim, Shape } from "./core/shape.ts";
export { hearSpans, type Span } from "./core/spans.ts";
export type { StopSignal } from "./core/stopSignal.ts";
export type { ClassNames } from "./formats/classNames.ts";
export type { DownloadOptions } from "./formats/download.ts";
export type { DescribedModel } from "./formats/keras/kerasModel.ts";
export { writeKeras } from "./formats/keras/kerasV3.ts";
export { readKerasFile, readKerasH5 } from "./formats/keras/readKeras.ts";
export type { StoredLayers, StoredWeight } from "./formats/keras/storedLayers.ts";
export { type OnnxModel, type OnnxModelOptions, onnxModelOf } from "./formats/onnx/onnxModel.ts";
export { type ReadModel, type ReadModelOptions, readModel } from "./formats/readModel.ts";
export { type FindWeightsOptions, type FoundWeights, findImagenetWeights } from "./formats/weights/imagenetWeights.ts";
export { type LoadWeightsOptions, loadWeights } from "./formats/weights/loadWeights.ts";
export type { BackboneSize } from "./formats/weights/publishedWeights.ts";
export { gradients } from "./graph/autodiff.ts";
export { type CompileOptions, compile } from "./graph/compile.ts";
export {
  type CompiledTraining,
  type CompileTrainingOptions,
  compileTraining,
  type Kernels,
  type PixelLayout,
  SPEED_REWRITES,
  type SpeedRewrite,
} from "./graph/compileTraining.ts";
export type { Emitter } from "./graph/onnx/emitter.ts";
export { halfWeights } from "./graph/onnx/halfWeights.ts";
export type { OnnxAttribute, OnnxInitializer, OnnxNode } from "./graph/onnx/proto.ts";
export type { ToOnnxOptions } from "./graph/onnx/toOnnx.ts";
export * as ops from "./graph/ops/index.ts";
export type {
  Attribute,
  Attributes,
  Constant,
  DType,
  GradientContext,
  Op,
  Tensor,
  TensorData,
  TensorType,
} from "./graph/tensor.ts";
export type { BackboneModel, BackboneOptions } from "./models/backbone.ts";
export type { BuiltModel } from "./models/builtModel.ts";
export { type CnnOptions, cnn } from "./models/cnn.ts";
export { type MobilenetV2Options, mobilenetV2 } from "./models/mobilenetV2.ts";
export { type JudgedModel, type OutputKind, type OutputsOptions, withProbabilities } from "./models/outputs.ts";
export type { Preprocessing } from "./models/preprocessing.ts";
export { MODELS, type ModelEntry, type ModelSettings } from "./models/registry.ts";
export { type Crop, type ExportOptions, exportGraph, type PictureVariant, seenPicture } from "./nn/exportGraph.ts";
export { type CallContext, Layer, type LayerOptions, type LayerOutput } from "./nn/layer.ts";
export * as layers from "./nn/layers/index.ts";
export { Input } from "./nn/layers/index.ts";
export type { LayerShape } from "./nn/layout.ts";
export { categoricalCrossentropy, type LossOptions, sparseCategoricalCrossentropy } from "./nn/losses.ts";
export { Model, type ModelOptions, Sequential } from "./nn/model.ts";
export {
  evaluationGraph,
  type Outputs,
  predictionGraph,
  type TrainingGraphOptions,
  trainingGraph,
} from "./nn/modelGraphs.ts";
export {
  type AdamOptions,
  adam,
  adamW,
  type Optimizer,
  type OptimizerOptions,
  type RmspropOptions,
  rmsprop,
  type SgdOptions,
  type StepInput,
  sgd,
} from "./nn/optimizers.ts";
export {
  type CosineDecayOptions,
  constantSchedule,
  cosineDecay,
  type ExponentialDecayOptions,
  exponentialDecay,
  type Schedule,
} from "./nn/schedules.ts";
export type { Weight } from "./nn/weight.ts";
export { availableDevices, createSession } from "./runtime/node.ts";
export type { Device, Runtime, Session, SessionOptions, Value } from "./runtime/session.ts";
