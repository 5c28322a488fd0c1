import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { basename } from "node:path";
import { pipeline } from "node:stream/promises";
import { LeukogramError } from "../core/errors.ts";

/** SHA-256 of a file, 64 hexadecimal digits. */
function fileSha256(path: string): Promise<string> {
  return fileHash(path, "sha256");
}

/** A file's digest, hexadecimal; MD5 is what some publishers state. */
export async function fileHash(path: string, algorithm: "sha256" | "md5"): Promise<string> {
  const hash = createHash(algorithm);
  await pipeline(createReadStream(path), hash);
  return hash.digest("hex");
}

/** Where the SHA-256 of a file is recorded, as `sha256sum` writes it. */
export function pinPath(path: string): string {
  return `${path}.sha256`;
}

/**
 * Whether a file's SHA-256 is on record.
 *
 * @param content where the bytes lie, if not yet at `path`
 * @throws `code` if the bytes are not those on record, or the record is not readable.
 */
export async function checkPin(
  path: string,
  content: string = path,
  code: "ERR_WEIGHTS" | "ERR_DATA" = "ERR_WEIGHTS",
): Promise<boolean> {
  const record = await readFile(pinPath(path), "utf8").catch(missing);
  if (record === undefined) return false;
  const pinned = /^[0-9a-f]{64}\b/i.exec(record)?.[0].toLowerCase();
  if (pinned === undefined)
    throw new LeukogramError(code, `${pinPath(path)}: holds no SHA-256`, {
      hint: "Delete the file; it will be written again.",
    });
  const actual = await fileSha256(content);
  if (actual !== pinned)
    throw new LeukogramError(
      code,
      `${path}: has changed since its first use (SHA-256 expected ${pinned}, received ${actual})`,
      { hint: `Delete the file to download it again, or delete ${pinPath(path)} if you changed it on purpose.` },
    );
  return true;
}

/** Records the file's SHA-256, so that {@link checkPin} finds a change. A folder that can't be written is left as it is. */
export async function pin(path: string): Promise<void> {
  // A cache that is shared read-only is still of use.
  await writeFile(pinPath(path), `${await fileSha256(path)}  ${basename(path)}\n`).catch(
    (error: NodeJS.ErrnoException) => {
      if (!["EACCES", "EROFS", "EPERM"].includes(error.code ?? "")) throw error;
    },
  );
}

function missing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== "ENOENT") throw error;
}
