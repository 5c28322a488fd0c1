import { LeukogramError } from "../core/errors.ts";
import type { BackboneModel } from "./backbone.ts";
import type { BuiltModel } from "./builtModel.ts";
import { cnn } from "./cnn.ts";
import { cnnWide } from "./cnnWide.ts";
import { convnextTiny } from "./convnextTiny.ts";
import { densenet121 } from "./densenet121.ts";
import { efficientnetB0 } from "./efficientnetB0.ts";
import { joinModels } from "./joined.ts";
import { mobilenetV2 } from "./mobilenetV2.ts";
import { mobilenetV3Large, mobilenetV3Small } from "./mobilenetV3.ts";
import { resnet50 } from "./resnet50.ts";
import { vgg16 } from "./vgg16.ts";
import { vitB16 } from "./vitB16.ts";

/** Settings that models are built from; each takes those that it knows. */
export interface ModelSettings {
  /** Height and width in pixels; default: the model's own. */
  readonly imageSize?: number | undefined;
  readonly classes: number;
  /** Momentum of the batch normalisations that are trained. */
  readonly momentum: number;
  /** Factor on the number of channels. */
  readonly alpha: number;
  readonly head: "dense" | "linear";
  /** Whether a backbone keeps its weights. */
  readonly frozen: boolean;
  /** `right`, or a fault of the student project: `twice` or `unit`. */
  readonly preprocessing: "right" | "twice" | "unit";
  /** Side of the crop in widths of a red cell: two joined models then see the same crop. */
  readonly cropRedCells?: number | undefined;
}

/** A model that can be had by name. */
export interface ModelEntry {
  readonly name: string;
  readonly title: string;
  readonly imageSize: number;
  /** Whether it begins from weights that were trained on ImageNet. */
  readonly pretrained: boolean;
  build(settings: ModelSettings): BuiltModel;
}

const ENTRIES: readonly ModelEntry[] = [
  {
    name: "cnn",
    title: "Custom CNN",
    imageSize: 350,
    pretrained: false,
    build: ({ imageSize = 350, classes, momentum, preprocessing }) => ({
      model: cnn({ imageSize, classes, momentum, preprocessing: preprocessing === "twice" ? "twice" : "right" }),
    }),
  },
  {
    name: "cnn-wide",
    title: "Wider CNN",
    imageSize: 128,
    pretrained: false,
    build: ({ imageSize = 128, classes, momentum }) => cnnWide({ imageSize, classes, momentum }),
  },
  backboneEntry("mobilenetv2", "MobileNetV2", ({ preprocessing, ...settings }) =>
    mobilenetV2({ ...settings, preprocessing: preprocessing === "unit" ? "unit" : "right" }),
  ),
  backboneEntry("mobilenetv3small", "MobileNetV3 Small", mobilenetV3Small),
  backboneEntry("mobilenetv3large", "MobileNetV3 Large", mobilenetV3Large),
  backboneEntry("efficientnetb0", "EfficientNetB0", efficientnetB0),
  backboneEntry("densenet121", "DenseNet121", densenet121),
  backboneEntry("resnet50", "ResNet50", resnet50),
  backboneEntry("vgg16", "VGG16", vgg16),
  backboneEntry("convnexttiny", "ConvNeXt-Tiny", convnextTiny),
  backboneEntry("vitb16", "ViT-B/16", vitB16),
];

// A backbone trained on ImageNet, 224 pixels, with a head of ours.
function backboneEntry(name: string, title: string, make: (settings: ModelSettings) => BackboneModel): ModelEntry {
  return {
    name,
    title,
    imageSize: 224,
    pretrained: true,
    build(settings) {
      const { model, features, ...parts } = make(settings);
      return { model, backbone: features, features: settings.frozen ? features : undefined, ...parts };
    },
  };
}

/** All models, by name. */
export const MODELS: ReadonlyMap<string, ModelEntry> = new Map(ENTRIES.map((entry) => [entry.name, entry]));

/** What stands between the names of two models that were joined: `mobilenetv2+cnn-wide`. */
const JOINT = "+";

/** The name of two models joined. */
export function joinedName(first: string, second: string): string {
  return `${first}${JOINT}${second}`;
}

/** Whether that is the name of two models joined. */
export function isJoinedName(name: string): boolean {
  return name.includes(JOINT);
}

/** The model of that name, or of two joined by a plus sign. @throws ERR_CONFIG naming those that there are. */
export function modelEntry(name: string): ModelEntry {
  const [first, second] = name.split(JOINT);
  return second === undefined ? entryNamed(name) : joinedEntry(name, entryNamed(first!), entryNamed(second));
}

function joinedEntry(name: string, first: ModelEntry, second: ModelEntry): ModelEntry {
  return {
    name,
    title: `${first.title} and ${second.title}`,
    imageSize: first.imageSize,
    pretrained: first.pretrained,
    build: (settings) =>
      joinModels(first.build(settings), second.build(settings), { shared: settings.cropRedCells !== undefined }),
  };
}

function entryNamed(name: string): ModelEntry {
  const entry = MODELS.get(name);
  if (entry === undefined)
    throw new LeukogramError("ERR_CONFIG", `unknown model "${name}"`, {
      hint: `Use one of ${[...MODELS.keys()].join(", ")}.`,
    });
  return entry;
}
