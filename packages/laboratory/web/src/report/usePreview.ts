import { useCallback, useEffect, useState } from "react";
import { type ApiError, get } from "../api/client.ts";
import type { CaseSummary, Differential, Obstacle } from "../api/types.ts";
import { useOnline } from "../api/useOnline.ts";
import type { CodedSentence } from "../language/words.ts";

/** A count with what stands against signing it, and the case as it was before it was counted: while the case has that revision, this is its count. */
export interface Preview {
  readonly summary: CaseSummary;
  readonly differential: Differential;
  readonly obstacles: readonly Obstacle[];
  /** Critical values, which are signed only when they are reported to somebody. */
  readonly critical: readonly string[];
  /** Both, with the codes by which other languages have them. */
  readonly sentences: readonly CodedSentence[];
}

/** The count of a case, counted again with each of its revisions; the last one is shown until then. */
export function usePreview(summary: CaseSummary) {
  const [preview, setPreview] = useState<Preview>();
  const [error, setError] = useState<ApiError>();
  const [turn, setTurn] = useState(0);
  const { id, revision, isBlind } = summary;
  useEffect(() => {
    if (isBlind) return;
    const stop = new AbortController();
    Promise.all([
      get<Differential>(`/cases/${id}/differential`, stop.signal),
      get<Pick<Preview, "obstacles" | "critical" | "sentences">>(`/cases/${id}/signing`, stop.signal),
    ]).then(
      ([differential, against]) => {
        setPreview({ summary, differential, ...against });
        setError(undefined);
      },
      (fault) => {
        if (!stop.signal.aborted) setError(fault);
      },
    );
    return () => stop.abort();
    // Of one revision there is one summary.
  }, [id, revision, isBlind, turn]);
  const reload = useCallback(() => setTurn((last) => last + 1), []);
  useOnline(error === undefined ? undefined : reload);
  return { preview, error, reload };
}
