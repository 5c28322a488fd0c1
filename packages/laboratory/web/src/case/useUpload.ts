import { useCallback, useEffect, useRef, useState } from "react";
import type { ChosenFiles } from "../api/droppedFiles.ts";
import { type UploadProgress, uploadFiles } from "../api/upload.ts";
import { useMessages } from "../app/messages.tsx";
import { texts } from "../texts.ts";

/** A file that was not taken. */
export interface Refused {
  readonly file: string;
  readonly reason: string;
}

/** What became of the last upload. */
export interface UploadState {
  readonly progress: UploadProgress | undefined;
  readonly isBusy: boolean;
  readonly added: number;
  readonly known: number;
  readonly skipped: number;
  readonly refused: readonly Refused[];
}

const NONE: UploadState = { progress: undefined, isBusy: false, added: 0, known: 0, skipped: 0, refused: [] };

/** Uploads into a case; another upload that starts meanwhile is added to it. */
export function useUpload(caseId: string, onAdded: () => void) {
  const [state, setState] = useState<UploadState>(NONE);
  const { announce, fail } = useMessages();
  const stop = useRef<AbortController>(undefined);
  useEffect(() => () => stop.current?.abort(), []);
  const send = useCallback(
    async ({ files, skipped }: ChosenFiles) => {
      stop.current?.abort();
      const mine = new AbortController();
      stop.current = mine;
      setState({ ...NONE, skipped, isBusy: files.length > 0 });
      if (files.length === 0) return;
      let [added, known] = [0, 0];
      const refused: Refused[] = [];
      await uploadFiles(caseId, files, {
        signal: mine.signal,
        onProgress: (progress) => setState((last) => ({ ...last, progress })),
        onAnswer: (answer) => {
          added += answer.added.length;
          known += answer.known.length;
          refused.push(...answer.refused);
          setState((last) => ({ ...last, added, known, refused: [...refused] }));
        },
      });
      if (stop.current !== mine) return;
      setState((last) => ({ ...last, isBusy: false }));
      announce(texts.upload.done(added, known, refused.length));
      onAdded();
    },
    [caseId, announce, onAdded],
  );
  /** Files, or the promise of them: a folder that is dropped may turn out not to be readable. */
  const start = useCallback(
    (chosen: ChosenFiles | Promise<ChosenFiles>) => {
      const sent = Promise.resolve(chosen).then(send);
      sent.catch((error: unknown) => {
        setState((last) => ({ ...last, isBusy: false }));
        fail(error);
      });
    },
    [send, fail],
  );
  const cancel = useCallback(() => {
    stop.current?.abort();
    setState((last) => ({ ...last, isBusy: false }));
    onAdded();
  }, [onAdded]);
  const clear = useCallback(() => setState(NONE), []);
  return { ...state, start, cancel, clear };
}
