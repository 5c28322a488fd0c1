import { existsSync, statSync } from "node:fs";
import { LeukogramError } from "../../core/errors.ts";
import { walkImages } from "../../data/walk.ts";
import { predictedClass } from "../../evaluation/checkPredictions.ts";
import { badImage, classifyFiles, loadClassifier } from "../../evaluation/classifier.ts";
import type { CommandModule } from "../command.ts";
import { addSessionFlags, sessionOf } from "../options.ts";
import { Progress } from "../progress.ts";

const predict: CommandModule = {
  define(command) {
    command
      .description("The class of each image, with its probabilities.")
      .argument("<model>", "run folder or model file")
      .argument("<paths...>", "images, or folders of images")
      .option("--skip-bad", "leave out images that can't be read, and count them");
    addSessionFlags(command);
  },
  examples: ["leukogram predict runs/cnn cell.jpg", "leukogram predict model.onnx cells/ --json > classes.jsonl"],
  async execute({ args: [model, paths], options, signal }) {
    const flags = options as { skipBad?: boolean; json?: boolean; quiet?: boolean };
    const session = sessionOf(options);
    const files = (paths as string[]).flatMap(imagesOf);
    const progress = new Progress(Boolean(flags.quiet));
    const classifier = await loadClassifier(String(model), session);
    let skipped = 0;
    try {
      const onProgress = (done: number, total: number) => progress.stage("Classifying", done, total);
      for await (const { path, probabilities, error } of classifyFiles(classifier, files, { signal, onProgress })) {
        if (error !== undefined && !flags.skipBad) throw badImage(error);
        if (probabilities === undefined) {
          skipped++;
          progress.line(`Left out: ${error!.message.replace(/^ERR_\w+ /, "")}`);
          continue;
        }
        const best = predictedClass({ probabilities, file: path, label: undefined, group: path });
        const name = classifier.classes[best]!;
        const shares = Object.fromEntries(classifier.classes.map((key, k) => [key, probabilities[k]!]));
        const line = flags.json
          ? JSON.stringify({ file: path, class: name, probabilities: shares })
          : `${path}\t${name}\t${probabilities[best]!.toFixed(4)}`;
        process.stdout.write(`${line}\n`);
      }
      if (skipped > 0) progress.line(`Images that can't be read and were left out: ${skipped} of ${files.length}`);
    } finally {
      await classifier.close();
    }
  },
};

function imagesOf(path: string): string[] {
  if (!existsSync(path))
    throw new LeukogramError("ERR_DATA", `${path}: there is no such image or folder`, {
      hint: "Check the path's spelling.",
    });
  if (!statSync(path).isDirectory()) return [path];
  const found = walkImages(path);
  if (found.length === 0)
    throw new LeukogramError("ERR_DATA", `${path}: holds no image`, {
      hint: "Give image files (.bmp, .gif, .jpeg, .jpg, .png), or a folder with some in it.",
    });
  return found;
}

export default predict;
