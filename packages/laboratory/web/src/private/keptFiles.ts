// What private mode keeps on this computer, so that it works with no network: the app's files, ONNX Runtime, models.
import { API } from "../api/client.ts";
import { t } from "../language/words.ts";

/** Cache of the app's own files; `sw.ts` reads it. */
export const APP_CACHE = "leukogram-app";
const MODEL_CACHE = "leukogram-models";

/** Bytes of a model file: from the server, else as they were kept. @throws Error if there is neither. */
export async function modelBytes(model: string): Promise<Uint8Array> {
  const address = `${API}/models/${encodeURIComponent(model)}/file`;
  const response = await fetch(address).catch(() => undefined);
  if (response?.ok) {
    if ("caches" in globalThis) await (await caches.open(MODEL_CACHE)).put(address, response.clone());
    return new Uint8Array(await response.arrayBuffer());
  }
  const kept = "caches" in globalThis ? await caches.match(address) : undefined;
  if (kept === undefined)
    throw new Error(response === undefined ? t("private.noModel") : t("errors.status", { status: response.status }));
  return new Uint8Array(await kept.arrayBuffer());
}

/** Names of the models that were kept. */
export async function keptModels(): Promise<string[]> {
  if (!("caches" in globalThis)) return [];
  const requests = await (await caches.open(MODEL_CACHE)).keys();
  return requests.map(({ url }) => decodeURIComponent(new URL(url).pathname.split("/").at(-2)!));
}

/** Keeps all of the app. @returns whether it will open without a network; not on pages that came by plain HTTP from elsewhere. */
export async function keepApp(): Promise<boolean> {
  if (!("serviceWorker" in navigator) || !("caches" in globalThis)) return false;
  try {
    await navigator.serviceWorker.register("/sw.js");
    const files = (await (await fetch("/files.json")).json()) as string[];
    const cache = await caches.open(APP_CACHE);
    for (const request of await cache.keys())
      if (!files.includes(new URL(request.url).pathname)) await cache.delete(request);
    const missing = await Promise.all(
      files.map(async (file) => (file === "/" || !(await cache.match(file)) ? file : undefined)),
    );
    await cache.addAll(missing.filter((file) => file !== undefined));
    return true;
  } catch {
    // Without a network: it is kept if it was.
    return (await caches.match("/")) !== undefined;
  }
}
