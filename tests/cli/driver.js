// Runs many command lines one after the other in this process, because each start of the program takes a while.
import { Readable } from "node:stream";
import { run } from "../../packages/leukogram/.built/cli/program.js";

const write = process.stdout.write.bind(process.stdout);
const outcomes = [];
for (const { args, input, env } of JSON.parse(process.argv[2])) {
  const said = { stdout: "", stderr: "" };
  for (const stream of ["stdout", "stderr"])
    process[stream].write = (text) => {
      said[stream] += text;
      return true;
    };
  if (input !== undefined)
    Object.defineProperty(process, "stdin", { value: Readable.from([input]), configurable: true });
  const back = process.env;
  process.env = { ...back, ...env };
  outcomes.push({ code: await run(args), ...said });
  process.env = back;
}
write(JSON.stringify(outcomes));
