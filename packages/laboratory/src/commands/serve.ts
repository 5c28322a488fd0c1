import { spawn } from "node:child_process";
import { resolve } from "node:path";
import { LeukogramError } from "@leukogram/engine/core/errors";
import type { CommandModule } from "leukogram/cli/command";
import { collect } from "leukogram/cli/options";
import { isFolder } from "leukogram/data/folders/walk";
import { DEFAULT_MODEL } from "leukogram/shipped/shipped";
import { findModelFile } from "leukogram/shipped/shippedModels";
import { startLaboratory } from "../server/startLaboratory.ts";
import { addDataFlag, clock, databaseUrl, portNumber } from "./laboratoryFlags.ts";

/** Flags of `serve`. */
interface Flags {
  readonly data: string;
  readonly port: number;
  readonly host: string;
  readonly allowHost?: readonly string[];
  readonly behindProxy?: boolean;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly plainHttp?: boolean;
  readonly oidcIssuer?: string;
  readonly oidcClient?: string;
  readonly oidcClaim: string;
  readonly oidcName?: string;
  readonly model: string;
  readonly allowData?: readonly string[];
  readonly watch?: string;
  readonly open?: boolean;
  readonly quiet?: boolean;
  readonly json?: boolean;
}

const serve: CommandModule = {
  define(command) {
    command.description("Start the laboratory app: cases, review, differential counts, signatures.");
    addDataFlag(command);
    command
      .option("--port <number>", "port to listen on; 0 chooses a free port", portNumber, 4180)
      .option(
        "--host <address>",
        "address to listen on; any other than this machine needs an admin, and TLS, a proxy or --plain-http",
        "127.0.0.1",
      )
      .option("--allow-host <name>", "host name that browsers use; may be repeated", collect)
      .option("--behind-proxy", "trust X-Forwarded-For, -Proto and -Host from a reverse proxy")
      .option("--tls-cert <file>", "certificate with its chain, PEM: serve HTTPS; read again when it changes")
      .option("--tls-key <file>", "its private key, PEM")
      .option("--plain-http", "allow HTTP outside this machine: passwords are sent without encryption")
      .option(
        "--oidc-issuer <url>",
        "identity provider for sign-in; the variable LEUKOGRAM_OIDC_SECRET holds the secret",
      )
      .option("--oidc-client <id>", "what the identity provider calls this server")
      .option("--oidc-claim <claim>", "claim that is a user's identity", "sub")
      .option("--oidc-name <name>", "what the sign-in page calls the provider; its host name by default")
      .option("--model <model>", "model for new cases: a run folder, or the name of a built-in model", DEFAULT_MODEL)
      .option("--allow-data <dir>", "folder that the app may use for training; may be repeated", collect)
      .option(
        "--watch <dir>",
        "folder of images, or folders of images, named by accession number, which are added to their cases",
      )
      .option("--open", "open the app in the browser");
  },
  examples: ["leukogram serve --open", "leukogram serve --host 0.0.0.0 --tls-cert lab.pem --tls-key lab.key"],
  async execute({ options, signal }) {
    const {
      data,
      port,
      host,
      allowHost,
      behindProxy,
      tlsCert,
      tlsKey,
      plainHttp,
      model,
      allowData,
      watch,
      open,
      quiet,
      json,
    } = options as unknown as Flags;
    if ((tlsCert === undefined) !== (tlsKey === undefined))
      throw new LeukogramError("ERR_USAGE", "--tls-cert and --tls-key need each other");
    const tls = tlsCert !== undefined && tlsKey !== undefined ? { cert: tlsCert, key: tlsKey } : undefined;
    findModelFile(model); // told now, and not by the first cell
    if (watch !== undefined) requireFolder(watch);
    const laboratory = await startLaboratory({
      ...{ folder: data, host, port, model, url: databaseUrl(), now: clock },
      ...{
        hosts: allowHost,
        isBehindProxy: behindProxy,
        tls,
        isPlainAllowed: plainHttp,
        oidc: providerOf(options as unknown as Flags),
        allowData,
      },
      watch: watch === undefined ? undefined : { folder: resolve(watch) },
      // Not even closed: whatever waits for the database would wait for ever.
      onBroken: (error) =>
        setImmediate(() => {
          throw error;
        }),
      logger: quiet ? false : { stream: process.stderr },
    });
    const { address } = laboratory;
    process.stdout.write(
      json
        ? `${JSON.stringify({ address })}\n`
        : `Leukogram is running at ${address}. Research use only; not a medical device.\n`,
    );
    if (open) show(address);
    if (!signal.aborted)
      await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
    await laboratory.close();
  },
};

function requireFolder(path: string): void {
  if (isFolder(path)) return;
  throw new LeukogramError("ERR_USAGE", `--watch ${path}: there is no such folder`, { hint: "Create it first." });
}

function providerOf({ oidcIssuer: issuer, oidcClient: client, oidcClaim: claim, oidcName }: Flags) {
  if (issuer === undefined && client === undefined) return undefined;
  if (issuer === undefined || client === undefined)
    throw new LeukogramError("ERR_USAGE", "--oidc-issuer and --oidc-client need each other");
  const name = oidcName ?? (URL.canParse(issuer) ? new URL(issuer).host : issuer);
  return { issuer, client, claim, name, secret: process.env.LEUKOGRAM_OIDC_SECRET || undefined };
}

// Where nothing shows pages, the address was printed.
function show(address: string): void {
  const program = { darwin: "open", win32: "explorer" }[process.platform as string] ?? "xdg-open";
  spawn(program, [address], { stdio: "ignore", detached: true })
    .on("error", () => {})
    .unref();
}

export default serve;
