import { useState } from "react";
import { newKey, send, withTries } from "../api/client.ts";
import type { CaseSummary } from "../api/types.ts";
import { go } from "../app/router.ts";
import { t } from "../language/words.ts";
import { ConfirmDialog } from "../ui/ConfirmDialog.tsx";
import { focusNext } from "../ui/focusNext.ts";
import { useAction } from "../ui/useAction.ts";

interface FinishReadingProps {
  readonly summary: CaseSummary;
  /** Cells that the second reader has not labelled yet. */
  readonly left: number;
  /** Labels that are not saved yet: the reading can't end before they are. */
  readonly unsent: number;
  readonly onChanged: (summary?: CaseSummary) => void;
}

/** Says that the view is blind, and ends the reading. */
export function FinishReading({ summary, left, unsent, onChanged }: FinishReadingProps) {
  const [isAsking, setIsAsking] = useState(false);
  const finish = async () => {
    const key = newKey();
    onChanged(await withTries(() => send<CaseSummary>("POST", `/cases/${summary.id}/second-reading/finish`, {}, key)));
    focusNext("#differences");
    go("cases", summary.id, "second");
  };
  const [run, isBusy] = useAction(finish);
  return (
    <>
      <div className="notice info row">
        <p>
          <strong>{t("second.blindTitle")}</strong> {t("second.blind")} {t("second.left", { cells: left })}{" "}
          {unsent > 0 && t("case.waitForUnsent", { count: unsent })}
        </p>
        <button
          type="button"
          className="primary"
          disabled={isBusy || unsent > 0}
          onClick={() => (left > 0 ? setIsAsking(true) : void run())}
        >
          {t("second.finish")}
        </button>
      </div>
      {isAsking && (
        <ConfirmDialog
          title={t("second.finishTitle")}
          doIt={t("second.finish")}
          onConfirm={finish}
          onClose={() => setIsAsking(false)}
        >
          <p>{t("second.finishLeft", { cells: left })}</p>
        </ConfirmDialog>
      )}
    </>
  );
}
