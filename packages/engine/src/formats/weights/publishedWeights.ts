// Which files Keras publishes with weights trained on ImageNet, without the top (keras/src/applications/*.py).
import { LeukogramError } from "../../core/errors.ts";

/** Which file of which architecture. */
export interface BackboneSize {
  /** By its name in the registry; default: mobilenetv2. */
  readonly model?: string | undefined;
  /** Factor on the number of channels, where the architecture has one: 0.35 to 1.4, or 0.75 and 1. */
  readonly alpha: number;
  /** Height and width in pixels. */
  readonly imageSize: number;
}

/** A file of weights, and where it lies. */
export interface PublishedFile {
  readonly file: string;
  /** Address of its folder. */
  readonly folder: string;
  /** MD5 or SHA-256 as Keras states it; MobileNetV2's files have none there. */
  readonly hash?: string;
}

const APPLICATIONS = "https://storage.googleapis.com/tensorflow/keras-applications/";

const FILES: Readonly<Record<string, PublishedFile>> = {
  vgg16: {
    folder: `${APPLICATIONS}vgg16/`,
    file: "vgg16_weights_tf_dim_ordering_tf_kernels_notop.h5",
    hash: "6d6bbae143d832006294945121d1f1fc",
  },
  resnet50: {
    folder: `${APPLICATIONS}resnet/`,
    file: "resnet50_weights_tf_dim_ordering_tf_kernels_notop.h5",
    hash: "4d473c1dd8becc155b73f8504c6f6626",
  },
  densenet121: {
    folder: `${APPLICATIONS}densenet/`,
    file: "densenet121_weights_tf_dim_ordering_tf_kernels_notop.h5",
    hash: "30ee3e1110167f948a6b9946edeeb738",
  },
  efficientnetb0: {
    folder: "https://storage.googleapis.com/keras-applications/",
    file: "efficientnetb0_notop.h5",
    hash: "50bc09e76180e00e4465e1a485ddc09d",
  },
  convnexttiny: {
    folder: `${APPLICATIONS}convnext/`,
    file: "convnext_tiny_notop.h5",
    hash: "d547c096cabd03329d7be5562c5e14798aa39ed24b474157cef5e85ab9e49ef1",
  },
};

/** Hashes of MobileNetV3's files, by size and alpha. */
const MOBILENET_V3: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  small: { "0.75": "ebdb5cc8e0b497cd13a7c275d475c819", "1.0": "d3e8ec802a04aa4fc771ee12a9a9b836" },
  large: { "0.75": "40af19a13ebea4e2ee0c676887f69a2e", "1.0": "07fb09a5933dd0c8eaafa16978110389" },
};

const ALPHAS = [0.35, 0.5, 0.75, 1, 1.3, 1.4];
const SIZES = [96, 128, 160, 192, 224];

/**
 * The file that Keras publishes for an architecture; undefined if Keras has none.
 *
 * @throws ERR_CONFIG if Keras has no weights for this alpha.
 */
export function publishedWeights({ model = "mobilenetv2", ...size }: BackboneSize): PublishedFile | undefined {
  if (model === "mobilenetv2") return { folder: `${APPLICATIONS}mobilenet_v2/`, file: mobilenetV2WeightsFile(size) };
  const kind = /^mobilenetv3(small|large)$/.exec(model)?.[1];
  return kind === undefined ? FILES[model] : mobilenetV3Weights(model, kind, size.alpha);
}

function mobilenetV3Weights(model: string, kind: string, alpha: number): PublishedFile {
  const printed = asPython(alpha);
  const hash = MOBILENET_V3[kind]![printed];
  if (hash === undefined) throw noWeights(model, alpha, Object.keys(MOBILENET_V3[kind]!).map(Number));
  const file = `weights_mobilenet_v3_${kind}_224_${printed}_float_no_top_v2.h5`;
  return { folder: `${APPLICATIONS}mobilenet_v3/`, file, hash };
}

/**
 * Name of MobileNetV2's file for this size; image sizes without one of their own take that of 224.
 *
 * @throws ERR_CONFIG if Keras has no weights for this alpha.
 */
export function mobilenetV2WeightsFile({ alpha, imageSize }: Omit<BackboneSize, "model">): string {
  if (!ALPHAS.includes(alpha)) throw noWeights("mobilenetv2", alpha, ALPHAS);
  const rows = SIZES.includes(imageSize) ? imageSize : 224;
  return `mobilenet_v2_weights_tf_dim_ordering_tf_kernels_${asPython(alpha)}_${rows}_no_top.h5`;
}

function noWeights(model: string, alpha: number, alphas: readonly number[]): LeukogramError {
  return new LeukogramError("ERR_CONFIG", `${model}: there are no ImageNet weights for alpha ${alpha}`, {
    hint: `Choose one of ${alphas.join(", ")}, or train without ImageNet weights.`,
  });
}

// As Python prints floats: 1.0, 0.5.
const asPython = (value: number) => (Number.isInteger(value) ? value.toFixed(1) : String(value));
