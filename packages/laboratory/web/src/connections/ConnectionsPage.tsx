import type { Connections } from "../api/types.ts";
import { useLoaded } from "../api/useLoaded.ts";
import { href } from "../app/router.ts";
import { t } from "../language/words.ts";
import { LoadFault } from "../ui/LoadFault.tsx";
import { Notice } from "../ui/Notice.tsx";
import { usePageTitle } from "../ui/usePageTitle.ts";
import { ConnectionsForm } from "./ConnectionsForm.tsx";
import { DeliveriesSection } from "./DeliveriesSection.tsx";
import { SimulatorSection } from "./SimulatorSection.tsx";
import { WatchSection } from "./WatchSection.tsx";

/** Where orders come from and results go, what was sent, and what would be. */
export function ConnectionsPage() {
  usePageTitle(t("connections.title"));
  const { data, error, reload } = useLoaded<Connections>("/connections");
  return (
    <>
      <div className="pageHead">
        <h1>{t("connections.title")}</h1>
        <a className="button" href={href("settings")}>
          {t("connections.back")}
        </a>
      </div>
      <LoadFault error={error} onAgain={reload} />
      {data !== undefined && data.warnings.length > 0 && (
        <Notice kind="warning">
          <h2>{t("connections.warnings")}</h2>
          <ul>
            {data.warnings.map((warning) => (
              <li key={warning}>{warning}</li>
            ))}
          </ul>
        </Notice>
      )}
      {data !== undefined && <ConnectionsForm key={JSON.stringify(data)} connections={data} onSaved={reload} />}
      <DeliveriesSection />
      <WatchSection />
      <SimulatorSection />
    </>
  );
}
