import { href, type Route } from "../app/router.ts";
import { t } from "../language/words.ts";
import { useAllUploads } from "./uploads.tsx";

/** How far the uploads are of cases whose review is not open; nothing if there are none. */
export function UploadStrip({ route }: { readonly route: Route }) {
  const [place, shown, tab = "review"] = route;
  const open = place === "cases" && tab === "review" ? shown : undefined;
  const others = [...useAllUploads()].filter(([caseId, { isBusy }]) => isBusy && caseId !== open);
  if (others.length === 0) return null;
  return (
    <aside className="uploadStrip" aria-label={t("upload.elsewhereTitle")}>
      {others.map(([caseId, { caseName, wait, files, doneFiles }]) => (
        <p key={caseId} className="row">
          <a href={href("cases", caseId)}>
            {t("upload.elsewhere", { name: caseName, progress: t("upload.progress", { done: doneFiles, of: files }) })}
          </a>
          {wait !== undefined && <span className="badge warning">{t(`upload.waits.${wait}`)}</span>}
        </p>
      ))}
    </aside>
  );
}
