import { LeukogramError } from "@leukogram/engine/core/errors";

/** What a FHIR server said. */
export interface FhirAnswer {
  readonly status: number;
  /** The answer's resource as text, cut to a few lines. */
  readonly text: string;
  /** Whether it did all of the transaction. */
  readonly isDone: boolean;
}

/** Options of {@link sendFhir}. */
export interface SendFhirOptions {
  /** Base address of the server. */
  readonly url: string;
  /** Sent as a bearer token; empty for none. */
  readonly token: string;
  readonly timeoutMs?: number | undefined;
  readonly signal: AbortSignal;
}

const MOST = 20_000;

/** Sends a transaction. @throws ERR_RUNTIME if no answer comes: then the server may have done it, or not. */
export async function sendFhir(
  bundle: string,
  { url, token, timeoutMs = 30_000, signal }: SendFhirOptions,
): Promise<FhirAnswer> {
  try {
    const answer = await fetch(url, {
      method: "POST",
      headers: {
        ...{ "content-type": "application/fhir+json", accept: "application/fhir+json" },
        ...(token !== "" && { authorization: `Bearer ${token}` }),
      },
      body: bundle,
      redirect: "error",
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
    });
    const text = await answer.text();
    return { status: answer.status, text: text.slice(0, MOST), isDone: answer.ok && isDone(text) };
  } catch (error) {
    const { cause, message } = error as Error;
    throw new LeukogramError(
      "ERR_RUNTIME",
      `${url} did not answer: ${cause instanceof Error ? cause.message : message}`,
      {
        hint: "Check the address, and that the server is running.",
        cause: error,
      },
    );
  }
}

function isDone(text: string): boolean {
  try {
    const { resourceType, type, entry = [] } = JSON.parse(text);
    const statuses = (entry as { response?: { status?: string } }[]).map(({ response }) => response?.status ?? "");
    return (
      resourceType === "Bundle" &&
      type === "transaction-response" &&
      statuses.every((status) => /^2\d\d\b/.test(status))
    );
  } catch {
    return false;
  }
}
