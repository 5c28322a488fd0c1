// Secrets that the database holds sealed: their key is a file of the data folder, which no backup has.
import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { LeukogramError } from "@leukogram/engine/core/errors";

const ALGORITHM = "aes-256-gcm";

/** Seals a text with the data folder's key, which is made if there is none. */
export function seal(folder: string, text: string): string {
  const nonce = randomBytes(12);
  const cipher = createCipheriv(ALGORITHM, keyOf(folder), nonce);
  const sealed = Buffer.concat([cipher.update(text, "utf8"), cipher.final()]);
  return [nonce, cipher.getAuthTag(), sealed].map((part) => part.toString("base64")).join(".");
}

/** Opens what {@link seal} gave. @throws ERR_DATA if the folder's key is another one. */
export function unseal(folder: string, sealed: string): string {
  const [nonce, tag, bytes] = sealed.split(".").map((part) => Buffer.from(part, "base64")) as [Buffer, Buffer, Buffer];
  try {
    const decipher = createDecipheriv(ALGORITHM, keyOf(folder), nonce, { authTagLength: 16 });
    decipher.setAuthTag(tag);
    return Buffer.concat([decipher.update(bytes), decipher.final()]).toString("utf8");
  } catch (cause) {
    throw new LeukogramError("ERR_DATA", "the second factor can't be read: secret.key of the data folder is another", {
      hint: "Put the old server's secret.key into the data folder, or remove the second factor: leukogram user reset-code NAME.",
      cause,
    });
  }
}

function keyOf(folder: string): Buffer {
  const path = join(folder, "secret.key");
  try {
    // Whoever is first makes it; flushed, as what is sealed with it would be lost with it.
    writeFileSync(path, randomBytes(32).toString("hex"), { mode: 0o600, flag: "wx", flush: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
  return Buffer.from(readFileSync(path, "utf8").trim(), "hex");
}
