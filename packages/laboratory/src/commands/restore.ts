import { existsSync } from "node:fs";
import { counted } from "@leukogram/engine/core/counted";
import { LeukogramError } from "@leukogram/engine/core/errors";
import type { CommandModule } from "leukogram/cli/command";
import { print } from "leukogram/cli/options";
import { restore } from "../store/backup/restore.ts";
import { addDataFlag, withStore } from "./laboratoryFlags.ts";

const command: CommandModule = {
  define(command) {
    command
      .description("Restore a backup into an empty folder and database, and verify the audit trail and all images.")
      .argument("<file>", "tar file written by leukogram backup");
    addDataFlag(command);
  },
  examples: ["leukogram restore all.tar --data new-laboratory"],
  async execute({ args: [file], options }) {
    const path = String(file);
    if (!existsSync(path)) throw new LeukogramError("ERR_DATA", `${path}: no such file`);
    const done = await withStore(options, (store) => restore(store, path));
    print(
      Boolean(options.json),
      done,
      () => `Restored ${counted(done.events, "event")} and ${counted(done.images, "image")}; the trail is intact.`,
    );
  },
};

export default command;
