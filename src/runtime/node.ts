import { availableParallelism } from "node:os";
import * as ort from "onnxruntime-node";
import { LeukogramError } from "../core/errors.ts";
import type { DType, TensorData } from "../graph/tensor.ts";
import { readMetadata } from "./metadata.ts";
import type { Device, Session, SessionOptions, Value } from "./session.ts";

const DTYPE = new Map<unknown, DType>([
  [Float32Array, "float32"],
  [Uint8Array, "uint8"],
  [Int32Array, "int32"],
  [BigInt64Array, "int64"],
]);

/** The execution providers that this installation has. */
export function availableDevices(): readonly Device[] {
  const names = ort.listSupportedBackends().map(({ name }) => name);
  return (["cpu", "cuda", "dml", "coreml", "webgpu"] as const).filter((device) => names.includes(device));
}

/**
 * Loads an ONNX model with onnxruntime-node.
 *
 * @throws ERR_RUNTIME where the device is not there; ERR_FORMAT where the bytes are no model that it can run.
 */
export async function createSession(
  model: Uint8Array,
  { device = "cpu", threads = availableParallelism() }: SessionOptions = {},
): Promise<Session> {
  const devices = availableDevices();
  if (!devices.includes(device))
    throw new LeukogramError(
      "ERR_RUNTIME",
      `device "${device}" is not available here; this installation has ${devices.join(", ")}`,
      {
        hint: "Choose one with --device.",
      },
    );
  const session = await ort.InferenceSession.create(model, {
    executionProviders: [device],
    intraOpNumThreads: threads,
    graphOptimizationLevel: "all",
    enableCpuMemArena: true,
    // Patterns of preallocation cost more than they save where the arena is warm.
    enableMemPattern: false,
    logSeverityLevel: 3,
    extra: { session: { force_spinning_stop: "1" } },
  }).catch((cause: Error) => {
    throw new LeukogramError("ERR_FORMAT", `model: ONNX Runtime can't load it: ${cause.message}`, { cause });
  });
  return new NodeSession(session, readMetadata(model));
}

class NodeSession implements Session {
  readonly #session: ort.InferenceSession;
  readonly metadata: Readonly<Record<string, string>>;

  constructor(session: ort.InferenceSession, metadata: Readonly<Record<string, string>>) {
    this.#session = session;
    this.metadata = metadata;
  }

  get inputs(): Session["inputs"] {
    return this.#session.inputMetadata.map((input) => ({
      name: input.name,
      shape: input.isTensor ? input.shape.map((size) => (typeof size === "number" ? size : -1)) : [],
    }));
  }

  get outputNames(): readonly string[] {
    return this.#session.outputNames;
  }

  async run(feeds: Readonly<Record<string, Value>>, outputs: Readonly<Record<string, Value>> = {}) {
    const { inputNames } = this.#session;
    const missing = inputNames.filter((name) => !(name in feeds));
    if (missing.length > 0)
      throw new LeukogramError("ERR_RUNTIME", `run: no value for input "${missing.join('", "')}"`);
    const fetches = Object.fromEntries(
      this.outputNames.map((name) => [name, outputs[name] === undefined ? null : toOrt(outputs[name])]),
    );
    const inputs = Object.fromEntries(inputNames.map((name) => [name, toOrt(feeds[name]!)]));
    const results = await this.#session.run(inputs, fetches).catch((cause: Error) => {
      throw new LeukogramError("ERR_RUNTIME", `run: ${cause.message}`, { cause });
    });
    return Object.fromEntries(
      Object.entries(results).map(([name, { data, dims }]) => [name, { data: data as TensorData, shape: dims }]),
    );
  }

  async release(): Promise<void> {
    await this.#session.release();
  }
}

function toOrt({ data, shape }: Value): ort.Tensor {
  return new ort.Tensor(DTYPE.get(data.constructor)! as "float32", data as Float32Array, shape);
}
