// How long pieces of work took, for who asks: nothing is kept, and without a listener nothing is measured.

/** A piece of work that has ended. */
export interface Span {
  /** What was done, the same for all of a kind: "Decode an image". */
  readonly name: string;
  /** What it was a part of, as an operator is of a network's run. */
  readonly within?: string | undefined;
  /** Which thread did it; undefined for the one that listens. */
  readonly thread?: string | undefined;
  /** Milliseconds since 1970, with fractions. */
  readonly start: number;
  readonly milliseconds: number;
}

const listeners = new Set<(span: Span) => void>();

/** Calls a listener with each piece of work in this thread, and those it started, as it ends; returns what stops that. */
export function hearSpans(listener: (span: Span) => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Whether somebody listens. */
export const isTimed = (): boolean => listeners.size > 0;

/** Passes on a span that was measured elsewhere. */
export function tellSpan(span: Span): void {
  for (const listener of listeners) listener(span);
}

/** Milliseconds since 1970, with fractions; threads agree on it. */
export const now = (): number => performance.timeOrigin + performance.now();

/** Does some work and says how long it took. */
export async function timed<T>(name: string, work: () => Promise<T>): Promise<T> {
  if (!isTimed()) return await work();
  const start = now();
  try {
    return await work();
  } finally {
    tellSpan({ name, start, milliseconds: now() - start });
  }
}

/** The same of work that is done at once. */
export function timedNow<T>(name: string, work: () => T): T {
  if (!isTimed()) return work();
  const start = now();
  try {
    return work();
  } finally {
    tellSpan({ name, start, milliseconds: now() - start });
  }
}
