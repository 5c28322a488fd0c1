import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { VERSION } from "@leukogram/engine/version";
import { COMMANDS } from "leukogram/cli/commands/index";
import { INGREDIENTS } from "leukogram/data/microscopy/ingredients";
import { drawSmears } from "leukogram/data/smears/synthetic";
import { recipeKeys } from "leukogram/training/recipe/recipe";
import { beforeAll, describe, expect, test } from "vitest";
import { expectFailure, makeCli, type Outcome } from "./cli.ts";

const cli = makeCli();

describe("help", () => {
  test("of the program lists every command, however it is asked for", async () => {
    const outcomes = [...(await cli.runAll([["--help"], ["help"]])), await cli.run()];
    for (const { code, stdout, stderr } of outcomes) {
      expect([code, stderr]).toEqual([0, ""]);
      for (const { name, summary } of COMMANDS) expect(stdout).toMatch(new RegExp(`^  ${name} +${summary}$`, "m"));
      expect(stdout).toContain("Research use only; Leukogram is not a medical device.");
    }
    expect((await cli.run("--version")).stdout).toBe(`${VERSION}\n`);
  });

  test("a checkout runs the program, and its worker threads, from its sources", async () => {
    const bin = fileURLToPath(new URL("../../packages/leukogram/bin/leukogram.js", import.meta.url));
    await drawSmears(join(cli.dir, "smears"), { count: 1, testCount: 1, imageSize: 32 });
    const options = { encoding: "utf8", env: { ...process.env, LEUKOGRAM_CACHE: join(cli.dir, ".cache") } } as const;
    const run = (...args: string[]) => execFileSync(process.execPath, [bin, ...args], options);
    expect(run("--version")).toBe(`${VERSION}\n`);
    expect(JSON.parse(run("audit", join(cli.dir, "smears"), "--json", "--quiet"))).toMatchObject({
      images: 10,
      bad: [],
    });
  });

  test("of each command has its flags, and examples that begin with its name", async () => {
    const lines = COMMANDS.map(({ name }) => [name, "--help"]);
    const outcomes = await cli.runAll([...lines, ["help", "train"]]);
    const again = outcomes.pop()!;
    for (const [i, { code, stdout, stderr }] of outcomes.entries()) {
      const { name } = COMMANDS[i]!;
      expect([code, stderr]).toEqual([0, ""]);
      expect(stdout).toContain(`Usage: leukogram ${name}`);
      expect(stdout).toMatch(/^ {2}--json /m);
      expect(stdout).toMatch(/^ {2}--quiet /m);
      const [, examples] = stdout.split("\nExamples:\n");
      expect(examples!.split("\n").filter((line) => line.startsWith(`  $ leukogram ${name} `)).length).toBeGreaterThan(
        0,
      );
    }
    const train = outcomes[COMMANDS.findIndex(({ name }) => name === "train")]!.stdout;
    for (const { key, choices } of recipeKeys()) {
      const way = INGREDIENTS.find(({ name }) => key === name || key === `${name}Chance`);
      if (way !== undefined) {
        // A way of --augment: its line ends with the chance that it has.
        expect(train).toMatch(new RegExp(`^ {2}${way.name} .*@${way.chance}$`, "m"));
        continue;
      }
      const flag = `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
      expect(train).toContain(choices === undefined ? flag : `${flag} <${choices.join("|")}>`);
    }
    expect(again.stdout).toBe(train);
    // In groups, and a negation stands with what it negates.
    for (const { group } of recipeKeys()) expect(train).toContain(`\n${group}:\n`);
    expect(train).toMatch(/^ {2}--frozen .*--no-frozen to turn off\)$/m);
    expect(train).not.toMatch(/^ {2}--no-frozen/m);
  });
});

const WRONG: readonly (readonly [string, string])[] = [
  ["trian", 'ERR_USAGE unknown command "trian". Did you mean "train"?'],
  ["trian --data x", 'ERR_USAGE unknown command "trian". Did you mean "train"?'],
  ["frobnicate", 'ERR_USAGE unknown command "frobnicate". See leukogram --help.'],
  ["train --epoch 3", "ERR_USAGE unknown option '--epoch'. Did you mean --epochs?"],
  ["train --epochs", "ERR_USAGE option '--epochs <number>' argument missing"],
  ["train --epochs many", "ERR_USAGE option '--epochs <number>' argument 'many' is invalid. Expected a number"],
  ["train --data x --threads 0", "ERR_CONFIG settings: threads: expected a whole number of at least 1, received 0"],
  ["train --data x --head dens", 'ERR_CONFIG settings: head: expected one of dense, linear, received "dens"'],
  [
    "train --data x --model resnet",
    'ERR_CONFIG unknown model "resnet". Use one of cnn, cnn-wide, mobilenetv2, mobilenetv3small, mobilenetv3large, efficientnetb0, densenet121, resnet50, vgg16, convnexttiny, vitb16.',
  ],
  ["train --data x --recipe notbook", 'ERR_CONFIG recipe "notbook": no such file or recipe. Did you mean "notebook"?'],
  ["train", "ERR_USAGE train: --data is missing. Give a folder of images."],
  ["train --resume", "ERR_USAGE train: --resume needs --out. Give the folder of the interrupted run."],
  ["train --data . --weights w.h5", 'ERR_USAGE --weights: model "cnn" has no ImageNet weights.'],
  ["evaluate m.onnx", "ERR_USAGE evaluate: --data is missing. Give a folder of labelled images."],
  ["evaluate", "ERR_USAGE missing required argument 'model'"],
  ["evaluate m.onnx --error 2", "argument '2' is invalid. Expected a number between 0 and 1"],
  ["evaluate m.onnx --coverage 0", "argument '0' is invalid. Expected a number between 0 and 1"],
  [
    "evaluate m.onnx --data x --threads 0",
    "'--threads <number>' argument '0' is invalid. Expected a whole number above 0",
  ],
  ["predict m.onnx . --device gpu", 'ERR_USAGE unknown device "gpu". Use one of cpu, cuda, dml, coreml, webgpu.'],
  ["compare one", "ERR_USAGE compare: expected two or more models."],
  ["draw", "ERR_USAGE missing required argument 'dest'"],
];

describe("wrong usage ends with code 2, one line, and the way out", () => {
  let outcomes: Outcome[];
  beforeAll(async () => {
    outcomes = await cli.runAll(WRONG.map(([line]) => line.split(" ")));
  });

  test.each(WRONG.map(([line, message], i) => ({ line, message, i })))("$line", ({ message, i }) => {
    expect(outcomes[i]!.stderr).toContain(message);
    expectFailure(outcomes[i]!, 2, /^ERR_(USAGE|CONFIG) /);
  });

  test("from the program as it is started, too", async () => {
    expectFailure(await cli.run("trian"), 2, WRONG[0]![1]);
  });
});
