import { useState } from "react";
import { API, get } from "../api/client.ts";
import type { Verified } from "../api/types.ts";
import { useMay } from "../app/session.tsx";
import { texts } from "../texts.ts";
import { formatCount } from "../ui/format.ts";
import { Notice } from "../ui/Notice.tsx";
import { useAction } from "../ui/useAction.ts";
import { usePageTitle } from "../ui/usePageTitle.ts";
import { TrailList } from "./TrailList.tsx";

/** Everything that was done here, and whether the record of it is whole. */
export function TrailPage() {
  const words = texts.trail;
  usePageTitle(words.title);
  const isAdmin = useMay("admin");
  const [found, setFound] = useState<Verified>();
  const [verify, isBusy] = useAction(async () => setFound(await get<Verified>("/trail/verify")));
  return (
    <>
      <div className="pageHead">
        <h1>{words.title}</h1>
        {isAdmin && (
          <a className="button" href={`${API}/trail/export`} download="trail.ndjson">
            {words.export}
          </a>
        )}
        <button type="button" className="primary" disabled={isBusy} onClick={() => void verify()}>
          {words.verify}
        </button>
      </div>
      <p className="muted">{words.what}</p>
      <div aria-live="polite">
        {found !== undefined && (
          <Notice kind={found.isWhole ? "info" : "error"}>
            <p>{found.isWhole ? words.whole(formatCount(found.events)) : words.broken(found.fault ?? "")}</p>
            <p className="muted break small">{words.head(found.head)}</p>
          </Notice>
        )}
      </div>
      <TrailList />
    </>
  );
}
