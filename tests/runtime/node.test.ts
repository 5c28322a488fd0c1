import { LeukogramError } from "@leukogram/engine/core/errors";
import { toOnnx } from "@leukogram/engine/graph/onnx/toOnnx";
import * as ops from "@leukogram/engine/graph/ops/index";
import { readMetadata, withMetadata } from "@leukogram/engine/runtime/metadata";
import { availableDevices, createSession } from "@leukogram/engine/runtime/node";
import type { Device } from "@leukogram/engine/runtime/session";
import { describe, expect, test } from "vitest";

const x = ops.input("x", ["batch", 2]);
const MODEL = toOnnx({ y: ops.relu(x), z: ops.neg(x) }, { metadata: { classes: "Basophil,Eosinophil", unit: "µm" } });
const pair = (...values: number[]) => ({ data: Float32Array.from(values), shape: [values.length / 2, 2] });

/** The error that a promise ends in. */
async function failure(promise: Promise<unknown>): Promise<LeukogramError> {
  const error = await promise.then(
    () => undefined,
    (cause: unknown) => cause,
  );
  expect(error).toBeInstanceOf(LeukogramError);
  return error as LeukogramError;
}

describe("createSession", () => {
  test("tells inputs, outputs and metadata", async () => {
    const session = await createSession(MODEL);
    expect(session.inputs).toEqual([{ name: "x", shape: [-1, 2] }]);
    expect(session.outputNames).toEqual(["y", "z"]);
    expect(session.metadata).toEqual({ classes: "Basophil,Eosinophil", unit: "µm" });
    await session.release();
  });

  test("always has the CPU", () => {
    expect(availableDevices()).toContain("cpu");
  });

  for (const device of ["cuda", "dml", "coreml", "webgpu"] as const)
    test(`names ${device} and how to mend it, or runs on it`, async () => {
      const made = await createSession(MODEL, { device }).catch((error: unknown) => error);
      if (!(made instanceof Error)) return;
      expect(made).toMatchObject({ code: "ERR_RUNTIME", exitCode: 3 });
      expect(made.message).toMatch(new RegExp(`^ERR_RUNTIME device "${device}" .*--device cpu\\.$`));
    });

  for (const [name, bytes] of [
    ["no bytes", new Uint8Array(0)],
    ["a web page", new TextEncoder().encode("<!doctype html><title>404</title>")],
    ["a file that was cut short", MODEL.slice(0, -9)],
  ] as const)
    for (const device of ["cpu", "cuda"] as const satisfies readonly Device[])
      test(`says of ${name} that it is no model, on ${device}`, async () => {
        if (!availableDevices().includes(device)) return;
        const error = await failure(createSession(bytes, { device }));
        expect(error.message).toMatch(/^ERR_FORMAT model: ONNX Runtime can't load it: .+$/);
        expect(error.cause).toBeInstanceOf(Error);
      });
});

describe("run", () => {
  test("takes any batch and allocates what it is not given", async () => {
    const session = await createSession(MODEL);
    const y = { data: new Float32Array(2), shape: [1, 2] };
    const results = await session.run({ x: pair(-1, 2) }, { y });
    expect([...y.data]).toEqual([0, 2]);
    expect(results.z).toEqual(pair(1, -2));
    expect((await session.run({ x: pair(1, 2, 3, 4) })).y).toEqual(pair(1, 2, 3, 4));
    await session.release();
  });

  const wrong: Record<string, [Parameters<Awaited<ReturnType<typeof createSession>>["run"]>[0], RegExp]> = {
    "a missing input": [{}, /^ERR_RUNTIME run: no value for input "x"$/],
    "another shape": [{ x: { data: new Float32Array(3), shape: [1, 3] } }, /^ERR_RUNTIME run: .*Got: 3 Expected: 2.*$/],
    "another rank": [{ x: { data: new Float32Array(2), shape: [2] } }, /^ERR_RUNTIME run: .*rank.*$/],
    "numbers that do not fill the shape": [
      { x: { data: new Float32Array(3), shape: [2, 2] } },
      /^ERR_SHAPE run: "x" is \[2, 2\], received 3 numbers$/,
    ],
    "whole numbers for real ones": [{ x: { data: new Int32Array(2), shape: [1, 2] } }, /^ERR_RUNTIME run: .*int32.*$/],
    "a type that no tensor has": [
      { x: { data: new Float64Array(2) as unknown as Float32Array, shape: [1, 2] } },
      /^ERR_DTYPE run: "x" has an unsupported type, Float64Array$/,
    ],
  };
  for (const [name, [feeds, message]] of Object.entries(wrong))
    test(`refuses ${name}`, async () => {
      const session = await createSession(MODEL);
      expect((await failure(session.run(feeds))).message).toMatch(message);
      await session.release();
    });
});

test("withMetadata sets and replaces entries, and leaves the graph to the byte", () => {
  const changed = withMetadata(withMetadata(MODEL, { unit: "mm", temperature: "0.5" }), { temperature: "0.75" });
  expect(readMetadata(changed)).toEqual({ classes: "Basophil,Eosinophil", unit: "mm", temperature: "0.75" });
  expect(withMetadata(changed, {})).toEqual(changed);
  expect([...changed.subarray(0, 60)]).toEqual([...MODEL.subarray(0, 60)]);
  expect(() => withMetadata(new TextEncoder().encode("<!doctype html>"), {})).toThrow(/not an ONNX file/);
});

describe("readMetadata", () => {
  test("reads what was written, without ONNX Runtime", () => {
    expect(readMetadata(MODEL)).toEqual({ classes: "Basophil,Eosinophil", unit: "µm" });
    expect(readMetadata(toOnnx({ y: x }))).toEqual({});
  });

  test("says of other bytes that they are no ONNX file", () => {
    expect(() => readMetadata(new TextEncoder().encode("<!doctype html>"))).toThrow(
      "ERR_FORMAT model: the bytes are not an ONNX file",
    );
  });
});
