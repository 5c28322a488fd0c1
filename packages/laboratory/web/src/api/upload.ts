// Sends image files in small parts, a few at a time; a part that fails is sent again under its key.
import { API, ApiError, changeHeaders, newKey, noAnswer, refusal, withTries } from "./client.ts";
import type { Uploaded } from "./types.ts";

const PART_FILES = 16;
const PART_BYTES = 8 * 2 ** 20;
const AT_ONCE = 3;

/** How far an upload is. */
export interface UploadProgress {
  readonly files: number;
  readonly doneFiles: number;
  readonly bytes: number;
  readonly doneBytes: number;
}

/** Options of {@link uploadFiles}. */
export interface UploadOptions {
  readonly signal: AbortSignal;
  readonly onProgress: (progress: UploadProgress) => void;
  /** Called with what became of each part. */
  readonly onAnswer: (answer: Uploaded) => void;
}

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

/** Uploads into a case. A part that can't be sent is answered as refused, with the reason; the others go on. */
export async function uploadFiles(caseId: string, files: readonly File[], options: UploadOptions): Promise<void> {
  const parts = partsOf(files);
  const sent = parts.map(() => 0);
  const done = parts.map(() => 0);
  const bytes = files.reduce((sum, { size }) => sum + size, 0);
  const tell = () =>
    options.onProgress({ files: files.length, doneFiles: sum(done), bytes, doneBytes: Math.min(bytes, sum(sent)) });
  let next = 0;
  const worker = async () => {
    while (next < parts.length && !options.signal.aborted) {
      const i = next++;
      const part = parts[i]!;
      const key = newKey();
      const onBytes = (count: number) => {
        sent[i] = count;
        tell();
      };
      const send = () => sendPart(`${API}/cases/${caseId}/images`, part, { key, onBytes, signal: options.signal });
      const answer = await withTries(send).catch((error: Error) => refusedAll(part, error));
      if (options.signal.aborted) return;
      done[i] = part.length;
      sent[i] = part.reduce((total, { size }) => total + size, 0);
      options.onAnswer(answer);
      tell();
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);

function refusedAll(part: readonly File[], error: Error): Uploaded {
  return { added: [], known: [], refused: part.map(({ name }) => ({ file: name, reason: error.message })) };
}

interface PartOptions {
  readonly key: string;
  readonly onBytes: (count: number) => void;
  readonly signal: AbortSignal;
}

// fetch does not say how far a request's body is; XMLHttpRequest does.
function sendPart(address: string, part: readonly File[], { key, onBytes, signal }: PartOptions): Promise<Uploaded> {
  return new Promise((answer, fail) => {
    const request = new XMLHttpRequest();
    request.open("POST", address);
    for (const [name, value] of Object.entries(changeHeaders(key))) request.setRequestHeader(name, value);
    request.upload.onprogress = ({ loaded }) => onBytes(loaded);
    request.onerror = () => fail(noAnswer());
    request.onabort = () => fail(new ApiError(499, { code: "ERR_ABORTED", message: "stopped" }));
    request.onload = () => {
      if (request.status >= 200 && request.status < 300) answer(JSON.parse(request.responseText) as Uploaded);
      else fail(refusal(request.status, request.responseText));
    };
    signal.addEventListener("abort", () => request.abort(), { once: true });
    const form = new FormData();
    for (const file of part) form.append("files", file, file.name);
    request.send(form);
  });
}
