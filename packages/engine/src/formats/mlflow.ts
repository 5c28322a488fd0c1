import { LeukogramError } from "../core/errors.ts";

/** A finished run as a tracking server keeps it. */
export interface TrackedRun {
  readonly name: string;
  readonly params: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
  readonly metrics: readonly TrackedMetric[];
  /** Milliseconds since 1970. */
  readonly startTime: number;
  readonly endTime: number;
  /** Files to keep with it, by the path that they get there. */
  readonly artifacts: Readonly<Record<string, Uint8Array>>;
}

/** One number of a run. */
export interface TrackedMetric {
  readonly key: string;
  readonly value: number;
  readonly step: number;
  /** Milliseconds since 1970. */
  readonly timestamp: number;
}

/** Options of {@link sendToMlflow}. */
export interface MlflowOptions {
  /** Address of the tracking server. */
  readonly url: string;
  readonly experiment: string;
  readonly signal?: AbortSignal | undefined;
}

/** Where the server keeps a run. */
export interface MlflowRun {
  readonly runId: string;
  readonly experimentId: string;
  /** Artifacts that the server did not take, as where it keeps none itself. */
  readonly refused: readonly string[];
}

/** As many metrics, and parameters, as a server takes at once. */
const [METRICS, PARAMS] = [1000, 100];
/** A parameter's value may be so long. */
const LONGEST = 6000;

/**
 * Sends a run to an MLflow tracking server by its REST API (2.0). MLFLOW_TRACKING_TOKEN, or MLFLOW_TRACKING_USERNAME and
 * MLFLOW_TRACKING_PASSWORD, are sent along where they are set.
 *
 * @throws ERR_OUTPUT if the server can't be reached or refuses; ERR_ABORTED.
 */
export async function sendToMlflow(run: TrackedRun, options: MlflowOptions): Promise<MlflowRun> {
  const call = new Server(options);
  const experimentId = await call.experiment(options.experiment);
  const { run: created } = await call.post<{ run: { info: { run_id: string } } }>("runs/create", {
    experiment_id: experimentId,
    run_name: run.name,
    start_time: run.startTime,
    tags: Object.entries(run.tags).map(([key, value]) => ({ key, value })),
  });
  const runId = created.info.run_id;
  const params = Object.entries(run.params).map(([key, value]) => ({ key, value: value.slice(0, LONGEST) }));
  for (let i = 0; i < params.length; i += PARAMS)
    await call.post("runs/log-batch", { run_id: runId, params: params.slice(i, i + PARAMS) });
  for (let i = 0; i < run.metrics.length; i += METRICS)
    await call.post("runs/log-batch", { run_id: runId, metrics: run.metrics.slice(i, i + METRICS) });
  const refused: string[] = [];
  for (const [path, bytes] of Object.entries(run.artifacts))
    if (!(await call.artifact(`${experimentId}/${runId}/artifacts/${path}`, bytes))) refused.push(path);
  await call.post("runs/update", { run_id: runId, status: "FINISHED", end_time: run.endTime });
  return { runId, experimentId, refused };
}

class Server {
  readonly #url: string;
  readonly #signal: AbortSignal | undefined;

  constructor({ url, signal }: MlflowOptions) {
    this.#url = url.replace(/\/*$/, "");
    this.#signal = signal;
  }

  /** The experiment's identifier; it is made if there is none. */
  async experiment(name: string): Promise<string> {
    const path = `experiments/get-by-name?experiment_name=${encodeURIComponent(name)}`;
    const found = await this.#fetch(`/api/2.0/mlflow/${path}`, { method: "GET" });
    if (found.ok) return ((await found.json()) as { experiment: { experiment_id: string } }).experiment.experiment_id;
    if (found.status !== 404) throw await this.#refusal(found);
    return (await this.post<{ experiment_id: string }>("experiments/create", { name })).experiment_id;
  }

  async post<T>(path: string, body: object): Promise<T> {
    const response = await this.#fetch(`/api/2.0/mlflow/${path}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    if (!response.ok) throw await this.#refusal(response);
    return (await response.json()) as T;
  }

  /** Whether the server took the file; one that keeps artifacts elsewhere does not. */
  async artifact(path: string, body: Uint8Array): Promise<boolean> {
    const response = await this.#fetch(`/api/2.0/mlflow-artifacts/artifacts/${path}`, {
      method: "PUT",
      headers: { "content-type": "application/octet-stream" },
      body: Buffer.from(body),
    });
    await response.body?.cancel();
    return response.ok;
  }

  async #fetch(path: string, init: RequestInit): Promise<Response> {
    const headers = { ...authorization(), ...(init.headers as Record<string, string> | undefined) };
    const signal = this.#signal ?? null;
    try {
      return await fetch(`${this.#url}${path}`, { ...init, headers, signal });
    } catch (cause) {
      if (signal?.aborted) throw new LeukogramError("ERR_ABORTED", "sending the run was interrupted");
      const reason = ((cause as Error).cause as Error | undefined)?.message ?? (cause as Error).message;
      throw new LeukogramError("ERR_OUTPUT", `${this.#url}: the MLflow server can't be reached (${reason})`, {
        hint: "Check the address, and that the server is running.",
        cause,
      });
    }
  }

  async #refusal(response: Response): Promise<LeukogramError> {
    const text = await response.text();
    const told = /"message":\s*"([^"]+)"/.exec(text)?.[1] ?? text.slice(0, 200);
    return new LeukogramError("ERR_OUTPUT", `${this.#url}: the MLflow server returned ${response.status}: ${told}`, {
      hint:
        response.status === 401 || response.status === 403
          ? "Set MLFLOW_TRACKING_TOKEN, or MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD."
          : "Check that the address belongs to an MLflow tracking server.",
    });
  }
}

function authorization(): Record<string, string> {
  const { MLFLOW_TRACKING_TOKEN: token, MLFLOW_TRACKING_USERNAME: user, MLFLOW_TRACKING_PASSWORD: word } = process.env;
  if (token) return { authorization: `Bearer ${token}` };
  return user ? { authorization: `Basic ${Buffer.from(`${user}:${word ?? ""}`).toString("base64")}` } : {};
}
