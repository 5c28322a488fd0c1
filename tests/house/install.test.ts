import { execFile, execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

const root = fileURLToPath(new URL("../../", import.meta.url));
const binaries = join("onnxruntime-node", "bin", "napi-v6", process.platform, process.arch);

describe.skipIf(`${process.platform}/${process.arch}` !== "linux/x64")("onnxruntime-node's own install script", () => {
  let place = "";
  beforeEach(() => {
    place = join(mkdtempSync(join(tmpdir(), "leukogram-install-")), "node_modules");
    mkdirSync(place);
    for (const name of ["package.json", "script"])
      cpSync(join(root, "node_modules/onnxruntime-node", name), join(place, "onnxruntime-node", name), {
        recursive: true,
      });
    for (const name of ["adm-zip", "global-agent"]) symlinkSync(join(root, "node_modules", name), join(place, name));
    for (const name of ["package.json", "bin"])
      cpSync(join(root, "packages/engine", name), join(place, "@leukogram/engine", name), { recursive: true });
  });
  afterEach(() => rmSync(dirname(place), { recursive: true }));

  // Nothing but this machine can be reached, as behind a firewall that lets the npm registry through alone.
  const env = { PATH: process.env.PATH, GLOBAL_AGENT_HTTPS_PROXY: "http://127.0.0.1:9" };
  const preinstall = (more = {}) =>
    execFileSync(process.execPath, [join(place, "@leukogram/engine/bin/preinstall.js")], { env: { ...env, ...more } });
  const postinstall = () =>
    promisify(execFile)(process.execPath, [join(place, "onnxruntime-node/script/install.js")], { env });

  test("asks for more than the registry, and passes after ours", async () => {
    await expect(postinstall()).rejects.toThrow(/ECONNREFUSED/);
    preinstall();
    await expect(postinstall()).resolves.toMatchObject({ stdout: "" });
    expect(readFileSync(join(place, binaries, "libonnxruntime_providers_cuda.so"), "utf8")).toBe("");
  });

  test("is left to its work where somebody asked for CUDA", () => {
    preinstall({ npm_config_onnxruntime_node_install: "cuda12" });
    preinstall({ ONNXRUNTIME_NODE_INSTALL: "cuda12" });
    expect(existsSync(join(place, binaries))).toBe(false);
  });
});

test("no script of a dependency runs in a checkout, whatever the version of npm", () => {
  const read = (name: string) => JSON.parse(readFileSync(join(root, name), "utf8"));
  const { packages } = read("package-lock.json") as { packages: Record<string, { hasInstallScript?: true }> };
  const withScripts = Object.keys(packages).filter(
    (name) => name !== "packages/engine" && packages[name]!.hasInstallScript,
  );
  // npm 10 knows no allowScripts, and goes by the lock file: npm writes these lines as a dependency is updated.
  expect(withScripts, "take hasInstallScript out of package-lock.json, and name the package in allowScripts").toEqual(
    [],
  );
  expect(Object.values(read("package.json").allowScripts)).toEqual([false, false, false]);
});
