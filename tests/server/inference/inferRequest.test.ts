import { MOST_JSON_BYTES, parseInferRequest } from "@leukogram/laboratory/server/inference/inferRequest";
import { inferResponse } from "@leukogram/laboratory/server/inference/inferResponse";
import { describe, expect, test } from "vitest";

const bytes = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
const input = { name: "images", shape: [1, 1, 2, 3], datatype: "UINT8" };
const withInput = (more: object, rest: object = {}) => bytes({ inputs: [{ ...input, ...more }], ...rest });

/** JSON with bytes behind it, and the header that says where they begin. */
function binary(json: Uint8Array, behind: readonly number[]): [Uint8Array, string] {
  return [Uint8Array.from([...json, ...behind]), String(json.length)];
}

describe("an inference request", () => {
  test("gives its pixels flat, nested as its shape says, or in binary", () => {
    const pixels = Uint8Array.from([1, 2, 3, 4, 5, 255]);
    const flat = parseInferRequest(withInput({ data: [...pixels] }), undefined);
    expect(flat).toMatchObject({ images: pixels, shape: [1, 1, 2, 3], isBinary: false, id: undefined });
    const nested = parseInferRequest(
      withInput(
        {
          data: [
            [
              [
                [1, 2, 3],
                [4, 5, 255],
              ],
            ],
          ],
        },
        { id: "7" },
      ),
      undefined,
    );
    expect(nested).toMatchObject({ images: pixels, id: "7" });
    const [body, header] = binary(
      withInput({ parameters: { binary_data_size: 6 } }, { parameters: { binary_data_output: true } }),
      [...pixels],
    );
    expect(parseInferRequest(body, header)).toMatchObject({ images: pixels, isBinary: true });
  });

  test("asks for a binary answer, of this output before of all", () => {
    const outputs = [{ name: "probabilities", parameters: { binary_data: false } }];
    const body = withInput({ data: [0, 0, 0, 0, 0, 0] }, { outputs, parameters: { binary_data_output: true } });
    expect(parseInferRequest(body, undefined).isBinary).toBe(false);
  });

  test.each<[string, Uint8Array, string | undefined, RegExp]>([
    ["no JSON", new TextEncoder().encode("{"), undefined, /^ERR_USAGE the request is not valid JSON/],
    ["no UTF-8", Uint8Array.of(0xff), undefined, /^ERR_USAGE the request is not valid JSON/],
    ["no inputs", bytes({ inputs: [] }), undefined, /^ERR_USAGE inputs: /],
    ["another input", withInput({ name: "x" }), undefined, /expected the input "images", received "x"/],
    ["two inputs", bytes({ inputs: [input, { ...input, name: "b" }] }), undefined, /received "images", "b"/],
    ["another type", withInput({ datatype: "FP32" }), undefined, /^ERR_DTYPE .* expected UINT8, received FP32/],
    ["another shape", withInput({ shape: [2, 3] }), undefined, /^ERR_SHAPE .* expected \[N, H, W, 3\]/],
    ["no image", withInput({ shape: [0, 1, 2, 3] }), undefined, /^ERR_SHAPE/],
    ["a huge shape", withInput({ shape: [512, 4096, 4096, 3] }), undefined, /^ERR_SHAPE .* is more than/],
    ["no data", withInput({}), undefined, /has neither data nor binary_data_size/],
    ["too few numbers", withInput({ data: [1] }), undefined, /^ERR_SHAPE .* takes 6 numbers, received 1/],
    ["too many numbers", withInput({ data: [1, 2, 3, 4, 5, 6, 7] }), undefined, /takes 6 numbers, received 7/],
    ["a number too large", withInput({ data: [1, 2, 3, 4, 5, 256] }), undefined, /^ERR_DTYPE/],
    ["too deep", withInput({ data: [[[[[1]]]]] }), undefined, /^ERR_DTYPE/],
    ["an unknown output", withInput({}, { outputs: [{ name: "logits" }] }), undefined, /unknown output "logits"/],
    [
      "two scales",
      withInput({ data: [1, 2, 3, 4, 5, 6] }, { parameters: { scale: "72px", red_cell_pixels: 72 } }),
      undefined,
      /scale and red_cell_pixels can't be combined/,
    ],
    ["a wrong header", withInput({}), "99999", /^ERR_USAGE Inference-Header-Content-Length is 99999/],
    ["a header of nothing", withInput({}), "", /not valid JSON/],
    ["a header of words", withInput({}), "ten", /^ERR_USAGE Inference-Header-Content-Length is ten/],
    ["too few bytes", ...binary(withInput({ parameters: { binary_data_size: 6 } }), [1]), /takes 6 bytes/],
    ["a wrong size", ...binary(withInput({ parameters: { binary_data_size: 1 } }), [1]), /takes 6 bytes/],
    ["bytes for nobody", ...binary(withInput({ data: [1, 2, 3, 4, 5, 6] }), [1]), /1 bytes follow the JSON/],
    [
      "JSON too large",
      new Uint8Array(MOST_JSON_BYTES + 1),
      undefined,
      /at most \d+ are allowed. Send the tensor as binary/,
    ],
  ])("is refused with %s", (_, body, header, message) => {
    expect(() => parseInferRequest(body, header)).toThrow(message);
  });
});

describe("an inference response", () => {
  const answered = { model: "m", classes: ["a", "b"], probabilities: Float32Array.of(0.25, 0.75) };

  test("is JSON, with the id of the request", () => {
    const { body, headers } = inferResponse({ id: "7", shape: [1, 1, 2, 3], isBinary: false }, answered);
    expect(headers).toEqual({ "content-type": "application/json" });
    expect(JSON.parse(new TextDecoder().decode(body))).toEqual({
      model_name: "m",
      id: "7",
      outputs: [{ name: "probabilities", shape: [1, 2], datatype: "FP32", data: [0.25, 0.75] }],
    });
  });

  test("has its numbers behind the JSON where that was asked for, little-endian", () => {
    const { body, headers } = inferResponse({ id: undefined, shape: [1, 1, 2, 3], isBinary: true }, answered);
    const length = Number(headers["inference-header-content-length"]);
    expect(JSON.parse(new TextDecoder().decode(body.subarray(0, length))).outputs[0].parameters).toEqual({
      binary_data_size: 8,
    });
    expect([...body.subarray(length)]).toEqual([0, 0, 0x80, 0x3e, 0, 0, 0x40, 0x3f]);
  });
});
