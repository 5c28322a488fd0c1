/** One way in which pictures of two laboratories differ, that training images are given at random. */
export interface Ingredient {
  readonly name: IngredientName;
  /** What the strength counts. */
  readonly unit: string;
  /** Strengths above it make no sense. */
  readonly maximum: number;
  /** Share of the images that get it where nothing else is said. */
  readonly chance: number;
  /** A strength that leaves cells of every class what they are, by eye, on pictures of 128 x 128. */
  readonly usual: number;
  /** One line on what it does. */
  readonly description: string;
}

/** The name of an {@link Ingredient}. */
export type IngredientName =
  | "shift"
  | "elastic"
  | "restain"
  | "background"
  | "stain"
  | "stainColour"
  | "defocus"
  | "vignette"
  | "exposure"
  | "whiteBalance"
  | "noise"
  | "gamma"
  | "contrast"
  | "fade"
  | "saturation"
  | "hue"
  | "sharpen"
  | "jpeg";

/**
 * The ingredients beside scale, rotation, zoom and flips, in the order in which light, lens and camera cause them.
 * "factor" means a factor between 1 / (1 + strength) and 1 + strength, its logarithm uniform.
 */
export const INGREDIENTS: readonly Ingredient[] = [
  {
    name: "shift",
    unit: "share of the image's side",
    maximum: 0.5,
    chance: 1,
    usual: 0.08,
    description: "maximum shift of the image's centre, drawn separately for each axis",
  },
  {
    name: "elastic",
    unit: "share of the image's side",
    maximum: 0.2,
    chance: 0.5,
    usual: 0.04,
    description: "maximum smooth distortion of the image",
  },
  {
    name: "restain",
    unit: "share of the difference",
    maximum: 1,
    chance: 0.5,
    usual: 1,
    description: "maximum shift of background and nuclear stain towards another image of the batch",
  },
  {
    name: "background",
    unit: "share of the density",
    maximum: 1,
    chance: 0.3,
    usual: 1,
    description: "maximum fading of everything but the cell into another background colour",
  },
  {
    name: "stain",
    unit: "factor",
    maximum: 3,
    chance: 0.8,
    usual: 0.6,
    description: "maximum change of each dye's amount",
  },
  {
    name: "stainColour",
    unit: "share of the density",
    maximum: 1,
    chance: 0.8,
    usual: 0.3,
    description: "maximum change of each entry of the matrix that mixes optical densities",
  },
  {
    name: "defocus",
    unit: "pixels",
    maximum: 10,
    chance: 0.5,
    usual: 2,
    description: "maximum standard deviation of the blur, in pixels of the model's input",
  },
  {
    name: "vignette",
    unit: "share of the light",
    maximum: 1,
    chance: 0.3,
    usual: 0.3,
    description: "maximum loss of light towards the corners",
  },
  {
    name: "exposure",
    unit: "factor",
    maximum: 3,
    chance: 0.8,
    usual: 0.15,
    description: "maximum change of the light",
  },
  {
    name: "whiteBalance",
    unit: "factor",
    maximum: 3,
    chance: 0.8,
    usual: 0.2,
    description: "maximum change of each colour channel's light",
  },
  {
    name: "noise",
    unit: "grey levels",
    maximum: 100,
    chance: 0.5,
    usual: 8,
    description: "maximum standard deviation of sensor noise, at white",
  },
  {
    name: "gamma",
    unit: "factor",
    maximum: 3,
    chance: 0.8,
    usual: 0.3,
    description: "maximum change of the camera's gamma",
  },
  {
    name: "contrast",
    unit: "factor",
    maximum: 3,
    chance: 0.5,
    usual: 0.2,
    description: "maximum change of contrast around middle grey",
  },
  {
    name: "fade",
    unit: "share of the contrast",
    maximum: 1,
    chance: 0.5,
    usual: 0.5,
    description: "maximum loss of contrast, as from a pale stain or a hazy lens",
  },
  {
    name: "saturation",
    unit: "factor",
    maximum: 10,
    chance: 0.5,
    usual: 0.4,
    description: "maximum change of colour saturation",
  },
  { name: "hue", unit: "degrees", maximum: 180, chance: 0.5, usual: 8, description: "maximum rotation of the hues" },
  {
    name: "sharpen",
    unit: "share of the detail",
    maximum: 5,
    chance: 0.3,
    usual: 1.5,
    description: "maximum sharpening of fine detail, as by a camera",
  },
  {
    name: "jpeg",
    unit: "percent lost",
    maximum: 99,
    chance: 0.3,
    usual: 60,
    description: "100 minus the lowest JPEG quality; quality is drawn from there up to 95",
  },
];

/** How often, and how strongly at most, an image gets an ingredient. */
export interface Dose {
  /** In the ingredient's unit, above 0. */
  readonly strength: number;
  /** Share of the images, 0 to 1. */
  readonly chance: number;
}

/** Random changes of a picture of a cell; what is left out is off. */
export interface Microscopy extends Readonly<Partial<Record<IngredientName, Dose>>> {
  /** Smallest share of the field's side that a picture shows; default 1. */
  readonly scaleMin?: number;
  /** Largest share, above 1 with a margin of mirrored field; default 1. The logarithm is drawn uniformly. */
  readonly scaleMax?: number;
}
