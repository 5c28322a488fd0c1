import { readFileSync, unwatchFile, watchFile } from "node:fs";
import { createSecureContext, type Server } from "node:tls";
import { LeukogramError } from "@leukogram/engine/core/errors";

/** Files of a certificate with its chain, and of its key, both in PEM. */
export interface TlsFiles {
  readonly cert: string;
  readonly key: string;
}

/** Milliseconds between looks at the files. */
const LOOK_EVERY = 60_000;

/** Reads a certificate and its key. @throws ERR_CONFIG if a file is missing or they don't belong together. */
export function readTls({ cert, key }: TlsFiles): { readonly cert: Buffer; readonly key: Buffer } {
  const read = { cert: readPem(cert), key: readPem(key) };
  try {
    createSecureContext(read);
  } catch (cause) {
    const reason = (cause as Error).message.replace(/^error:[^:]*:[^:]*:[^:]*:/, "");
    throw new LeukogramError("ERR_CONFIG", `${cert}, ${key}: not a certificate and its key in PEM (${reason})`, {
      hint: "Give the certificate with its chain to --tls-cert and its key, without a password, to --tls-key.",
      cause,
    });
  }
  return read;
}

function readPem(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw new LeukogramError("ERR_CONFIG", `${path}: can't be read (${(cause as NodeJS.ErrnoException).code})`, {
      cause,
    });
  }
}

/** Takes a renewed certificate for new connections; one that is not whole leaves the old one. @returns what ends that */
export function followTls(
  server: Server,
  files: TlsFiles,
  { onError, every = LOOK_EVERY }: { readonly onError: (error: unknown) => void; readonly every?: number },
): () => void {
  const look = () => {
    try {
      server.setSecureContext(readTls(files));
    } catch (error) {
      onError(error);
    }
  };
  const paths = [files.cert, files.key];
  for (const path of paths) watchFile(path, { interval: every, persistent: false }, look);
  return () => {
    for (const path of paths) unwatchFile(path, look);
  };
}
