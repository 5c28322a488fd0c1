import { createWriteStream, existsSync } from "node:fs";
import { pipeline } from "node:stream/promises";
import { LeukogramError } from "@leukogram/engine/core/errors";
import { replaceFile } from "@leukogram/engine/formats/writeFile";
import type { CommandModule } from "leukogram/cli/command";
import { print } from "leukogram/cli/options";
import { backup } from "../store/backup/backup.ts";
import { addDataFlag, withStore } from "./laboratoryFlags.ts";

const command: CommandModule = {
  define(command) {
    command
      .description(
        "Back up all records of the laboratory app to one tar file. While the server runs, use GET /api/v1/backup instead.",
      )
      .argument("<file>", "tar file to write");
    addDataFlag(command);
  },
  examples: [
    "leukogram backup laboratory-2026-11-26.tar",
    "leukogram backup /media/disk/all.tar --data /srv/laboratory",
  ],
  async execute({ args: [file], options, signal }) {
    const path = String(file);
    if (existsSync(path)) throw new LeukogramError("ERR_OUTPUT", `${path}: exists`, { hint: "Choose another file." });
    await replaceFile(path, (draft) =>
      withStore(options, async (store) =>
        pipeline(await backup(store), createWriteStream(draft, { flush: true }), { signal }),
      ),
    );
    print(Boolean(options.json), { file: path }, () => `Wrote ${path}`);
  },
};

export default command;
