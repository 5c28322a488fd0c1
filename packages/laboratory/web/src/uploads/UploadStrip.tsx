import { href, type Route } from "../app/router.ts";
import { texts } from "../texts.ts";
import { useAllUploads } from "./uploads.tsx";

/** How far the uploads are of cases whose review is not open; nothing if there are none. */
export function UploadStrip({ route }: { readonly route: Route }) {
  const [place, shown, tab = "review"] = route;
  const open = place === "cases" && tab === "review" ? shown : undefined;
  const others = [...useAllUploads()].filter(([caseId, { isBusy }]) => isBusy && caseId !== open);
  const words = texts.upload;
  if (others.length === 0) return null;
  return (
    <aside className="uploadStrip" aria-label={words.elsewhereTitle}>
      {others.map(([caseId, { caseName, wait, files, doneFiles }]) => (
        <p key={caseId} className="row">
          <a href={href("cases", caseId)}>{words.elsewhere(caseName, words.progress(doneFiles, files))}</a>
          {wait !== undefined && <span className="badge warning">{words.waits[wait]}</span>}
        </p>
      ))}
    </aside>
  );
}
