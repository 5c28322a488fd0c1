/// <reference lib="dom" preserve="true" />
// The library in a browser. Nothing here, nor what it imports, knows Node; every name is exported by hand.

export { type ErrorCode, LeukogramError, type LeukogramErrorOptions } from "@leukogram/engine/core/errors";
export { Rng } from "@leukogram/engine/core/rng";
export type { Dim, Shape } from "@leukogram/engine/core/shape";
export type { StopSignal } from "@leukogram/engine/core/stopSignal";
export type { KerasModelFile } from "@leukogram/engine/formats/keras/kerasFile";
export type { DescribedModel } from "@leukogram/engine/formats/keras/kerasModel";
export type { StoredLayers, StoredWeight } from "@leukogram/engine/formats/keras/storedLayers";
export type { OnnxModel, OnnxModelOptions } from "@leukogram/engine/formats/onnx/onnxModel";
export { type LoadWeightsOptions, loadWeights } from "@leukogram/engine/formats/weights/loadWeights";
export { gradients } from "@leukogram/engine/graph/autodiff";
export { type CompileOptions, compile } from "@leukogram/engine/graph/compile";
export type { Kernels, PixelLayout, SpeedRewrite } from "@leukogram/engine/graph/compileTraining";
export type { Emitter } from "@leukogram/engine/graph/onnx/emitter";
export type { OnnxAttribute, OnnxInitializer, OnnxNode } from "@leukogram/engine/graph/onnx/proto";
export type { ToOnnxOptions } from "@leukogram/engine/graph/onnx/toOnnx";
export * as ops from "@leukogram/engine/graph/ops/index";
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
} from "@leukogram/engine/graph/tensor";
export type { BackboneModel, BackboneOptions } from "@leukogram/engine/models/backbone";
export { type CnnOptions, cnn } from "@leukogram/engine/models/cnn";
export { type MobilenetV2Options, mobilenetV2 } from "@leukogram/engine/models/mobilenetV2";
export type { OutputKind } from "@leukogram/engine/models/outputs";
export { type Crop, type ExportOptions, exportGraph, type PictureVariant } from "@leukogram/engine/nn/exportGraph";
export { type CallContext, Layer, type LayerOptions, type LayerOutput } from "@leukogram/engine/nn/layer";
export * as layers from "@leukogram/engine/nn/layers/index";
export { Input } from "@leukogram/engine/nn/layers/index";
export type { LayerShape } from "@leukogram/engine/nn/layout";
export type { LossOptions } from "@leukogram/engine/nn/losses";
export { Model, type ModelOptions, Sequential } from "@leukogram/engine/nn/model";
export {
  evaluationGraph,
  type Outputs,
  predictionGraph,
  type TrainingGraphOptions,
  trainingGraph,
} from "@leukogram/engine/nn/modelGraphs";
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
} from "@leukogram/engine/nn/optimizers";
export {
  type CosineDecayOptions,
  constantSchedule,
  cosineDecay,
  type ExponentialDecayOptions,
  exponentialDecay,
  type Schedule,
} from "@leukogram/engine/nn/schedules";
export type { Weight } from "@leukogram/engine/nn/weight";
export { readMetadata } from "@leukogram/engine/runtime/metadata";
export type { Device, Runtime, Session, SessionOptions, Value } from "@leukogram/engine/runtime/session";
export {
  availableWebDevices,
  createSession,
  type WebDevice,
  type WebSessionOptions,
} from "@leukogram/engine/runtime/web";
export {
  fetchBytes,
  loadWebClassifier,
  type ModelFacts,
  modelFacts,
  type WebClassifier,
} from "./browser/classifier.ts";
export {
  type ExplainedPicture,
  type ExplainerSettings,
  type ExplainPictureOptions,
  openExplainer,
  type WebExplainer,
} from "./browser/explainer.ts";
export {
  type FeatureExtractor,
  modelBytes,
  openFeatures,
  WebStepRunner,
  type WebStepRunnerOptions,
} from "./browser/head.ts";
export { type Picture, readPicture } from "./browser/pictures.ts";
export { readKerasLayers, readKerasModel } from "./browser/readKeras.ts";
export { type ReadOnnxOptions, readOnnxModel } from "./browser/readOnnx.ts";
export { type ChosenScale, chooseScale, measureScale } from "./browser/scale.ts";
export type { CellNormalizationOptions, CellSettings } from "./cells/cellNormalization.ts";
export { CELL_COLOURS, CELL_TYPES } from "./cells/classes.ts";
export type { Nucleus } from "./data/microscopy/nucleus.ts";
export type { JpegDct } from "./data/pictures/jpegDct.ts";
export { resizeBilinear } from "./data/pictures/resize.ts";
export type { RgbImage } from "./data/pictures/rgbImage.ts";
export { classWeights, type EpochOrderOptions, epochOrder } from "./data/sampling/sampler.ts";
export type { CellCrop } from "./data/scale/cellCrop.ts";
export { type MeasuredScale, type Scale, scaleText } from "./data/scale/scale.ts";
export type { BroughtImage, ClassifierFacts } from "./evaluation/classifierFacts.ts";
export type {
  ClassifiedPicture,
  ClassifyPicturesOptions,
  PictureBlob,
  PictureFile,
  PicturesScale,
} from "./evaluation/classifyPictures.ts";
export type { ExplainOptions, Explanation } from "./explain/explainPicture.ts";
export { type GradCamOptions, gradCamGraph } from "./explain/gradCam.ts";
export { METHODS, type Method, type MethodEntry } from "./explain/methods.ts";
export type { FoundCell } from "./explain/onCell.ts";
export type { PictureMap } from "./explain/picture.ts";
export type { SanityCheck, SanityVerdict } from "./explain/sanityCheck.ts";
export type { Familiarity } from "./metrics/familiarity.ts";
export { type RejectThreshold, rejectThreshold } from "./review/answer.ts";
export type { BaseStepRunner, Batch, StepRunnerOptions, TrainingState } from "./training/baseStepRunner.ts";
export {
  type Callback,
  EarlyStopping,
  type EpochLogs,
  ModelCheckpoint,
  type Monitor,
  type MonitorOptions,
  ReduceLROnPlateau,
  type ReduceOptions,
  type TrainingControl,
} from "./training/callbacks.ts";
export type { Checkpoint } from "./training/checkpoint.ts";
export {
  type BatchSource,
  type FitLoopOptions,
  type FitProgress,
  type FitResult,
  fitLoop as fit,
  type RunStore,
} from "./training/fitLoop.ts";
export type { EpochRow } from "./training/history.ts";
export type { HomeFacts } from "./training/homeFacts.ts";
export type { Runner } from "./training/progressiveRunner.ts";
export {
  featureSource,
  featuresOf,
  type LabelledFeatures,
  type ModelWithHead,
  newHead,
  type TrainHeadOptions,
  trainHead,
} from "./training/trainHead.ts";
export { VERSION } from "./version.ts";
