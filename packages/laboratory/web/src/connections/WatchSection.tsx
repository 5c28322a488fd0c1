import type { Watched } from "../api/types.ts";
import { useLoaded } from "../api/useLoaded.ts";
import { texts } from "../texts.ts";
import { LoadFault } from "../ui/LoadFault.tsx";

/** What the watched folder took, what it put aside, and what waits in it. */
export function WatchSection() {
  const words = texts.connections;
  const { data, error, reload } = useLoaded<{ watch: Watched | null }>("/watch");
  return (
    <section className="card" aria-labelledby="watch">
      <h2 id="watch">{words.watch}</h2>
      <LoadFault error={error} onAgain={reload} />
      {data?.watch === null && <p className="muted">{words.watchNone}</p>}
      {data?.watch != null && (
        <>
          <p className="break">{words.watched(data.watch)}</p>
          <WatchList title={words.watchWaiting} rows={data.watch.waiting.map(({ name, reason }) => [name, reason])} />
          <WatchList title={words.watchRejected} rows={data.watch.rejected.map(({ file, reason }) => [file, reason])} />
          <button type="button" onClick={reload}>
            {words.reload}
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
