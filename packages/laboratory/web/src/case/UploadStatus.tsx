import { useState } from "react";
import { texts } from "../texts.ts";
import { Dialog } from "../ui/Dialog.tsx";
import { Scroll } from "../ui/Scroll.tsx";
import type { UploadState } from "./useUpload.ts";

interface UploadStatusProps extends UploadState {
  readonly cancel: () => void;
  readonly clear: () => void;
}

/** How far an upload is, then what became of it; refused files have a list with the reasons. */
export function UploadStatus(props: UploadStatusProps) {
  const { progress, isBusy, added, known, skipped, refused, cancel, clear } = props;
  const [isListed, setIsListed] = useState(false);
  const words = texts.upload;
  if (isBusy) {
    const { bytes = 1, doneBytes = 0, files = 1, doneFiles = 0 } = progress ?? {};
    // Sending is one half, what the server does with the files the other.
    const share = (doneBytes / bytes + doneFiles / files) / 2;
    return (
      <span className="row">
        <progress max={1} value={share} aria-label={words.progress(doneFiles, files)} />
        <span className="figure">{words.progress(doneFiles, files)}</span>
        <button type="button" className="quiet small" onClick={cancel}>
          {words.cancel}
        </button>
      </span>
    );
  }
  if (added + known + skipped + refused.length === 0) return null;
  return (
    <span className="row">
      <span>{words.done(added, known, 0)}</span>
      {skipped > 0 && <span className="muted">{words.skipped(skipped)}</span>}
      {refused.length > 0 && (
        <button type="button" className="badge warning" onClick={() => setIsListed(true)}>
          {words.refused(refused.length)}
        </button>
      )}
      <button type="button" className="quiet small" onClick={clear}>
        {texts.messages.close}
      </button>
      {isListed && (
        <Dialog title={words.refusedTitle} onClose={() => setIsListed(false)}>
          <Scroll label={words.refusedTitle}>
            <table className="list">
              <thead>
                <tr>
                  <th scope="col">{words.file}</th>
                  <th scope="col">{words.reason}</th>
                </tr>
              </thead>
              <tbody>
                {refused.map(({ file, reason }) => (
                  <tr key={`${file} ${reason}`}>
                    <td>{file}</td>
                    <td>{reason}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </Scroll>
        </Dialog>
      )}
    </span>
  );
}
