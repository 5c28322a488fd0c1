// Image files in parts, each of which is one request.
import { API, ApiError, changeHeaders, noAnswer, refusal } from "./client.ts";
import type { Uploaded } from "./types.ts";

const PART_FILES = 16;
const PART_BYTES = 8 * 2 ** 20;
/** Milliseconds without a sign of life after which a request is given up: its connection may be gone without a word. */
const SILENCE = 120_000;

/** Files in parts: few enough for one request, and a zip in one of its own. */
export function partsOf(files: readonly File[]): File[][] {
  const parts: File[][] = [];
  let last: File[] = [];
  let bytes = 0;
  for (const file of files) {
    if (isZip(file)) {
      parts.push([file]);
      continue;
    }
    if (last.length === 0 || last.length === PART_FILES || bytes + file.size > PART_BYTES) {
      last = [];
      bytes = 0;
      parts.push(last);
    }
    last.push(file);
    bytes += file.size;
  }
  return parts;
}

function isZip(file: File): boolean {
  return /\.zip$/i.test(file.name);
}

/** Options of {@link sendPart}. */
export interface PartOptions {
  readonly caseId: string;
  /** The announced upload that the files belong to. */
  readonly upload: string;
  /** The same with each try. */
  readonly key: string;
  readonly onBytes: (count: number) => void;
  readonly signal: AbortSignal;
}

/** Sends files to a case. fetch does not say how far a request's body is; XMLHttpRequest does. @throws ApiError. */
export function sendPart(
  part: readonly File[],
  { caseId, upload, key, onBytes, signal }: PartOptions,
): Promise<Uploaded> {
  return new Promise((answer, fail) => {
    const request = new XMLHttpRequest();
    let [isSilent, watch] = [false, undefined as ReturnType<typeof setTimeout> | undefined];
    // An archive is answered when it is unpacked, which takes its time.
    const isWatched = !part.some(isZip);
    const alive = () => {
      clearTimeout(watch);
      if (!isWatched) return;
      watch = setTimeout(() => {
        isSilent = true;
        request.abort();
      }, SILENCE);
    };
    const stopped = () => fail(new ApiError(499, { code: "ERR_ABORTED", message: "stopped" }));
    if (signal.aborted) return stopped();
    request.open("POST", `${API}/cases/${caseId}/images?upload=${upload}`);
    for (const [name, value] of Object.entries(changeHeaders(key))) request.setRequestHeader(name, value);
    request.upload.onprogress = ({ loaded }) => {
      alive();
      onBytes(loaded);
    };
    request.onerror = () => fail(noAnswer());
    request.onabort = () => (isSilent ? fail(noAnswer()) : stopped());
    request.onload = () => {
      if (request.status >= 200 && request.status < 300) answer(JSON.parse(request.responseText) as Uploaded);
      else fail(refusal(request.status, request.responseText));
    };
    const stop = () => request.abort();
    signal.addEventListener("abort", stop, { once: true });
    request.onloadend = () => {
      clearTimeout(watch);
      signal.removeEventListener("abort", stop);
    };
    const form = new FormData();
    for (const file of part) form.append("files", file, file.name);
    alive();
    request.send(form);
  });
}
