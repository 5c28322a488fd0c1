import { execFile, execFileSync } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";

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

/** What a script writes in a process that trusts a certificate: what a process trusts it reads when it starts. */
export async function saidTrusting(cert: string, script: string): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, ["--import", "tsx", "-e", script], {
    env: { ...process.env, NODE_EXTRA_CA_CERTS: cert },
  });
  return stdout;
}
