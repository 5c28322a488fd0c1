// onnxruntime-web: its WebAssembly build, with threads where the page may have them, or its WebGPU build, which is larger.
import type { InferenceSession, Env as OrtEnv, Tensor } from "onnxruntime-node";
import { LeukogramError } from "../core/errors.ts";
import { readMetadata } from "./metadata.ts";
import { firstLine, OrtSession, unreadable } from "./ortSession.ts";
import type { Runtime, Session } from "./session.ts";

/** Where a graph runs in a browser. */
export type WebDevice = "wasm" | "webgpu";

/** How a session in a browser is set up. */
export interface WebSessionOptions {
  /** Default: wasm. */
  readonly device?: WebDevice | undefined;
  /**
   * Threads inside an operator, as the page's first session asks for them; default: one a core, 8 at most. A page that
   * is not cross-origin isolated has one.
   */
  readonly threads?: number | undefined;
  /**
   * Where ONNX Runtime's .wasm and .mjs files lie: a URL that ends in a slash, or the URL of each. Default: where the
   * bundler has put them. As the page's first session says.
   */
  readonly wasmPaths?: string | { readonly wasm?: string | URL; readonly mjs?: string | URL } | undefined;
}

/** How a device that does not answer is mended. */
const DEVICE_HINT: Readonly<Record<WebDevice, string>> = {
  wasm: "Serve ONNX Runtime's .wasm file next to the page, or set its location with wasmPaths.",
  webgpu: 'WebGPU needs a browser and a graphics card that support it, and https or localhost; or use device "wasm".',
};

/** More threads than this gain nothing with networks as small as these. */
const MOST_THREADS = 8;

/** The part of onnxruntime-web that is used here; both builds have it. */
interface Ort {
  readonly InferenceSession: typeof InferenceSession;
  readonly Tensor: typeof Tensor;
  readonly env: OrtEnv;
}

/** The devices that this browser has. */
export async function availableWebDevices(): Promise<readonly WebDevice[]> {
  const gpu = (globalThis.navigator as { gpu?: { requestAdapter(): Promise<unknown> } } | undefined)?.gpu;
  const adapter = await gpu?.requestAdapter().catch(() => undefined);
  return adapter ? ["wasm", "webgpu"] : ["wasm"];
}

/**
 * Loads an ONNX model with onnxruntime-web.
 *
 * @throws ERR_RUNTIME if the device is not there; ERR_FORMAT if the bytes are no model that it can run.
 */
export async function createSession(model: Uint8Array, options: WebSessionOptions = {}): Promise<Session> {
  const { device = "wasm" } = options;
  const devices = await availableWebDevices();
  if (!devices.includes(device))
    throw unavailable(device, `is not available in this browser; it has ${devices.join(", ")}`);
  const ort = await inTurn(() => openRuntime(device, options));
  const metadata = readMetadata(model);
  const session = await inTurn(() =>
    ort.InferenceSession.create(model, {
      executionProviders: [device],
      graphOptimizationLevel: "all",
      enableMemPattern: false,
      logSeverityLevel: 4,
    }),
  ).catch((cause: Error) => {
    // What is wrong with ONNX Runtime's own files is no fault of the model's.
    if (/backend|wasm|WebAssembly|fetch/i.test(cause.message))
      throw unavailable(device, `can't be used here: ${firstLine(cause)}`, cause);
    throw unreadable(cause);
  });
  return new OrtSession(session, { Tensor: ort.Tensor, metadata, inTurn, writesInPlace: false });
}

/** What training steps run on in a browser. */
export function webRuntime(options: WebSessionOptions = {}): Runtime {
  return { createSession: (model) => createSession(model, options) };
}

function unavailable(device: WebDevice, why: string, cause?: Error): LeukogramError {
  return new LeukogramError("ERR_RUNTIME", `device "${device}" ${why}`, { hint: DEVICE_HINT[device], cause });
}

// Each build is loaded when it is asked for.
async function openRuntime(device: WebDevice, { threads, wasmPaths }: WebSessionOptions): Promise<Ort> {
  const build = device === "webgpu" ? import("onnxruntime-web/webgpu") : import("onnxruntime-web/wasm");
  const ort = (await build.catch((cause: Error) => {
    throw unavailable(device, `can't be used here: ${firstLine(cause)}`, cause);
  })) as unknown as Ort;
  // What goes wrong is thrown; ONNX Runtime would print it as well.
  ort.env.logLevel = "fatal";
  ort.env.wasm.numThreads = globalThis.crossOriginIsolated
    ? (threads ?? Math.min(globalThis.navigator.hardwareConcurrency, MOST_THREADS))
    : 1;
  if (wasmPaths !== undefined) ort.env.wasm.wasmPaths = wasmPaths as string;
  return ort;
}

let last: Promise<unknown> = Promise.resolve();

// ONNX Runtime Web loads and runs one model at a time.
function inTurn<T>(run: () => Promise<T>): Promise<T> {
  const next = last.then(run);
  last = next.catch(() => {});
  return next;
}
