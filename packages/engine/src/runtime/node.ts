import { createRequire } from "node:module";
import { availableParallelism } from "node:os";
import "./noTelemetry.ts";
import type * as ort from "onnxruntime-node";
import { LeukogramError } from "../core/errors.ts";
import { isTimed, timed } from "../core/spans.ts";
import { readMetadata } from "./metadata.ts";
import { OperatorTimes } from "./operatorTimes.ts";
import { firstLine, OrtSession, RUN_NAME, unreadable } from "./ortSession.ts";
import type { Device, Session, SessionOptions } from "./session.ts";

/** How a device that does not answer is mended. */
const DEVICE_HINT: Readonly<Record<Device, string>> = {
  cpu: "Reinstall onnxruntime-node.",
  cuda: "Install an NVIDIA driver, CUDA 12 and cuDNN 9, then reinstall onnxruntime-node with --onnxruntime-node-install=cuda12; or use --device cpu.",
  dml: "DirectML needs Windows with DirectX 12; or use --device cpu.",
  coreml: "Core ML needs macOS; or use --device cpu.",
  webgpu: "WebGPU needs a graphics driver (on Linux, Vulkan); or use --device cpu.",
};

let loaded: typeof ort | undefined;

// Loaded when it is first needed: much of this package is used without it.
function onnxRuntime(): typeof ort {
  if (loaded === undefined) {
    loaded = createRequire(import.meta.url)("onnxruntime-node") as typeof ort;
    // What goes wrong is thrown; ONNX Runtime would print it as well.
    loaded.env.logLevel = "fatal";
  }
  return loaded;
}

/** The execution providers that this build of ONNX Runtime has; the machine may still lack what one needs. */
export function availableDevices(): readonly Device[] {
  const names = onnxRuntime()
    .listSupportedBackends()
    .map(({ name }) => name);
  return (["cpu", "cuda", "dml", "coreml", "webgpu"] as const).filter((device) => names.includes(device));
}

/**
 * Loads an ONNX model with onnxruntime-node.
 *
 * @throws ERR_RUNTIME if the device is not there; ERR_FORMAT if the bytes are no model that it can run.
 */
export async function createSession(
  model: Uint8Array,
  { device = "cpu", threads = availableParallelism(), runName = RUN_NAME }: SessionOptions = {},
): Promise<Session> {
  const devices = availableDevices();
  if (!devices.includes(device))
    throw new LeukogramError(
      "ERR_RUNTIME",
      `device "${device}" is not available here; this installation has ${devices.join(", ")}`,
      { hint: DEVICE_HINT[device] },
    );
  const operators = isTimed() ? new OperatorTimes(runName) : undefined;
  const session = await timed("Load a model", () => load(model, device, threads, operators)).catch(
    async (cause: Error) => {
      if (device === "cpu") throw unreadable(cause);
      // What the CPU can load is no fault of the model's.
      const onCpu = await load(model, "cpu", threads).catch((error: Error) => Promise.reject(unreadable(error)));
      await onCpu.release();
      throw new LeukogramError("ERR_RUNTIME", `device "${device}" can't be used here: ${firstLine(cause)}`, {
        hint: DEVICE_HINT[device],
        cause,
      });
    },
  );
  return new OrtSession(session, { Tensor: onnxRuntime().Tensor, metadata: readMetadata(model), runName, operators });
}

function load(
  model: Uint8Array,
  device: Device,
  threads: number,
  operators?: OperatorTimes,
): Promise<ort.InferenceSession> {
  return onnxRuntime().InferenceSession.create(model, {
    executionProviders: [device],
    intraOpNumThreads: threads,
    graphOptimizationLevel: "all",
    enableCpuMemArena: true,
    // Patterns of preallocation cost more than they save where the arena is warm.
    enableMemPattern: false,
    logSeverityLevel: 4,
    ...operators?.options,
    extra: { session: { force_spinning_stop: "1" } },
  });
}
