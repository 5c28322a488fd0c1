import { drawSmears } from "../../data/smears/synthetic.ts";
import type { CommandModule } from "../command.ts";
import { number, print, wholeNumber } from "../options.ts";
import { Progress } from "../progress.ts";

const draw: CommandModule = {
  define(command) {
    command
      .description(
        "Draw synthetic blood smears (Train/ and Test/) for trying out commands. They show no patient's cells.",
      )
      .argument("<dest>", "folder to create")
      .option("--count <number>", "training images per class", wholeNumber, 60)
      .option("--test-count <number>", "test images per class", wholeNumber, 20)
      .option("--size <pixels>", "height and width in pixels", wholeNumber, 360)
      .option("--seed <number>", "random seed", number, 0);
  },
  examples: ["leukogram draw smears", "leukogram draw smears --count 200 --size 200"],
  async execute({ args: [dest], options, signal }) {
    const flags = options as {
      count: number;
      testCount: number;
      size: number;
      seed: number;
      json?: boolean;
      quiet?: boolean;
    };
    const progress = new Progress(Boolean(flags.quiet));
    await drawSmears(String(dest), {
      count: flags.count,
      testCount: flags.testCount,
      imageSize: flags.size,
      seed: flags.seed,
      signal,
      onProgress: (done, total) => progress.stage("Drawing smears", done, total),
    });
    print(
      Boolean(flags.json),
      { dest, trainPerClass: flags.count, testPerClass: flags.testCount },
      () => `Drew ${dest}: ${5 * flags.count} images for training, ${5 * flags.testCount} for testing.`,
    );
  },
};

export default draw;
