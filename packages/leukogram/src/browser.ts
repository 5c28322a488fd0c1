// The library in a browser. Nothing here, nor what it imports, knows Node; every name is exported by hand.

export { type ErrorCode, LeukogramError } from "@leukogram/engine/core/errors";
export { Rng } from "@leukogram/engine/core/rng";
export type { KerasModelFile } from "@leukogram/engine/formats/kerasFile";
export { loadWeights } from "@leukogram/engine/formats/loadWeights";
export type { OnnxModel, OnnxModelOptions } from "@leukogram/engine/formats/onnx/onnxModel";
export type { StoredLayers } from "@leukogram/engine/formats/storedLayers";
export { gradients } from "@leukogram/engine/graph/autodiff";
export { compile } from "@leukogram/engine/graph/compile";
export * as ops from "@leukogram/engine/graph/ops/index";
export type { Tensor } from "@leukogram/engine/graph/tensor";
export { cnn } from "@leukogram/engine/models/cnn";
export { mobilenetV2 } from "@leukogram/engine/models/mobilenetV2";
export { exportGraph } from "@leukogram/engine/nn/exportGraph";
export { Layer, type LayerOutput } from "@leukogram/engine/nn/layer";
export * as layers from "@leukogram/engine/nn/layers/index";
export { Input } from "@leukogram/engine/nn/layers/index";
export type { LossOptions } from "@leukogram/engine/nn/losses";
export { Model, Sequential } from "@leukogram/engine/nn/model";
export { evaluationGraph, predictionGraph, trainingGraph } from "@leukogram/engine/nn/modelGraphs";
export { adam, adamW, type Optimizer, rmsprop, sgd } from "@leukogram/engine/nn/optimizers";
export { constantSchedule, cosineDecay, exponentialDecay, type Schedule } from "@leukogram/engine/nn/schedules";
export { readMetadata } from "@leukogram/engine/runtime/metadata";
export type { Session, Value } from "@leukogram/engine/runtime/session";
export {
  availableWebDevices,
  createSession,
  type WebDevice,
  type WebSessionOptions,
} from "@leukogram/engine/runtime/web";
export {
  type ClassifiedPicture,
  type ClassifyPicturesOptions,
  fetchBytes,
  loadClassifier,
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
  StepRunner,
  type WebStepRunnerOptions,
} from "./browser/head.ts";
export { type Picture, readPicture } from "./browser/pictures.ts";
export { readKerasLayers, readKerasModel } from "./browser/readKeras.ts";
export { readOnnxModel } from "./browser/readOnnx.ts";
export { type ChosenScale, chooseScale, measureScale, type PicturesScale } from "./browser/scale.ts";
export { CELL_COLOURS, CELL_TYPES } from "./cells/classes.ts";
export { resizeBilinear } from "./data/resize.ts";
export type { RgbImage } from "./data/rgbImage.ts";
export { classWeights, epochOrder } from "./data/sampler.ts";
export { type Scale, scaleText } from "./data/scale.ts";
export { gradCamGraph } from "./explain/gradCam.ts";
export { METHODS, type Method } from "./explain/methods.ts";
export { rejectThreshold } from "./review/answer.ts";
export type { Batch, TrainingState } from "./training/baseStepRunner.ts";
export { type Callback, EarlyStopping, ModelCheckpoint, ReduceLROnPlateau } from "./training/callbacks.ts";
export { type BatchSource, type FitLoopOptions, type FitResult, fitLoop as fit } from "./training/fitLoop.ts";
export type { EpochRow } from "./training/history.ts";
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
