import { useState } from "react";
import { t } from "../language/words.ts";
import { Dialog } from "../ui/Dialog.tsx";
import { focusNext } from "../ui/focusNext.ts";
import { Scroll } from "../ui/Scroll.tsx";
import { useCaseUploads, useUploads } from "../uploads/uploads.tsx";

/** How far the uploads of a case are, then what became of them; refused files have a list with the reasons. */
export function UploadStatus({ caseId }: { readonly caseId: string }) {
  const queue = useUploads();
  const { isBusy, wait, files, doneFiles, bytes, doneBytes, added, known, skipped, refused } = useCaseUploads(caseId);
  const [isListed, setIsListed] = useState(false);
  if (isBusy) {
    // Sending is one half, what the server does with the files the other.
    const share = (doneBytes / Math.max(1, bytes) + doneFiles / Math.max(1, files)) / 2;
    return (
      <span className="row">
        <progress max={1} value={share} aria-label={t("upload.progress", { done: doneFiles, of: files })} />
        <span className="figure">{t("upload.progress", { done: doneFiles, of: files })}</span>
        {wait !== undefined && <span className="badge warning">{t(`upload.waits.${wait}`)}</span>}
        <button
          type="button"
          className="quiet small"
          onClick={() => {
            queue.cancel(caseId);
            focusNext(".uploadArea .notice button", ".uploadBar button");
          }}
        >
          {t("upload.cancel")}
        </button>
      </span>
    );
  }
  if (added + known + skipped + refused.length === 0) return null;
  return (
    <span className="row">
      <span>{t("upload.done", { added, known, refused: 0 })}</span>
      {skipped > 0 && <span className="muted">{t("upload.skipped", { count: skipped })}</span>}
      {refused.length > 0 && (
        <button type="button" className="badge warning" onClick={() => setIsListed(true)}>
          {t("upload.refused", { count: refused.length })}
        </button>
      )}
      <button type="button" className="quiet small" onClick={() => queue.clear(caseId)}>
        {t("messages.close")}
      </button>
      {isListed && (
        <Dialog title={t("upload.refusedTitle")} onClose={() => setIsListed(false)}>
          <Scroll label={t("upload.refusedTitle")}>
            <table className="list">
              <thead>
                <tr>
                  <th scope="col">{t("upload.file")}</th>
                  <th scope="col">{t("upload.reason")}</th>
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
