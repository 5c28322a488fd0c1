import { homedir } from "node:os";
import { join } from "node:path";

/** Where caches lie: $LEUKOGRAM_CACHE, or .cache/leukogram in the home folder. */
export function defaultCacheDir(): string {
  return process.env.LEUKOGRAM_CACHE || join(homedir(), ".cache", "leukogram");
}
