// The library in a browser. Nothing here, nor what it imports, knows Node; every name is exported by hand.

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
export { CELL_COLOURS, CELL_TYPES } from "./core/classes.ts";
export { type ErrorCode, LeukogramError } from "./core/errors.ts";
export { Rng } from "./core/rng.ts";
export { VERSION } from "./core/version.ts";
export type { RgbImage } from "./data/image.ts";
export { resizeBilinear } from "./data/resize.ts";
export { classWeights, epochOrder } from "./data/sampler.ts";
export { type Scale, scaleText } from "./data/scale.ts";
export { gradCamGraph } from "./explain/gradCam.ts";
export { METHODS, type Method } from "./explain/methods.ts";
export type { KerasModelFile } from "./formats/kerasFile.ts";
export { loadWeights } from "./formats/loadWeights.ts";
export type { OnnxModel, OnnxModelOptions } from "./formats/onnx/onnxModel.ts";
export type { StoredLayers } from "./formats/storedLayers.ts";
export { gradients } from "./graph/autodiff.ts";
export { compile } from "./graph/compile.ts";
export * as ops from "./graph/ops/index.ts";
export type { Tensor } from "./graph/tensor.ts";
export { cnn } from "./models/cnn.ts";
export { mobilenetV2 } from "./models/mobilenetV2.ts";
export { exportGraph } from "./nn/exportGraph.ts";
export { Layer, type LayerOutput } from "./nn/layer.ts";
export * as layers from "./nn/layers/index.ts";
export { Input } from "./nn/layers/index.ts";
export type { LossOptions } from "./nn/losses.ts";
export { Model, Sequential } from "./nn/model.ts";
export { evaluationGraph, predictionGraph, trainingGraph } from "./nn/modelGraphs.ts";
export { adam, adamW, type Optimizer, rmsprop, sgd } from "./nn/optimizers.ts";
export { constantSchedule, cosineDecay, exponentialDecay, type Schedule } from "./nn/schedules.ts";
export { readMetadata } from "./runtime/metadata.ts";
export type { Session, Value } from "./runtime/session.ts";
export { availableWebDevices, createSession, type WebDevice, type WebSessionOptions } from "./runtime/web.ts";
export type { Batch, TrainingState } from "./training/baseStepRunner.ts";
export { type Callback, EarlyStopping, ModelCheckpoint, ReduceLROnPlateau } from "./training/callbacks.ts";
export { type BatchSource, type FitLoopOptions, type FitResult, fitLoop as fit } from "./training/fitLoop.ts";
export type { EpochRow } from "./training/history.ts";
export { rejectThreshold } from "./training/homeFacts.ts";
export {
  featureSource,
  featuresOf,
  type LabelledFeatures,
  type ModelWithHead,
  newHead,
  type TrainHeadOptions,
  trainHead,
} from "./training/trainHead.ts";
