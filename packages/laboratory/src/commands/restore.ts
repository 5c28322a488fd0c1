import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { counted } from "@leukogram/engine/core/counted";
import { LeukogramError } from "@leukogram/engine/core/errors";
import type { CommandModule } from "leukogram/cli/command";
import { print } from "leukogram/cli/options";
import { restore } from "../store/backup/restore.ts";
import { turnConnectionsOff } from "../store/settings/connections.ts";
import { ACTOR, addDataFlag, withStore } from "./laboratoryFlags.ts";

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
    const done = await withStore(options, async (store) => {
      const restored = await restore(store, path);
      const wish = { actor: ACTOR, kind: "connections.changed", key: randomUUID(), asks: {} };
      return { ...restored, connectionsOff: await turnConnectionsOff(store, wish) };
    });
    print(Boolean(options.json), done, () =>
      [
        `Restored ${counted(done.events, "event")} and ${counted(done.images, "image")}; the trail is intact.`,
        ...(done.connectionsOff
          ? [
              "Connections to other systems are off, so that a copy sends nothing: turn them on in the settings if this server is to replace the old one.",
            ]
          : []),
      ].join("\n"),
    );
  },
};

export default command;
