// Bundles for the browser with Vite, and knows what went in.
import { isBuiltin } from "node:module";
import { build, type Plugin, type Rolldown } from "vite";

/** What {@link bundleForBrowser} takes. */
export interface BundleOptions {
  /** A module, or the folder of a page. */
  readonly entry: string | { readonly page: string };
  /** Where the files go; without it nothing is written. */
  readonly out?: string | undefined;
  /** Modules by the name that pages import them by. */
  readonly alias?: Readonly<Record<string, string>>;
}

/** What came out, and the modules of Node's that something asked for: `node:fs from src/x.ts`. */
export interface Bundle {
  readonly files: Rolldown.RolldownOutput["output"];
  readonly asksNode: readonly string[];
}

/** Bundles as a page's author would, minified, and lists what asks for a module of Node's. */
export async function bundleForBrowser({ entry, out, alias = {} }: BundleOptions): Promise<Bundle> {
  const asksNode: string[] = [];
  const watch: Plugin = {
    name: "asks-node",
    enforce: "pre",
    resolveId(source, importer) {
      if (isBuiltin(source)) asksNode.push(`${source} from ${importer}`);
      return null;
    },
  };
  const result = await build({
    configFile: false,
    logLevel: "error",
    plugins: [watch],
    resolve: { alias: { ...alias }, tsconfigPaths: true },
    ...(typeof entry !== "string" && { root: entry.page, base: "./" }),
    build: {
      write: out !== undefined,
      ...(out !== undefined && { outDir: out, emptyOutDir: true }),
      target: "es2022",
      assetsInlineLimit: 0,
      modulePreload: false,
      chunkSizeWarningLimit: 10_000,
      ...(typeof entry === "string" && {
        rolldownOptions: { input: entry, preserveEntrySignatures: "strict", output: { entryFileNames: "[name].js" } },
      }),
    },
  });
  return { files: (result as Rolldown.RolldownOutput).output, asksNode };
}
