import { DEFAULT_MODEL } from "../../models/shipped.ts";
import { startLaboratory } from "../../server/startLaboratory.ts";
import type { CommandModule } from "../command.ts";
import { number } from "../options.ts";

/** Flags of `serve`. */
interface Flags {
  readonly data: string;
  readonly port: number;
  readonly host: string;
  readonly model: string;
  readonly quiet?: boolean;
}

const serve: CommandModule = {
  define(command) {
    command
      .description("The laboratory's app: cases, review, differential counts, signatures. Research use only.")
      .option("--data <folder>", "where its records are kept", "laboratory")
      .option("--port <number>", "where it listens", number, 4180)
      .option("--host <address>", "beyond 127.0.0.1 it needs an admin: leukogram user add", "127.0.0.1")
      .option("--model <model>", "what classifies new cases: a run folder, or a shipped model's name", DEFAULT_MODEL);
  },
  examples: ["leukogram serve", "leukogram serve --data /srv/laboratory --port 8080"],
  async execute({ options, signal }) {
    const { data, port, host, model, quiet } = options as unknown as Flags;
    const laboratory = await startLaboratory({
      ...{ folder: data, host, port, model, url: process.env.DATABASE_URL },
      now: () => new Date(),
      logger: quiet ? false : { stream: process.stderr },
    });
    process.stdout.write(`Leukogram is at ${laboratory.address}. Research use only; not a medical device.\n`);
    await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
    await laboratory.close();
  },
};

export default serve;
