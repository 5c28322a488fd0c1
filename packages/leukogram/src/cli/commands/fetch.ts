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
        "Download, check and unpack a public data set, and write a manifest of the five classes. Interrupted downloads are resumed.",
      )
      .argument("<name>", "name of the set, as listed by leukogram datasets")
      .argument("<dir>", "folder to create")
      .option("--mirror <url>", "address of a mirror: a folder with the same files as the publisher's");
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
        `Note: ${set.bias}`,
        ...(found.unverified.length > 0
          ? [
              `No checksum is published for ${found.unverified.join(", ")}: its SHA-256 was saved, and changes will be reported.`,
            ]
          : []),
        `Downloads are kept in ${join(downloads, set.name)}.`,
      ].join("\n"),
    );
  },
};

export default fetchCommand;
