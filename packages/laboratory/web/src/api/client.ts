// Requests to the server. Those that change something carry a key that stays the same with each try.
import { t } from "../language/words.ts";
import type { Session } from "./types.ts";

/** Where the routes lie. */
export const API = "/api/v1";

/** What the server, or the network, answered instead of what was asked. */
export class ApiError extends Error {
  /** HTTP status; 0 if there was no answer. */
  readonly status: number;
  readonly code: string;
  readonly hint: string | undefined;

  constructor(status: number, { code, message, hint }: { code: string; message: string; hint?: string | undefined }) {
    super(message);
    this.status = status;
    this.code = code;
    this.hint = hint;
  }

  /** Whether the same request may go through later. */
  get isPassing(): boolean {
    return this.status === 0 || this.status === 408 || this.status === 429 || this.status >= 502;
  }
}

let csrf: string | null = null;

/** Keeps the token that changes must show. */
export function keepCsrf(session: Session): Session {
  csrf = session.csrf;
  return session;
}

let signedOut = () => {};

/** Who is told when the server does not know the session any more. */
export function onSignedOut(listener: () => void): void {
  signedOut = listener;
}

/** Headers of a change. */
export function changeHeaders(key: string): Record<string, string> {
  return { "Idempotency-Key": key, ...(csrf !== null && { "X-CSRF-Token": csrf }) };
}

/** A key for one wish: random, a UUID. `randomUUID` is missing on pages that came by plain HTTP from another machine. */
export function newKey(): string {
  if (typeof crypto.randomUUID === "function") return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/** Asks. @throws ApiError. */
export function get<T>(path: string, signal?: AbortSignal): Promise<T> {
  return request<T>(path, signal === undefined ? {} : { signal });
}

/** The last word of a page that is being closed: it is sent even then, and nobody waits for an answer. */
export function sendLast(method: string, path: string): void {
  void fetch(`${API}${path}`, { method, headers: changeHeaders(newKey()), keepalive: true }).catch(() => {});
}

/** Changes something, once: with a key of its own if none is given. @throws ApiError. */
export function send<T>(method: string, path: string, body?: unknown, key: string = newKey()): Promise<T> {
  const headers: Record<string, string> = changeHeaders(key);
  if (body !== undefined) headers["Content-Type"] = "application/json";
  return request<T>(path, { method, headers, ...(body !== undefined && { body: JSON.stringify(body) }) });
}

async function request<T>(path: string, init: RequestInit): Promise<T> {
  const response = await fetch(`${API}${path}`, { credentials: "same-origin", ...init }).catch((cause: Error) => {
    if (cause.name === "AbortError") throw cause;
    throw noAnswer();
  });
  const text = await response.text().catch(() => {
    throw noAnswer();
  });
  if (!response.ok) throw refusal(response.status, text);
  return (text === "" ? undefined : JSON.parse(text)) as T;
}

/** The error where no answer came. */
export function noAnswer(): ApiError {
  return new ApiError(0, { code: "ERR_NETWORK", message: t("errors.network") });
}

/** The error in the text of an answer; listeners hear if it says that nobody is signed in. */
export function refusal(status: number, text: string): ApiError {
  if (status === 401) signedOut();
  try {
    const { error } = JSON.parse(text) as { error: { code: string; message: string; hint?: string } };
    return new ApiError(status, error);
  } catch {
    return new ApiError(status, { code: "ERR_HTTP", message: t("errors.status", { status }) });
  }
}

/** Tries again, ever later, while the fault may pass. */
export async function withTries<T>(work: () => Promise<T>, tries = 5): Promise<T> {
  for (let left = tries - 1, wait = 400; ; left--, wait *= 2) {
    try {
      return await work();
    } catch (error) {
      if (left === 0 || !(error instanceof ApiError && error.isPassing)) throw error;
      await new Promise((resume) => setTimeout(resume, wait));
    }
  }
}
