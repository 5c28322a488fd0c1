import { useState } from "react";
import { newKey, send, withTries } from "../api/client.ts";
import type { Awaited, CaseSummary } from "../api/types.ts";
import { useLoaded } from "../api/useLoaded.ts";
import { t } from "../language/words.ts";
import { ConfirmDialog } from "../ui/ConfirmDialog.tsx";
import { focusNext } from "../ui/focusNext.ts";
import { LoadFault } from "../ui/LoadFault.tsx";
import { Notice } from "../ui/Notice.tsx";
import { useCaseUploads, useUploads } from "../uploads/uploads.tsx";

interface MissingFilesProps {
  readonly summary: CaseSummary;
  /** Files that have not arrived and are not on their way from here. */
  readonly awaited: number;
  readonly onChanged: (summary?: CaseSummary) => void;
}

/** What gets the focus when nothing is missing any more. */
const NEXT = ".uploadBar button";

/** What of a case's uploads was not sent or did not arrive, with ways to mend it or to give it up; nothing if nothing is missing. */
export function MissingFiles({ summary, awaited, onChanged }: MissingFilesProps) {
  const queue = useUploads();
  const { isBusy, failed, reason } = useCaseUploads(summary.id);
  const [isListed, setIsListed] = useState(false);
  const giveUp = async () => {
    const key = newKey();
    const next = await withTries(() => send<CaseSummary>("DELETE", `/cases/${summary.id}/uploads`, undefined, key));
    queue.clear(summary.id);
    setIsListed(false);
    focusNext(NEXT);
    onChanged(next);
  };
  // The button goes away with what it did.
  const leave = (act: () => void) => () => {
    act();
    focusNext(NEXT);
  };
  if (isBusy || failed + awaited === 0) return null;
  return (
    <Notice kind="warning">
      <p role="status">
        {failed > 0 ? t("upload.failed", { count: failed, reason }) : t("upload.missing", { count: awaited })}
      </p>
      <div className="row">
        {failed > 0 && (
          <button type="button" className="primary" onClick={leave(() => queue.again(summary.id))}>
            {t("upload.again")}
          </button>
        )}
        {awaited > 0 ? (
          <button type="button" onClick={() => setIsListed(true)}>
            {t("upload.missingShow")}
          </button>
        ) : (
          <button type="button" onClick={leave(() => queue.clear(summary.id))}>
            {t("messages.close")}
          </button>
        )}
      </div>
      {isListed && (
        <ConfirmDialog
          title={t("upload.missingTitle")}
          doIt={t("upload.giveUp")}
          onConfirm={giveUp}
          onClose={() => setIsListed(false)}
        >
          <MissingList caseId={summary.id} />
          <p>{t("upload.giveUpWhat", { count: awaited })}</p>
        </ConfirmDialog>
      )}
    </Notice>
  );
}

function MissingList({ caseId }: { readonly caseId: string }) {
  const { data, error, reload } = useLoaded<Awaited>(`/cases/${caseId}/uploads`);
  return (
    <>
      <LoadFault error={error} onAgain={reload} />
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard. */}
      <ul className="missingFiles" tabIndex={0} aria-label={t("upload.missingTitle")}>
        {data?.files.map(({ upload, file, count }) => (
          <li key={`${upload} ${file}`}>{t("upload.missingName", { name: file, count })}</li>
        ))}
      </ul>
    </>
  );
}
