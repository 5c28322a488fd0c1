import { useState } from "react";
import { API, get } from "../api/client.ts";
import type { Verified } from "../api/types.ts";
import { useMay } from "../app/session.tsx";
import { t } from "../language/words.ts";
import { formatCount } from "../ui/format.ts";
import { Notice } from "../ui/Notice.tsx";
import { useAction } from "../ui/useAction.ts";
import { usePageTitle } from "../ui/usePageTitle.ts";
import { TrailList } from "./TrailList.tsx";

/** Everything that was done here, and whether the record of it is whole. */
export function TrailPage() {
  usePageTitle(t("trail.title"));
  const isAdmin = useMay("admin");
  const [found, setFound] = useState<Verified>();
  const [verify, isBusy] = useAction(async () => setFound(await get<Verified>("/trail/verify")));
  return (
    <>
      <div className="pageHead">
        <h1>{t("trail.title")}</h1>
        {isAdmin && (
          <a className="button" href={`${API}/trail/export`} download="trail.ndjson">
            {t("trail.export")}
          </a>
        )}
        <button type="button" className="primary" disabled={isBusy} onClick={() => void verify()}>
          {t("trail.verify")}
        </button>
      </div>
      <p className="muted">{t("trail.what")}</p>
      <div aria-live="polite">
        {found !== undefined && (
          <Notice kind={found.isWhole ? "info" : "error"}>
            <p>
              {found.isWhole
                ? t("trail.whole", { events: formatCount(found.events) })
                : t("trail.broken", { fault: found.fault ?? "" })}
            </p>
            <p className="muted break small">{t("trail.head", { hash: found.head })}</p>
          </Notice>
        )}
      </div>
      <TrailList />
    </>
  );
}
