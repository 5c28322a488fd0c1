import { createWriteStream, existsSync } from "node:fs";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { LeukogramError } from "@leukogram/engine/core/errors";
import { replaceFile } from "@leukogram/engine/formats/writeFile";
import type { CommandModule } from "leukogram/cli/command";
import { print } from "leukogram/cli/options";
import { backup } from "../store/backup/backup.ts";
import { downloadBackup } from "./downloadBackup.ts";
import { addDataFlag, withStore } from "./laboratoryFlags.ts";

const command: CommandModule = {
  define(command) {
    command
      .description("Back up all records of the laboratory app to one tar file.")
      .argument("<file>", "tar file to write")
      .option(
        "--server <address>",
        "back up a running server; the variable LEUKOGRAM_TOKEN holds a token with the scope admin",
      );
    addDataFlag(command);
  },
  examples: [
    "leukogram backup laboratory-2026-11-26.tar",
    "leukogram backup /media/disk/all.tar --data /srv/laboratory",
    "leukogram backup all.tar --server http://127.0.0.1:4180",
  ],
  async execute({ args: [file], options, signal }) {
    const path = String(file);
    if (existsSync(path)) throw new LeukogramError("ERR_OUTPUT", `${path}: exists`, { hint: "Choose another file." });
    const { server } = options;
    await replaceFile(path, (draft) => {
      const write = (from: Readable) => pipeline(from, createWriteStream(draft, { flush: true }), { signal });
      if (server !== undefined) return downloadBackup(String(server), write);
      return withStore(options, async (store) => write(await backup(store)));
    });
    print(Boolean(options.json), { file: path }, () => `Wrote ${path}`);
  },
};

export default command;
