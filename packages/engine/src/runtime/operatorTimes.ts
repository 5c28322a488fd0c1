// What ONNX Runtime says of its operators' times: a file that it writes while a session runs.
import { createReadStream, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { linesOf } from "../core/lines.ts";
import { now, tellSpan } from "../core/spans.ts";

/** The thread that operators are shown in. */
const THREAD = "ONNX Runtime";

/** Has a session's operators measured, and tells their times when it is released. */
export class OperatorTimes {
  readonly #folder = mkdtempSync(join(tmpdir(), "leukogram-operators-"));
  readonly #began = now();
  readonly #within: string;

  /** @param within what the session's runs are called */
  constructor(within: string) {
    this.#within = within;
  }

  /** Settings of the session. */
  get options(): { readonly enableProfiling: boolean; readonly profileFilePrefix: string } {
    return { enableProfiling: true, profileFilePrefix: join(this.#folder, "operators") };
  }

  /** Tells all of them; to be called once the session is released. */
  async tell(): Promise<void> {
    try {
      for (const name of readdirSync(this.#folder).sort()) await this.#tellFile(join(this.#folder, name));
    } finally {
      rmSync(this.#folder, { recursive: true, force: true });
    }
  }

  // An event a line; the file of a session that lived long does not fit into one string.
  async #tellFile(path: string): Promise<void> {
    for await (const line of linesOf(createReadStream(path, "utf8"))) {
      if (!line.includes("_kernel_time")) continue;
      const event = JSON.parse(line.replace(/,\s*$/, ""));
      const start = this.#began + event.ts / 1000;
      tellSpan({
        ...{ name: event.args.op_name, within: this.#within, thread: THREAD, start },
        milliseconds: event.dur / 1000,
      });
    }
  }
}
