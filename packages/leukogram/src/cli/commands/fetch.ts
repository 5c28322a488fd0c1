import { join } from "node:path";
import { counted } from "@leukogram/engine/core/counted";
import { defaultCacheDir } from "../../data/loading/cacheDir.ts";
import { fetchSet } from "../../data/publicSets/fetchSet.ts";
import { publicSet } from "../../data/publicSets/publicSets.ts";
import type { CommandModule } from "../command.ts";
import { print } from "../options.ts";
import { Progress } from "../progress.ts";

const fetchCommand: CommandModule = {
  define(command) {
    command
      .description(
        "Download a public set, check and unpack it, and write a manifest of the five classes. A download that broke off is gone on with.",
      )
      .argument("<name>", "its name, as leukogram datasets lists it")
      .argument("<dir>", "the folder to make")
      .option("--mirror <url>", "address of a folder with the same files, in place of the publisher's");
  },
  examples: [
    "leukogram fetch pbc data/pbc",
    "leukogram train --data data/pbc/manifest.csv --out runs/cnn",
    "leukogram fetch bloodmnist data/bloodmnist --mirror http://files.local/medmnist",
  ],
  async execute({ args: [name, dir], options, signal }) {
    const { mirror, json, quiet } = options as { mirror?: string; json?: boolean; quiet?: boolean };
    const progress = new Progress(Boolean(quiet));
    const set = publicSet(String(name));
    const downloads = join(defaultCacheDir(), "downloads");
    const found = await fetchSet(set, String(dir), { downloads, mirror, signal, onStage: progress.stage });
    const manifest = join(String(dir), "manifest.csv");
    print(Boolean(json), { name, dir, manifest, ...found, licence: set.licence, citation: set.citation }, () =>
      [
        `${counted(found.images, "image")}, ${found.labelled} of them of the five classes: ${Object.entries(
          found.classes,
        )
          .map(([label, images]) => `${label} ${images}`)
          .sort()
          .join(", ")}`,
        ...(found.labelled > 0 ? [`Manifest: ${manifest}`] : []),
        `Licence: ${set.licence}`,
        `Cite: ${set.citation}`,
        `To know: ${set.bias}`,
        ...(found.unverified.length > 0
          ? [
              `No checksum is published for ${found.unverified.join(", ")}: its SHA-256 is on record now, and a change will be told.`,
            ]
          : []),
        `Downloads are kept in ${join(downloads, set.name)}.`,
      ].join("\n"),
    );
  },
};

export default fetchCommand;
