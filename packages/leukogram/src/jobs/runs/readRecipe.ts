import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { LeukogramError } from "@leukogram/engine/core/errors";
import { nearest } from "@leukogram/engine/core/nearest";
import { parse } from "yaml";

const CONFIGS = fileURLToPath(new URL("../../../configs/", import.meta.url));

/** The settings of a recipe by name or file; a run's config.json holds them under "recipe". @throws ERR_CONFIG if there is none, or it is no YAML map. */
export function readRecipe(nameOrFile: string): Record<string, unknown> {
  const named = `${CONFIGS}${nameOrFile}.yaml`;
  const isFile = existsSync(nameOrFile) && statSync(nameOrFile).isFile();
  const path = isFile ? nameOrFile : named;
  if (!existsSync(path)) {
    const names = readdirSync(CONFIGS)
      .sort()
      .map((file) => file.replace(/\.yaml$/, ""));
    const near = nearest(nameOrFile, names);
    throw new LeukogramError("ERR_CONFIG", `recipe "${nameOrFile}": no such file or recipe`, {
      hint: near === undefined ? `Give a YAML file, or one of ${names.sort().join(", ")}.` : `Did you mean "${near}"?`,
    });
  }
  try {
    const values: unknown = parse(readFileSync(path, "utf8"));
    if (values === null || typeof values !== "object" || Array.isArray(values))
      throw new Error("expected `key: value` lines");
    const { version, recipe } = values as Record<string, unknown>;
    const isRun = version !== undefined && recipe !== null && typeof recipe === "object";
    return (isRun ? recipe : values) as Record<string, unknown>;
  } catch (cause) {
    throw new LeukogramError("ERR_CONFIG", `recipe ${path}: ${(cause as Error).message.split("\n")[0]}`, { cause });
  }
}
