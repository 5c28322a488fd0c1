// Runs many command lines one after the other in this process, because each start of the program costs a second.
import { run } from "../../src/cli/program.ts";

const write = process.stdout.write.bind(process.stdout);
const outcomes: { code: number; stdout: string; stderr: string }[] = [];
for (const args of JSON.parse(process.argv[2]!) as string[][]) {
  const said = { stdout: "", stderr: "" };
  for (const stream of ["stdout", "stderr"] as const)
    process[stream].write = (text: string | Uint8Array) => {
      said[stream] += text;
      return true;
    };
  outcomes.push({ code: await run(args), ...said });
}
write(JSON.stringify(outcomes));
