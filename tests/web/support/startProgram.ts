// A server that a test can kill.
import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { builtPath } from "../../support/packages.ts";
import { builtApp } from "./builtApp.ts";

/** Starts the server in a process of its own, with the app as it is built now; a port of 0 takes any that is free. */
export async function startProgram(data: string, port: number): Promise<{ child: ChildProcess; address: string }> {
  const options = { folder: data, host: "127.0.0.1", port, model: "cnn-anylab", webApp: await builtApp() };
  const script = `
    const { startLaboratory } = await import(${JSON.stringify(builtPath("laboratory", "server/startLaboratory.js"))});
    const options = ${JSON.stringify({ ...options, command: [builtPath("leukogram", "cli/main.js")] })};
    const laboratory = await startLaboratory({ ...options, now: () => new Date() });
    process.stdout.write(laboratory.address + "\\n");`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  for await (const address of createInterface(child.stdout!)) return { child, address };
  throw new Error("the server did not start");
}
