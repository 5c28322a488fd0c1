import type { Connections } from "../api/types.ts";
import { useLoaded } from "../api/useLoaded.ts";
import { href } from "../app/router.ts";
import { listeningWords, sendingWords } from "../connections/connectionWords.ts";
import { t } from "../language/words.ts";
import { LoadFault } from "../ui/LoadFault.tsx";

/** Whether orders come in and results go out, and the way to their page. */
export function ConnectionsSection() {
  const { data, error, reload } = useLoaded<Connections>("/connections");
  return (
    <section className="card">
      <h2>{t("connections.section")}</h2>
      <p>{t("connections.sectionWhat")}</p>
      <LoadFault error={error} onAgain={reload} />
      {data !== undefined && (
        <p>{`${t("connections.orders")}: ${listeningWords(data)} ${t("connections.results")}: ${sendingWords(data)}`}</p>
      )}
      <a className="button" href={href("connections")}>
        {t("connections.open")}
      </a>
    </section>
  );
}
