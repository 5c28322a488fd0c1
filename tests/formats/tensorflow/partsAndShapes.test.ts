// Operators of TensorFlow that cut, join, resize and sum: entries go where TensorFlow has them.
import type { NodeJson } from "@leukogram/engine/formats/tensorflow/node";
import { describe, test } from "vitest";
import { ask } from "../support/ask.ts";
import { answer, expectClose, pictures, softmaxOf } from "./answers.ts";
import { flatEnd, int, ints, type Net, node, one, read, SHAPE, whole, yes } from "./tensorflowNet.ts";

// The numbers are TensorFlow 2.21's own.
describe("an image of 4 x 3 pixels, 0, 1, 4, 2, 2, 4, 1, 0, 1, 4, 2, 2, becomes one of 3 x 5", () => {
  const PIXELS = [0, 1, 4, 2, 2, 4, 1, 0, 1, 4, 2, 2];

  test.each<[string, Record<string, { b: boolean }>, readonly number[]]>([
    ["ResizeBilinear", {}, [0, 0.6, 1.6, 3.4, 4, 5 / 3, 22 / 15, 5 / 3, 8 / 3, 3, 3, 2, 1.4, 1.6, 5 / 3]],
    ["ResizeBilinear", { align_corners: yes }, [0, 0.5, 1, 2.5, 4, 1.5, 1.25, 1, 1.75, 2.5, 4, 3, 2, 2, 2]],
    [
      "ResizeBilinear",
      { half_pixel_centers: yes },
      [1 / 3, 2 / 3, 7 / 6, 43 / 15, 4, 1.5, 1.3, 1, 1.9, 2.5, 3.5, 83 / 30, 5 / 3, 53 / 30, 11 / 6],
    ],
    ["ResizeNearestNeighbor", {}, [0, 0, 1, 1, 4, 2, 2, 2, 2, 4, 1, 1, 0, 0, 1]],
    ["ResizeNearestNeighbor", { align_corners: yes }, [0, 1, 1, 4, 4, 1, 0, 0, 1, 1, 4, 2, 2, 2, 2]],
    ["ResizeNearestNeighbor", { half_pixel_centers: yes }, [0, 0, 1, 4, 4, 1, 1, 0, 1, 1, 4, 4, 2, 2, 2]],
  ])("%s %j", async (op, attributes, expected) => {
    const nodes = [
      node("z", op, ["x", "to"], attributes),
      node("flat", "Reshape", ["z", "flatShape"]),
      node("y", "Softmax", ["flat"]),
    ];
    const model = read({ nodes, shape: [4, 3, 1], constants: { to: whole(3, 5), flatShape: whole(-1, 15) } });
    expectClose(await ask(model, PIXELS), softmaxOf(expected, 15));
  });
});

describe("parts and shapes", () => {
  const chosen = async (nodes: readonly NodeJson[], constants: Net["constants"], keeps: (i: number) => boolean) => {
    const places = Array.from({ length: 90 }, (_, i) => i).filter(keeps);
    const all = { ...constants, rowShape: whole(-1, places.length) };
    const model = read({ nodes: [...nodes, ...flatEnd("z")], constants: all });
    const data = pictures(SHAPE);
    expectClose(
      await answer(model),
      softmaxOf(
        [0, 1].flatMap((n) => places.map((i) => data[90 * n + i]!)),
        places.length,
      ),
    );
  };
  const y = (i: number) => Math.floor(i / 15);
  const x = (i: number) => Math.floor(i / 3) % 5;

  test("StridedSlice crops, to an end counted from behind", () =>
    chosen(
      [node("z", "StridedSlice", ["x", "from", "to", "by"], { begin_mask: int(9), end_mask: int(9) })],
      { from: whole(0, 1, 0, 0), to: whole(0, -2, 4, 0), by: whole(1, 1, 2, 1) },
      (i) => y(i) >= 1 && y(i) < 4 && x(i) < 4 && x(i) % 2 === 0,
    ));

  test("StridedSlice takes one channel away with its axis, behind an ellipsis", () =>
    chosen(
      [node("z", "StridedSlice", ["x", "from", "to", "by"], { ellipsis_mask: int(1), shrink_axis_mask: int(2) })],
      { from: whole(0, -1), to: whole(0, 0), by: whole(1, 1) },
      (i) => i % 3 === 2,
    ));

  test("Slice", () =>
    chosen(
      [node("z", "Slice", ["x", "from", "size"])],
      { from: whole(0, 2, 1, 0), size: whole(-1, 3, -1, 2) },
      (i) => y(i) >= 2 && y(i) < 5 && x(i) >= 1 && i % 3 < 2,
    ));

  test("GatherV2 along the width", () =>
    chosen([node("z", "GatherV2", ["x", "at", "axis"])], { at: whole(1, 3), axis: one(2) }, (i) => x(i) % 2 === 1));

  test("a sum over rows and channels leaves the columns", async () => {
    const nodes = [node("z", "Sum", ["x", "axes"]), node("y", "Softmax", ["z"])];
    const data = pictures(SHAPE);
    const scores = [0, 1].flatMap((n) =>
      [0, 1, 2, 3, 4].map((column) =>
        data.subarray(90 * n, 90 * n + 90).reduce((sum, value, i) => (x(i) === column ? sum + value : sum), 0),
      ),
    );
    expectClose(await answer(read({ nodes, constants: { axes: whole(1, -1) } })), softmaxOf(scores, 5));
  });

  test("a mean over the rows leaves columns and channels in TensorFlow's order", async () => {
    const nodes = [
      node("m", "Mean", ["x", "axes"]),
      node("flat", "Reshape", ["m", "to"]),
      node("y", "Softmax", ["flat"]),
    ];
    const data = pictures(SHAPE);
    const scores = [0, 1].flatMap((n) =>
      Array.from({ length: 15 }, (_, i) =>
        [0, 1, 2, 3, 4, 5].reduce((sum, h) => sum + data[90 * n + 15 * h + i]! / 6, 0),
      ),
    );
    expectClose(await answer(read({ nodes, constants: { axes: whole(1), to: whole(-1, 15) } })), softmaxOf(scores, 15));
  });

  test("Tile, ExpandDims and Squeeze", async () => {
    const nodes = [
      node("m", "Mean", ["x", "axes"], { keep_dims: yes }),
      node("t", "Tile", ["m", "times"]),
      node("d", "SquaredDifference", ["x", "t"]),
      node("v", "Mean", ["d", "hw"]),
      node("e", "ExpandDims", ["v", "one"]),
      node("s", "Squeeze", ["e"], { squeeze_dims: ints(1) }),
      node("y", "Softmax", ["s"]),
    ];
    const model = read({
      nodes,
      constants: { axes: whole(3), times: whole(1, 1, 1, 3), hw: whole(1, 2), one: one(1) },
    });
    const data = pictures(SHAPE);
    const mean = (i: number) => (data[i - (i % 3)]! + data[i - (i % 3) + 1]! + data[i - (i % 3) + 2]!) / 3;
    const scores = [0, 1].flatMap((n) =>
      [0, 1, 2].map((c) => {
        const places = Array.from({ length: 30 }, (_, p) => 90 * n + 3 * p + c);
        return places.reduce((sum, i) => sum + (data[i]! - mean(i)) ** 2 / 30, 0);
      }),
    );
    expectClose(await answer(model), softmaxOf(scores, 3));
  });
});
