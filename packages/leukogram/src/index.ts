// The library. Every name is exported here by hand, so that nothing becomes public by accident; those of the engine in its own index.

export * from "@leukogram/engine";
export {
  type AdaptToLabelsOptions,
  adaptToLabels,
  type LabelAdaptation,
} from "./adaptation/fewLabels/adaptToLabels.ts";
export type { TriedWay } from "./adaptation/fewLabels/crossValidateWays.ts";
export type { Way } from "./adaptation/fewLabels/fitTop.ts";
export type { HeldOutJudgement } from "./adaptation/fewLabels/judgeHeldOut.ts";
export { type Suggestion, type SuggestOptions, suggestCells } from "./adaptation/fewLabels/suggestCells.ts";
export { type WriteAdaptedOptions, writeAdaptedRun } from "./adaptation/fewLabels/writeAdaptedRun.ts";
export type { AwayFigures, CorrectionFigures, Generalisation, SetFigures } from "./adaptation/generalise.ts";
export {
  type LabelFreeClassifier,
  type LabelFreeOptions,
  type LabelFreeStep,
  labelFreeClassifier,
} from "./adaptation/labelFree/labelFree.ts";
export {
  correctPriors,
  type PriorCorrection,
  type PriorCorrectionOptions,
} from "./adaptation/labelFree/priorCorrection.ts";
export { type OpenRun, openRun } from "./adaptation/openRun.ts";
export type { UnlabelledAdaptation } from "./adaptation/unlabelled/adaptUnlabelled.ts";
export type { TwoLooks } from "./adaptation/unlabelled/mixedLooks.ts";
export type { VoteSigns } from "./adaptation/unlabelled/voteSigns.ts";
export type { ChangedRunPlace } from "./adaptation/writeChangedRun.ts";
export type { CopyPair } from "./audit/copies.ts";
export type { Oddity } from "./audit/imageFacts.ts";
export type { Registration } from "./audit/registration.ts";
export type { ShortcutTest } from "./audit/shortcuts.ts";
export type { Turn } from "./audit/spectrum.ts";
export type { SuspectLabel } from "./audit/suspectLabels.ts";
export type {
  Audit,
  BadFile,
  ClassCount,
  CopyGroup,
  CopyMember,
  Finding,
  MeasureSummary,
  NamedShortcut,
  OddFile,
  Part,
  ShortcutName,
} from "./audit/types.ts";
export { type CellNormalizationOptions, type CellSettings, normalizedCells } from "./cells/cellNormalization.ts";
export { CELL_COLOURS, CELL_TYPES } from "./cells/classes.ts";
export type { CropCounts } from "./cells/cropCounts.ts";
export { unpackZip } from "./data/archives/unpackedFolder.ts";
export type { Augmentation } from "./data/augmentation/augment.ts";
export { openData, scanFolder } from "./data/dataset.ts";
export type { ClassMap } from "./data/folders/classNames.ts";
export { laboratoryNames, openLaboratories } from "./data/laboratories.ts";
export { type ImageCache, openImageCache } from "./data/loading/cache.ts";
export type { ImageCacheOptions, PrepareStep, SkippedImage } from "./data/loading/cacheBuild.ts";
export {
  type BatchesOptions,
  createLoader,
  type ImageBatch,
  type Loader,
  type LoaderOptions,
} from "./data/loading/loader.ts";
export type { Dose, IngredientName, Microscopy } from "./data/microscopy/ingredients.ts";
export type { MeasureName } from "./data/microscopy/measures.ts";
export type { Nucleus } from "./data/microscopy/nucleus.ts";
export { macenkoStains } from "./data/normalize/macenko.ts";
export { fitStains, normalizeStains, type StainFinder } from "./data/normalize/normalizeStains.ts";
export { type ColourReference, fitColours, normalizeColours } from "./data/normalize/reinhard.ts";
export type { StainReference, StainVector } from "./data/normalize/stains.ts";
export { vahadaneStains } from "./data/normalize/vahadane.ts";
export { whiteBalance } from "./data/normalize/whiteBalance.ts";
export { type DecodeOptions, decodeImage } from "./data/pictures/image.ts";
export type { JpegDct } from "./data/pictures/jpegDct.ts";
export { resizeBilinear } from "./data/pictures/resize.ts";
export type { RgbImage } from "./data/pictures/rgbImage.ts";
export type { DataOptions, Dataset, MapClasses, OpenedData, Sample, ScanOptions } from "./data/sample.ts";
export { type BalanceOptions, type BalanceResult, balanceFolder } from "./data/sampling/balance.ts";
export { classWeights, type EpochOrderOptions, epochOrder } from "./data/sampling/sampler.ts";
export { type Split, type SplitOptions, splitDataset } from "./data/sampling/split.ts";
export type { CellCrop } from "./data/scale/cellCrop.ts";
export type { ScaleOptions } from "./data/scale/laboratoryScales.ts";
export type { Scale } from "./data/scale/scale.ts";
export type { ToldScales } from "./data/scale/toldScales.ts";
export type { ScaledSample, UsedScale, UsedScales, UsedScalesOptions } from "./data/scale/usedScales.ts";
export { drawSmears, type SmearOptions } from "./data/smears/synthetic.ts";
export type { Range, ReferenceRanges } from "./differential/referenceRanges.ts";
export type { DifferentialReport, Erythroblasts, Position, ReportedClass } from "./differential/types.ts";
export type { NamedPredictions } from "./evaluation/alignPredictions.ts";
export type { ClassCurve, ClassCurves } from "./evaluation/classCurves.ts";
export {
  type Classifier,
  type GivenPicture,
  type ImageClassifier,
  type LoadOptions,
  loadClassifier,
} from "./evaluation/classifier.ts";
export type { BroughtImage, ClassifierFacts } from "./evaluation/classifierFacts.ts";
export { type Classified, type ClassifyFilesOptions, classifyFiles } from "./evaluation/classifyFiles.ts";
export type {
  ClassifiedPicture,
  ClassifyPicturesOptions,
  PictureBlob,
  PictureFile,
} from "./evaluation/classifyPictures.ts";
export { comparePredictions } from "./evaluation/compare.ts";
export type { SplitComparison, TrainingFigures, Trainings } from "./evaluation/compareSplits.ts";
export type { ConfidenceFigures, ConfidenceRules, RulesTried } from "./evaluation/confidence/confidence.ts";
export type { CellCrops, CroppingModel, CropSummary } from "./evaluation/crops/cellCrops.ts";
export type { ChosenCells } from "./evaluation/crops/chosenCells.ts";
export type { CroppedAnswer } from "./evaluation/crops/cropTally.ts";
export type { CrossValidation, OutOfFold, SplitResult } from "./evaluation/crossValidate.ts";
export { evaluatePredictions, type ResamplingOptions } from "./evaluation/evaluate.ts";
export { type AnswerOptions, answerImages, type ModelAnswers } from "./evaluation/evaluateModel.ts";
export type { ClassEstimates, Headline, Headlines } from "./evaluation/figures.ts";
export type { Assumptions } from "./evaluation/foreign/assumptions.ts";
export type { ForeignOptions } from "./evaluation/foreign/foreignModel.ts";
export {
  evaluateByLaboratory,
  type LaboratoryEvaluation,
  type LaboratoryFigures,
  type LaboratoryFold,
  type LeaveOneOut,
  type Parts,
  type UnseenLaboratory,
} from "./evaluation/laboratories/laboratories.ts";
export type { ClassFall, Fall } from "./evaluation/laboratories/laboratoryFall.ts";
export { type LeaveOneOutOptions, leaveOneLaboratoryOut } from "./evaluation/laboratories/leaveOneLaboratoryOut.ts";
export { readPredictionsCsv, writePredictionsCsv } from "./evaluation/predictionsCsv.ts";
export type { Robustness, RobustnessPoint, RobustnessRow } from "./evaluation/robustness.ts";
export type { Types } from "./evaluation/rollUp.ts";
export { type SeedSummary, summariseSeeds } from "./evaluation/seeds.ts";
export type { ClassFigures, Costs, Evaluation, PairComparison, Prediction, Predictions } from "./evaluation/types.ts";
export { Explainer, type ExplainerOptions, type ExplainOptions, type Explanation } from "./explain/explainPicture.ts";
export { type GradCamOptions, gradCamGraph } from "./explain/gradCam.ts";
export { mapLayerNames } from "./explain/mapLayers.ts";
export type { Method } from "./explain/methods.ts";
export type { OpenSession } from "./explain/modelRunner.ts";
export type { FoundCell } from "./explain/onCell.ts";
export type { PictureMap, SeenPicture } from "./explain/picture.ts";
export { type SanityCheck, type SanityVerdict, sanityCheck } from "./explain/sanityCheck.ts";
export {
  type AdaptedByLabels,
  type AdaptedByVotes,
  type AdaptedRun,
  type AdaptJobOptions,
  type AdaptJobResult,
  adaptJob,
} from "./jobs/adaptJob.ts";
export { type AuditJobOptions, auditJob } from "./jobs/auditJob.ts";
export {
  type DifferentialJobOptions,
  type DifferentialJobResult,
  differentialJob,
} from "./jobs/cells/differentialJob.ts";
export type { ExplainedFile } from "./jobs/cells/explainImages.ts";
export {
  BASELINES,
  type Baseline,
  type ExplainJobOptions,
  type ExplainJobResult,
  explainJob,
} from "./jobs/cells/explainJob.ts";
export type { LabelFreeWishes } from "./jobs/cells/labelFreeWishes.ts";
export {
  type PredictedCell,
  type PredictJobOptions,
  type PredictJobResult,
  predictJob,
} from "./jobs/cells/predictJob.ts";
export { type CompareJobOptions, type CompareJobResult, compareJob } from "./jobs/compareJob.ts";
export {
  type ConvertJobOptions,
  type ConvertJobResult,
  convertJob,
  PRECISIONS,
  type Precision,
} from "./jobs/convertJob.ts";
export {
  type CrossValidateJobOptions,
  type CrossValidateJobResult,
  crossValidateJob,
} from "./jobs/crossValidateJob.ts";
export {
  type Calibrated,
  type EvaluateJobOptions,
  type EvaluateJobResult,
  evaluateJob,
} from "./jobs/evaluateJob.ts";
export type { FaultResult } from "./jobs/faults.ts";
export { type GeneraliseJobOptions, generaliseJob } from "./jobs/generaliseJob.ts";
export { type JobEvent, type JobOptions, lineOfEvent } from "./jobs/jobEvents.ts";
export { type JoinJobOptions, type JoinJobResult, joinJob } from "./jobs/joinJob.ts";
export type { Checked } from "./jobs/models/checkedFile.ts";
export type { JobWeights } from "./jobs/models/weights.ts";
export type { Int8Loss } from "./jobs/models/writeInt8.ts";
export { type ReproduceJobOptions, type ReproduceJobResult, reproduceJob } from "./jobs/reproduceJob.ts";
export { type RobustnessJobOptions, type RobustnessJobResult, robustnessJob } from "./jobs/robustnessJob.ts";
export { readRecipe } from "./jobs/runs/readRecipe.ts";
export { type HowRead, type RunConfig, readRunConfig } from "./jobs/runs/runConfig.ts";
export type { RunKind, SeededModel, SeedRun } from "./jobs/seedRuns.ts";
export { type SuggestJobOptions, suggestJob } from "./jobs/suggestJob.ts";
export type { TrainingData } from "./jobs/trainingData.ts";
export { type TrainJobOptions, type TrainJobResult, trainJob } from "./jobs/trainJob.ts";
export { accuracy, balancedAccuracy } from "./metrics/accuracy.ts";
export type { CalibrationBin } from "./metrics/calibration.ts";
export type { Matrix } from "./metrics/checkInputs.ts";
export { classificationReport } from "./metrics/classificationReport.ts";
export { type ConfusionMatrixOptions, confusionMatrix, type Margins } from "./metrics/confusionMatrix.ts";
export type { DifferentialClass } from "./metrics/differential.ts";
export type { Familiarity, FamiliarityFigures } from "./metrics/familiarity.ts";
export type { Band } from "./metrics/limits/curveBands.ts";
export { clopperPearson, type Limits, wilson } from "./metrics/limits/proportion.ts";
export { type Discordant, mcnemarExact } from "./metrics/mcnemar.ts";
export type { ResampledTest } from "./metrics/resampledTest.ts";
export { type AucAverage, rocAuc } from "./metrics/rocAuc.ts";
export { type RocCurve, rocCurve } from "./metrics/rocCurve.ts";
export type { ConformalRule, RejectRule, RiskPoint } from "./metrics/selective.ts";
export type { ShownCells } from "./report/pictures/cellSection.ts";
export { comparisonReport, runReport } from "./report/text/html.ts";
export { Profile, type ProfileRow, type ProfileSummary, profileTable } from "./report/text/profile.ts";
export type {
  AdaptationFacts,
  BootstrapSettings,
  ComparedModel,
  ComparisonReportInput,
  Note,
  RunReportInput,
  SplitCounts,
} from "./report/types.ts";
export { type JudgedRun, type RunSets, type WriteRunOptions, writeRun } from "./report/writeRun.ts";
export type { ShippedModel } from "./shipped/shipped.ts";
export { shippedModels } from "./shipped/shippedModels.ts";
export type { BaseStepRunner, StepRunnerOptions, TrainingState } from "./training/baseStepRunner.ts";
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
export { type FeatureCache, type FeatureCacheOptions, openFeatureCache } from "./training/featureCache.ts";
export { type BatchSource, type FitOptions, fit } from "./training/fit.ts";
export type { FitLoopOptions, FitProgress, FitResult, RunStore } from "./training/fitLoop.ts";
export type { EpochRow } from "./training/history.ts";
export type { HomeFacts } from "./training/homeFacts.ts";
export type { HomeMemory } from "./training/homeMemory.ts";
export type { TimeTaken } from "./training/progress/processorTime.ts";
export type { Runner } from "./training/progressiveRunner.ts";
export { parseRecipe, type Recipe, type RecipeKey, recipeKeys } from "./training/recipe/recipe.ts";
export { type Batch, StepRunner } from "./training/stepRunner.ts";
export { type ModelFileFacts, type TrainedModel, trainModel, writeModel } from "./training/trainModel.ts";
export type { TrainEvents, TrainOptions } from "./training/trainOptions.ts";
export { VERSION } from "./version.ts";
