import { balanceFolder } from "../../data/sampling/balance.ts";
import type { CommandModule } from "../command.ts";
import { number, print } from "../options.ts";
import { addPictureFlags } from "../pictureFlags.ts";
import { Progress } from "../progress.ts";

const balance: CommandModule = {
  define(command) {
    command
      .description("Copy a folder and add augmented images until every class is as large as the largest class.")
      .argument("<source>", "class folders, or a folder with Train/ and Test/ (only Train is balanced)")
      .argument("<dest>", "folder to create")
      .option("--rotation <degrees>", "largest rotation", number, 15)
      .option("--zoom <share>", "largest zoom, drawn separately for each axis", number, 0.1)
      .option("--no-horizontal-flip", "do not flip half of the images horizontally")
      .option("--vertical-flip", "flip half of the images vertically")
      .option("--seed <number>", "random seed", number, 0);
    addPictureFlags(command);
  },
  examples: [
    "leukogram balance cells cells-balanced",
    "leukogram balance cells cells-balanced --rotation 180 --vertical-flip",
  ],
  async execute({ args: [source, dest], options, signal }) {
    const flags = options as {
      rotation: number;
      zoom: number;
      horizontalFlip: boolean;
      verticalFlip?: boolean;
      seed: number;
      json?: boolean;
      quiet?: boolean;
    };
    const progress = new Progress(Boolean(flags.quiet));
    const result = await balanceFolder(String(source), String(dest), {
      augmentation: {
        rotationRange: flags.rotation,
        zoomRange: flags.zoom,
        horizontalFlip: flags.horizontalFlip,
        verticalFlip: flags.verticalFlip ?? false,
        fillMode: "nearest",
      },
      seed: flags.seed,
      signal,
      onProgress: (done, total) => progress.stage("Writing images", done, total),
    });
    print(Boolean(flags.json), { dest, ...result }, () =>
      result.classes.map((name, k) => `${name}: ${result.before[k]} -> ${result.after[k]}`).join("\n"),
    );
  },
};

export default balance;
