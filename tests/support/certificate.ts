import { execFileSync } from "node:child_process";
import { join } from "node:path";

/** Makes a certificate of 127.0.0.1 that signs itself, and its key, by openssl. */
export function certificate(folder: string, name: string) {
  const files = { cert: join(folder, `${name}.pem`), key: join(folder, `${name}.key`) };
  execFileSync(
    "openssl",
    [
      ...["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"],
      ...["-subj", `/CN=${name}`, "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", files.key, "-out", files.cert],
    ],
    { stdio: "ignore" },
  );
  return files;
}
