import { once } from "node:events";
import { LeukogramError } from "@leukogram/engine/core/errors";
import type { CommandModule } from "leukogram/cli/command";
import { print } from "leukogram/cli/options";
import { exportTrail } from "../store/backup/exportTrail.ts";
import { verifyTrail } from "../store/verifyTrail.ts";
import { addDataFlag, withStore } from "./laboratoryFlags.ts";

const trail: CommandModule = {
  define(command) {
    command
      .description("Verify the hashes of the laboratory app's audit trail, or print all events as lines of JSON.")
      .argument("<action>", "verify or export");
    addDataFlag(command);
  },
  examples: ["leukogram trail verify", "leukogram trail export --data /srv/laboratory > trail.ndjson"],
  async execute({ args: [action], options }) {
    if (action === "export")
      return await withStore(options, async (store) => {
        for await (const line of exportTrail(store))
          if (!process.stdout.write(line)) await once(process.stdout, "drain");
      });
    if (action !== "verify") throw new LeukogramError("ERR_USAGE", `trail ${action}: expected verify or export`);
    const found = await withStore(options, verifyTrail);
    if (!found.isWhole) throw new LeukogramError("ERR_DATA", `the trail is broken: ${found.fault}`);
    print(Boolean(options.json), found, () => `The trail is intact: ${found.events} events, head ${found.head}`);
  },
};

export default trail;
