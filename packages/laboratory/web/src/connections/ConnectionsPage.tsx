import type { Connections } from "../api/types.ts";
import { useLoaded } from "../api/useLoaded.ts";
import { href } from "../app/router.ts";
import { texts } from "../texts.ts";
import { LoadFault } from "../ui/LoadFault.tsx";
import { Notice } from "../ui/Notice.tsx";
import { usePageTitle } from "../ui/usePageTitle.ts";
import { ConnectionsForm } from "./ConnectionsForm.tsx";
import { DeliveriesSection } from "./DeliveriesSection.tsx";
import { SimulatorSection } from "./SimulatorSection.tsx";
import { WatchSection } from "./WatchSection.tsx";

/** Where orders come from and results go, what was sent, and what would be. */
export function ConnectionsPage() {
  const words = texts.connections;
  usePageTitle(words.title);
  const { data, error, reload } = useLoaded<Connections>("/connections");
  return (
    <>
      <div className="pageHead">
        <h1>{words.title}</h1>
        <a className="button" href={href("settings")}>
          {words.back}
        </a>
      </div>
      <LoadFault error={error} onAgain={reload} />
      {data !== undefined && data.warnings.length > 0 && (
        <Notice kind="warning">
          <h2>{words.warnings}</h2>
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
