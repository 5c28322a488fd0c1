// A model's outputs show what they are, not its last operator.

import {
  judgeOutputs,
  type OutputKind,
  probabilitiesOfRow,
  withoutShareOfSum,
  withProbabilities,
} from "@leukogram/engine/models/outputs";
import { probeRows } from "@leukogram/engine/models/probes";
import type { Layer } from "@leukogram/engine/nn/layer";
import { Activation, Dense, Flatten, Rescaling, Reshape } from "@leukogram/engine/nn/layers/index";
import { type Model, Sequential } from "@leukogram/engine/nn/model";
import { createSession } from "@leukogram/engine/runtime/node";
import { describe, expect, test } from "vitest";

const open = (bytes: Uint8Array) => createSession(bytes, { threads: 1 });

/** A net on pictures of 4 x 4 that ends in these layers. */
const net = (...end: readonly Layer[]) =>
  new Sequential([4, 4, 3], [new Rescaling({ scale: 1 / 255 }), new Flatten(), ...end]).initialize(4);
const dense = (units: number, activation: "linear" | "sigmoid" | "softmax" | "relu" = "linear") =>
  new Dense({ units, activation });

describe("judgeOutputs", () => {
  test.each<[string, number[][], OutputKind | undefined]>([
    [
      "shares",
      [
        [0.2, 0.8],
        [0.5, 0.5],
      ],
      "probabilities",
    ],
    [
      "shares that were clipped",
      [
        [0.001, 1],
        [0.4, 0.6],
      ],
      "probabilities",
    ],
    [
      "percent",
      [
        [20, 80],
        [0.5, 99.5],
      ],
      "percent",
    ],
    [
      "units from 0 to 1",
      [
        [0.2, 0.2],
        [0.9, 0.8],
      ],
      "sigmoid",
    ],
    [
      "scores that are never below 0",
      [
        [0, 3.2],
        [0.1, 0.9],
      ],
      "scores",
    ],
    [
      "scores of which one picture's sum to 1",
      [
        [0.3, 0.7],
        [0.9, 3],
      ],
      "scores",
    ],
    [
      "scores below 0 that sum to 1",
      [
        [-1, 2],
        [3, -2],
      ],
      "scores",
    ],
    ["logarithms of probabilities", [[Math.log(0.2), Math.log(0.8)]], "scores"],
    ["one unit from 0 to 1", [[0.2], [0.9]], "sigmoid"],
    ["one score", [[-2], [0.9]], "scores"],
    ["one number above 1 and never below 0", [[0.4], [7]], undefined],
    [
      "zeros, and what is no number",
      [
        [0, 0],
        [Number.NaN, 1],
      ],
      undefined,
    ],
    [
      "shares beside a picture without an answer",
      [
        [0, 0],
        [Number.NaN, 1],
        [0.3, 0.7],
      ],
      "probabilities",
    ],
  ])("%s", (_, rows, expected) => {
    expect(judgeOutputs(rows)).toBe(expected);
  });
});

describe("withProbabilities", () => {
  const NETS: readonly [string, Model, OutputKind, (row: readonly number[]) => readonly number[]][] = [
    ["a softmax stays", net(dense(3, "softmax")), "probabilities", (row) => row],
    [
      "a softmax behind which a shape follows stays",
      net(dense(3, "softmax"), new Reshape({ targetShape: [3] })),
      "probabilities",
      (row) => row,
    ],
    [
      "percent are divided",
      net(dense(3, "softmax"), new Rescaling({ scale: 100 })),
      "percent",
      (row) => row.map((x) => x / 100),
    ],
    ["scores get a softmax", net(dense(3)), "scores", softmax],
    ["scores that are never below 0 get one too", net(dense(3, "relu")), "scores", softmax],
    ["units are divided by their sum", net(dense(3, "sigmoid")), "sigmoid", (row) => row.map((x) => x / sum(row))],
    ["one unit is the second class", net(dense(1, "sigmoid")), "sigmoid", ([p]) => [1 - p!, p!]],
    ["one score is the second class's", net(dense(1)), "scores", ([z]) => softmax([0, z!])],
  ];

  test.each(NETS)("%s", async (_, model, outputs, expected) => {
    const given = await probeRows(model, open);
    const judged = await withProbabilities(model, { open });
    expect(judged.outputs).toBe(outputs);
    expect(judged.note === undefined).toBe(outputs === "probabilities");
    for (const [i, row] of (await probeRows(judged.model, open)).entries()) {
      const wanted = expected([...given[i]!]);
      if (sum(wanted) === 0 || wanted.some(Number.isNaN)) continue; // all units are 0: nothing is known
      wanted.forEach((value, k) => {
        expect(row[k]).toBeCloseTo(value, 5);
      });
    }
    // The same by numbers alone, and without the last division.
    for (const isWhole of [true, false]) {
      const rows = await probeRows(isWhole ? judged.model : withoutShareOfSum(judged.model), open);
      for (const [i, row] of judged.rows.entries()) {
        expect(row).toEqual(given[i]);
        [...probabilitiesOfRow(row, outputs, isWhole)].forEach((value, k) => {
          expect(value).toBeCloseTo(rows[i]![k]!, 5);
        });
      }
      expect(judged.rows).toHaveLength(2);
    }
  });

  test("one unit above 1 is shared out as the graph does", async () => {
    const relu = net(dense(1, "relu"), new Rescaling({ scale: 1, offset: 2 }));
    const { model, rows } = await withProbabilities(relu, { open, outputs: "percent" });
    const given = await probeRows(model, open);
    for (const [i, row] of rows.entries())
      [...probabilitiesOfRow(row, "percent")].forEach((value, k) => {
        expect(value).toBeCloseTo(given[i]![k]!, 5);
      });
  });

  test("says what it assumed", async () => {
    const noteOf = async (model: Model) => (await withProbabilities(model, { open })).note;
    expect(await noteOf(net(dense(3)))).toMatch(
      /^it ends in scores; a softmax was added .*use --outputs to change this$/,
    );
    expect(await noteOf(net(dense(3, "sigmoid")))).toMatch(
      /^its 3 outputs are from 0 to 1 and do not sum to 1, like sigmoid/,
    );
    expect(await noteOf(net(dense(1, "sigmoid")))).toMatch(/one number from 0 to 1, .* the second of two classes/);
    expect(await noteOf(net(dense(1)))).toMatch(/one score, whose sigmoid is used as the probability of the second/);
  });

  test("goes by what it is told, where that can be", async () => {
    const { model, outputs } = await withProbabilities(net(dense(3, "softmax")), { open, outputs: "scores" });
    expect(outputs).toBe("scores");
    expect(model.layers.at(-1)).toBeInstanceOf(Activation);
    const told = (outputs: OutputKind) => withProbabilities(net(dense(3)), { open, outputs });
    await expect(told("probabilities")).rejects.toThrow(
      /^ERR_USAGE the model's outputs are not probabilities: on test images they range from -.* Remove --outputs, or use --outputs scores\.$/,
    );
    await expect(told("sigmoid")).rejects.toThrow(/outputs are not sigmoid/);
    const relu = net(dense(1, "relu"), new Rescaling({ scale: 1, offset: 2 }));
    await expect(withProbabilities(relu, { open })).rejects.toThrow(
      /^ERR_USAGE unknown kind of model outputs: on test images they range from 2 to .*Set it with --outputs/,
    );
    for (const outputs of ["sigmoid", "probabilities"] as const)
      await expect(withProbabilities(relu, { open, outputs })).rejects.toThrow(
        new RegExp(`outputs are not ${outputs}: on test images they range from 2 to .*Use --outputs scores\\.$`),
      );
    const zero = net(dense(1), new Rescaling({ scale: 0, offset: 0 }));
    await expect(withProbabilities(zero, { open })).rejects.toThrow(/on test images they are always 0\. Set it with/);
  });

  test("takes its last division away for formats that have none", async () => {
    const model = net(dense(3, "sigmoid"));
    const judged = await withProbabilities(model, { open });
    expect(withoutShareOfSum(judged.model).output).toBe(model.output);
    expect(withoutShareOfSum(model)).toBe(model);
  });
});

const sum = (row: readonly number[]) => row.reduce((a, b) => a + b, 0);

function softmax(scores: readonly number[]): readonly number[] {
  const powers = scores.map((score) => Math.exp(score - Math.max(...scores)));
  return powers.map((power) => power / sum(powers));
}
