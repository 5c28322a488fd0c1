import { SchemeSwitch } from "../app/SchemeSwitch.tsx";
import { useMay, useSession } from "../app/session.tsx";
import { texts } from "../texts.ts";
import { usePageTitle } from "../ui/usePageTitle.ts";
import { AccessSection } from "./AccessSection.tsx";
import { ConnectionsSection } from "./ConnectionsSection.tsx";
import { OwnAccess } from "./OwnAccess.tsx";
import { RangesSection } from "./RangesSection.tsx";
import { ReportingSection } from "./ReportingSection.tsx";
import { RulesSection } from "./RulesSection.tsx";
import { ScaleSection } from "./ScaleSection.tsx";
import { TokensSection } from "./TokensSection.tsx";
import { UsersSection } from "./UsersSection.tsx";

/** Who one is, colours, the laboratory's scale and rules, tokens, and for an admin the users. */
export function SettingsPage() {
  const words = texts.settings;
  usePageTitle(words.title);
  const { session } = useSession();
  const isAdmin = useMay("admin");
  return (
    <>
      <h1>{words.title}</h1>
      <section className="card">
        <h2>{words.you}</h2>
        <p>{session?.isLocal ? words.local : words.signedInAs(session?.user ?? "", session?.role ?? "viewer")}</p>
        <OwnAccess />
        <p className="row">
          {texts.scheme.title} <SchemeSwitch />
        </p>
        <p className="muted">{words.version(session?.version ?? "")}</p>
      </section>
      <ScaleSection />
      <RulesSection />
      <RangesSection />
      {isAdmin && <ReportingSection />}
      {isAdmin && <ConnectionsSection />}
      {isAdmin && <UsersSection />}
      {isAdmin && <AccessSection />}
      <TokensSection />
      {isAdmin && (
        <section className="card">
          <h2>{words.backup}</h2>
          <p>{words.backupWhat}</p>
          <a className="button" href="/api/v1/backup" download>
            {words.backupDo}
          </a>
        </section>
      )}
    </>
  );
}
