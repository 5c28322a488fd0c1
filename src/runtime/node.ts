import { availableParallelism } from "node:os";
import * as ort from "onnxruntime-node";
import { LeukogramError } from "../core/errors.ts";
import { numElements, show } from "../core/shape.ts";
import type { DType, TensorData } from "../graph/tensor.ts";
import { readMetadata } from "./metadata.ts";
import type { Device, Session, SessionOptions, Value } from "./session.ts";

const DTYPE = new Map<unknown, DType>([
  [Float32Array, "float32"],
  [Uint8Array, "uint8"],
  [Int32Array, "int32"],
  [BigInt64Array, "int64"],
]);

/** How a device that does not answer is mended. */
const DEVICE_HINT: Readonly<Record<Device, string>> = {
  cpu: "Reinstall onnxruntime-node.",
  cuda: "Install an NVIDIA driver, CUDA 12 and cuDNN 9, then reinstall onnxruntime-node with --onnxruntime-node-install=cuda12; or use --device cpu.",
  dml: "DirectML needs Windows with DirectX 12; or use --device cpu.",
  coreml: "Core ML needs macOS; or use --device cpu.",
  webgpu: "WebGPU needs a graphics driver (on Linux, Vulkan); or use --device cpu.",
};

// What goes wrong is thrown; ONNX Runtime would print it as well.
ort.env.logLevel = "fatal";

/** The execution providers that this build of ONNX Runtime has; the machine may still lack what one needs. */
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
      { hint: DEVICE_HINT[device] },
    );
  const session = await load(model, device, threads).catch(async (cause: Error) => {
    if (device === "cpu") throw unreadable(cause);
    // What the CPU can load is no fault of the model's.
    const onCpu = await load(model, "cpu", threads).catch((error: Error) => Promise.reject(unreadable(error)));
    await onCpu.release();
    throw new LeukogramError("ERR_RUNTIME", `device "${device}" can't be used here: ${firstLine(cause)}`, {
      hint: DEVICE_HINT[device],
      cause,
    });
  });
  return new NodeSession(session, readMetadata(model));
}

function load(model: Uint8Array, device: Device, threads: number): Promise<ort.InferenceSession> {
  return ort.InferenceSession.create(model, {
    executionProviders: [device],
    intraOpNumThreads: threads,
    graphOptimizationLevel: "all",
    enableCpuMemArena: true,
    // Patterns of preallocation cost more than they save where the arena is warm.
    enableMemPattern: false,
    logSeverityLevel: 4,
    extra: { session: { force_spinning_stop: "1" } },
  });
}

function unreadable(cause: Error): LeukogramError {
  return new LeukogramError("ERR_FORMAT", `model: ONNX Runtime can't load it: ${firstLine(cause)}`, { cause });
}

const firstLine = ({ message }: Error) => message.trim().split("\n")[0]!;

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
      this.outputNames.map((name) => [name, outputs[name] === undefined ? null : toOrt(name, outputs[name])]),
    );
    const inputs = Object.fromEntries(inputNames.map((name) => [name, toOrt(name, feeds[name]!)]));
    const results = await this.#session.run(inputs, fetches).catch((cause: Error) => {
      throw new LeukogramError("ERR_RUNTIME", `run: ${cause.message.trim().replace(/\s*\n\s*/g, " ")}`, { cause });
    });
    return Object.fromEntries(
      Object.entries(results).map(([name, { data, dims }]) => [name, { data: data as TensorData, shape: dims }]),
    );
  }

  async release(): Promise<void> {
    await this.#session.release();
  }
}

function toOrt(name: string, { data, shape }: Value): ort.Tensor {
  const dtype = DTYPE.get(data.constructor);
  if (dtype === undefined)
    throw new LeukogramError("ERR_DTYPE", `run: "${name}" is of a type that no tensor has, ${data.constructor.name}`);
  if (data.length !== numElements(shape))
    throw new LeukogramError("ERR_SHAPE", `run: "${name}" is ${show(shape)}, received ${data.length} numbers`);
  return new ort.Tensor(dtype as "float32", data as Float32Array, shape);
}
