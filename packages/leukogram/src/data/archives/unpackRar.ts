import { createExtractorFromFile } from "node-unrar-js";
import type { Guard } from "./guard.ts";

/** Unpacks a rar archive by the unrar library, compiled to WebAssembly. Names are looked at before a byte is written. */
export async function unpackRar(archive: string, into: string, guard: Guard, step: () => void): Promise<void> {
  const extractor = await createExtractorFromFile({ filepath: archive, targetPath: into });
  for (const { name, unpSize, flags } of extractor.getFileList().fileHeaders) {
    guard.place(name);
    if (flags.encrypted) throw guard.fault(`contains an encrypted file, ${name}`);
    guard.count(unpSize);
  }
  for (const { fileHeader } of extractor.extract().files) if (!fileHeader.flags.directory) step();
}
