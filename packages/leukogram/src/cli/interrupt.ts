import { clearLine } from "./progress.ts";

/** Runs a job that Ctrl-C asks to stop; a second Ctrl-C ends the program at once. */
export async function interruptible<T>(
  job: (signal: AbortSignal) => Promise<T>,
  { quiet }: { readonly quiet: boolean },
): Promise<T> {
  const controller = new AbortController();
  const stop = () => {
    if (controller.signal.aborted) process.exit(130);
    clearLine();
    // A terminal shows ^C where the cursor was.
    if (!quiet)
      process.stderr.write(
        `${process.stderr.isTTY ? "\n" : ""}Stopping after this step; Ctrl-C again to stop at once.\n`,
      );
    controller.abort();
  };
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);
  try {
    return await job(controller.signal);
  } finally {
    process.off("SIGINT", stop);
    process.off("SIGTERM", stop);
  }
}
