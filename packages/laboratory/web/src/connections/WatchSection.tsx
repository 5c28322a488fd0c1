import type { Watched } from "../api/types.ts";
import { useLoaded } from "../api/useLoaded.ts";
import { t } from "../language/words.ts";
import { LoadFault } from "../ui/LoadFault.tsx";

/** What the watched folder took, what it put aside, and what waits in it. */
export function WatchSection() {
  const { data, error, reload } = useLoaded<{ watch: Watched | null }>("/watch");
  return (
    <section className="card" aria-labelledby="watch">
      <h2 id="watch">{t("connections.watch")}</h2>
      <LoadFault error={error} onAgain={reload} />
      {data?.watch === null && <p className="muted">{t("connections.watchNone")}</p>}
      {data?.watch != null && (
        <>
          <p className="break">{t("connections.watched", { folder: data.watch.folder, taken: data.watch.taken })}</p>
          <WatchList
            title={t("connections.watchWaiting")}
            rows={data.watch.waiting.map(({ name, reason }) => [name, reason])}
          />
          <WatchList
            title={t("connections.watchRejected")}
            rows={data.watch.rejected.map(({ file, reason }) => [file, reason])}
          />
          <button type="button" onClick={reload}>
            {t("connections.reload")}
          </button>
        </>
      )}
    </section>
  );
}

interface WatchListProps {
  readonly title: string;
  readonly rows: readonly (readonly [name: string, reason: string])[];
}

function WatchList({ title, rows }: WatchListProps) {
  if (rows.length === 0) return null;
  return (
    <>
      <h3>{title}</h3>
      <ul>
        {rows.map(([name, reason]) => (
          <li key={name} className="break">{`${name}: ${reason}`}</li>
        ))}
      </ul>
    </>
  );
}
