import { LeukogramError } from "@leukogram/engine/core/errors";
import { VERSION } from "../version.ts";
import type { CommandModule } from "./command.ts";

/** Modules of @leukogram/laboratory, a package that is installed by itself: not known when this one is built. */
const MODULES: Readonly<Record<string, string>> = {
  version: "@leukogram/laboratory/version",
  serve: "@leukogram/laboratory/commands/serve",
  user: "@leukogram/laboratory/commands/user",
  trail: "@leukogram/laboratory/commands/trail",
  backup: "@leukogram/laboratory/commands/backup",
  restore: "@leukogram/laboratory/commands/restore",
};

/**
 * A command of the laboratory's app.
 *
 * @throws LeukogramError ERR_USAGE if the app is not installed, or is of another version than this program.
 */
export async function laboratoryCommand(name: string): Promise<CommandModule> {
  const { VERSION: installed } = (await load("version", name)) as { readonly VERSION: string };
  if (installed !== VERSION)
    throw new LeukogramError("ERR_USAGE", `leukogram is version ${VERSION}, and @leukogram/laboratory ${installed}`, {
      hint: `Install the same version of both: npm install leukogram@${VERSION} @leukogram/laboratory@${VERSION}.`,
    });
  return ((await load(name, name)) as { readonly default: CommandModule }).default;
}

async function load(module: string, command: string): Promise<unknown> {
  try {
    return await import(/* @vite-ignore */ MODULES[module]!);
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const isMissing = code === "ERR_MODULE_NOT_FOUND" && message.includes("'@leukogram/laboratory'");
    if (!isMissing) throw cause;
    throw new LeukogramError("ERR_USAGE", `leukogram ${command} needs the laboratory app, which is not installed`, {
      hint: `npm install @leukogram/laboratory@${VERSION}`,
      cause,
    });
  }
}
