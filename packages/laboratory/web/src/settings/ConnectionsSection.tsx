import type { Connections } from "../api/types.ts";
import { useLoaded } from "../api/useLoaded.ts";
import { href } from "../app/router.ts";
import { texts } from "../texts.ts";
import { LoadFault } from "../ui/LoadFault.tsx";

/** Whether orders come in and results go out, and the way to their page. */
export function ConnectionsSection() {
  const words = texts.connections;
  const { data, error, reload } = useLoaded<Connections>("/connections");
  return (
    <section className="card">
      <h2>{words.section}</h2>
      <p>{words.sectionWhat}</p>
      <LoadFault error={error} onAgain={reload} />
      {data !== undefined && (
        <p>{`${words.orders}: ${words.listening(data)} ${words.results}: ${words.sending(data)}`}</p>
      )}
      <a className="button" href={href("connections")}>
        {words.open}
      </a>
    </section>
  );
}
