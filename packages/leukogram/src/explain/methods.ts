import { LeukogramError } from "@leukogram/engine/core/errors";
import { nearest } from "@leukogram/engine/core/nearest";

/** A way to explain a picture's class. */
export type Method = "gradcam" | "scorecam" | "integrated" | "occlusion";

/** What is said of a {@link Method}. */
export interface MethodEntry {
  readonly name: Method;
  readonly title: string;
  /** Who described it. */
  readonly source: string;
  /** What its map shows, a sentence. */
  readonly shows: string;
  /** Whether it needs a layer with maps. */
  readonly needsMaps: boolean;
}

/** All methods, in the order in which they are shown. */
export const METHODS: readonly MethodEntry[] = [
  {
    name: "gradcam",
    title: "Grad-CAM",
    source: "Selvaraju et al. 2017",
    shows: "Where the feature maps of one layer support the class, weighted by gradients. As coarse as the layer.",
    needsMaps: true,
  },
  {
    name: "scorecam",
    title: "Score-CAM",
    source: "Wang et al. 2020",
    shows:
      "The same feature maps, weighted by the probability of the class on the image masked with each map; no gradients.",
    needsMaps: true,
  },
  {
    name: "integrated",
    title: "Integrated gradients",
    source: "Sundararajan et al. 2017",
    shows: "How much each pixel adds to or subtracts from the class's logit, between the baseline image and the image.",
    needsMaps: false,
  },
  {
    name: "occlusion",
    title: "Occlusion",
    source: "Zeiler & Fergus 2014",
    shows: "How far the class's probability drops if a patch in the background's colour covers part of the image.",
    needsMaps: false,
  },
];

/** The method of that name. */
export function methodEntry(name: Method): MethodEntry {
  return METHODS.find((method) => method.name === name)!;
}

/** The methods that a text names: one, several with commas between, or `all`. @throws ERR_USAGE for one that is not known. */
export function parseMethods(text: string): Method[] {
  const names = METHODS.map(({ name }) => name);
  const words = text.split(",").map((word) => word.trim());
  if (words.includes("all")) return names;
  for (const word of words) {
    if (names.includes(word as Method)) continue;
    const near = nearest(word, names);
    throw new LeukogramError("ERR_USAGE", `unknown method "${word}"`, {
      hint: `${near === undefined ? "" : `Did you mean "${near}"? `}Use ${names.join(", ")}, or all.`,
    });
  }
  return names.filter((name) => words.includes(name));
}
