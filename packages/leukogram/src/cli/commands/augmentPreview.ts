import { existsSync } from "node:fs";
import { LeukogramError } from "@leukogram/engine/core/errors";
import { writeFileWhole } from "@leukogram/engine/formats/writeFile";
import { modelEntry } from "@leukogram/engine/models/registry";
import { augmentPreview } from "../../data/augmentation/augmentPreview.ts";
import { openData } from "../../data/dataset.ts";
import { USUAL_MICROSCOPY } from "../../data/microscopy/previewRows.ts";
import { contactSheet } from "../../data/pictures/contactSheet.ts";
import { decodeImage } from "../../data/pictures/image.ts";
import type { RgbImage } from "../../data/pictures/rgbImage.ts";
import type { Sample } from "../../data/sample.ts";
import { cropAtScale } from "../../data/scale/cellCrop.ts";
import { usedScales } from "../../data/scale/usedScales.ts";
import { CellPictures, FIELD_MARGIN } from "../../training/cellPictures.ts";
import { cellNormalizationOf } from "../../training/recipe/cellsOfRecipe.ts";
import { augmentationOf } from "../../training/recipe/fromRecipe.ts";
import type { Recipe } from "../../training/recipe/recipe.ts";
import type { CommandModule } from "../command.ts";
import { print, wholeNumber } from "../options.ts";
import { addPictureFlags } from "../pictureFlags.ts";
import { addRecipeFlags, recipeOf } from "../recipeFlags.ts";

/** Flags of `augment-preview`, beside those of a recipe. */
interface Flags {
  readonly out: string;
  readonly columns: number;
  readonly yes?: boolean;
  readonly json?: boolean;
}

const augmentPreviewCommand: CommandModule = {
  define(command) {
    command
      .description(
        "Draw a contact sheet of a recipe's augmentation: one row for each transform, and one for all together. A recipe without augmentation shows every transform at its default strength.",
      )
      .argument("<dir>", "class folders, a folder with Train/ and Test/ (Train is shown), or a manifest CSV")
      .option("--out <file>", "PNG file to write", "augment-preview.png")
      .option("--yes", "overwrite an existing file")
      .option("--columns <number>", "number of images to show, taken from each class in turn", wholeNumber, 8);
    addRecipeFlags(command);
    addPictureFlags(command);
  },
  examples: [
    "leukogram augment-preview cells --image-size 128",
    "leukogram augment-preview cells --image-size 128 --field-size 256 --scale-min 0.3 --augment stain=0.5 --out stain.png",
  ],
  async execute({ args: [dir], options }) {
    const { out, columns, yes, json } = options as unknown as Flags;
    if (existsSync(out) && !yes)
      throw new LeukogramError("ERR_OUTPUT", `${out} exists`, {
        hint: "Overwrite it with --yes, or choose another file with --out.",
      });
    const recipe = recipeOf(options);
    const { train } = openData(String(dir));
    const chosen = inTurns(train.samples, train.classes.length, columns);
    const imageSize = recipe.imageSize ?? modelEntry(recipe.model).imageSize;
    const fieldSize = recipe.fieldSize ?? imageSize;
    const images = await preparedImages(chosen, recipe, { fieldSize, all: train.samples });
    const augmentation = augmentationOf(recipe);
    if (augmentation === undefined)
      throw new LeukogramError("ERR_USAGE", "augment-preview: the recipe has no augmentation", {
        hint: "Remove --no-augment.",
      });
    const rows = augmentPreview(images, {
      augmentation: { ...augmentation, microscopy: augmentation.microscopy ?? USUAL_MICROSCOPY },
      imageSize,
      fieldSize,
      seed: recipe.seed,
    });
    await writeFileWhole(out, await contactSheet(rows));
    const told = rows.map(({ name, text, chance }) => ({ name, text, chance }));
    print(
      Boolean(json),
      { out, imageSize, fieldSize, images: chosen.map(({ file }) => file), rows: told },
      () => `Drew ${out}: ${rows.length} rows of ${images.length} images, ${imageSize} x ${imageSize} pixels each.`,
    );
  },
};

// Decoded, and normalised where the recipe says so, as training does it.
async function preparedImages(
  samples: readonly Sample[],
  recipe: Recipe,
  { fieldSize, all }: { readonly fieldSize: number; readonly all: readonly Sample[] },
): Promise<RgbImage[]> {
  const images = await Promise.all(samples.map(({ path }) => decodeImage(path)));
  const margin = recipe.fieldSize === undefined ? 1 : FIELD_MARGIN;
  if (recipe.cropRedCells !== undefined) {
    const { redCellOf } = await usedScales(all);
    return samples.map((sample, i) => {
      const redCell = redCellOf(all.indexOf(sample));
      const { pixels } = cropAtScale(images[i]!, { redCells: recipe.cropRedCells! * margin, redCell, size: fieldSize });
      return { data: pixels, height: fieldSize, width: fieldSize };
    });
  }
  const cells = cellNormalizationOf(recipe, fieldSize);
  if (cells === undefined) return images;
  const pictures = new CellPictures({ ...cells, diameters: cells.diameters * margin });
  try {
    return await Promise.all(images.map((image) => pictures.apply(image)));
  } finally {
    await pictures.close();
  }
}

// Spread over each class's images, class by class in turns.
function inTurns(samples: readonly Sample[], classes: number, count: number): Sample[] {
  const byClass = Array.from({ length: classes }, (_, label) => samples.filter((sample) => sample.label === label));
  const each = Math.ceil(count / classes);
  return Array.from({ length: count }, (_, i) => {
    const own = byClass[i % classes]!;
    return own[Math.floor((Math.floor(i / classes) * own.length) / each)]!;
  });
}

export default augmentPreviewCommand;
