// Answers for the app's own files when no network connection; private mode has put them aside. Never for the server's answers.

interface FetchEvent extends Event {
  readonly request: Request;
  respondWith(answer: Promise<Response>): void;
}

const APP_CACHE = "leukogram-app";

addEventListener("fetch", (event) => {
  const { request, respondWith } = event as FetchEvent;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== location.origin || pathname.startsWith("/api/")) return;
  if (request.mode === "navigate" && pathname !== "/") return;
  respondWith.call(event, answer(request, pathname));
});

// Files under /assets/ have their content's hash in their names, so that a kept one is never old.
async function answer(request: Request, pathname: string): Promise<Response> {
  const cache = await caches.open(APP_CACHE);
  const kept = () => cache.match(pathname === "/" ? "/" : request);
  if (pathname.startsWith("/assets/")) return (await kept()) ?? fetch(request);
  try {
    return await fetch(request);
  } catch (cause) {
    const found = await kept();
    if (found === undefined) throw cause;
    return found;
  }
}
