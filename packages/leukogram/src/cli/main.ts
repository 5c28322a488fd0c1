import { report, run } from "./program.ts";

const args = process.argv.slice(2);

// Whoever reads our output may have seen enough, as in `| head`.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(0);
  throw error;
});
process.on("uncaughtException", (error) => {
  process.exit(report(error, args.includes("--debug")));
});
process.exitCode = await run(args);
