import { LanguageSwitch } from "../app/LanguageSwitch.tsx";
import { SchemeSwitch } from "../app/SchemeSwitch.tsx";
import { useMay, useSession } from "../app/session.tsx";
import { t } from "../language/words.ts";
import { usePageTitle } from "../ui/usePageTitle.ts";
import { AccessSection } from "./AccessSection.tsx";
import { ConnectionsSection } from "./ConnectionsSection.tsx";
import { LabelsSection } from "./LabelsSection.tsx";
import { OwnAccess } from "./OwnAccess.tsx";
import { RangesSection } from "./RangesSection.tsx";
import { ReportingSection } from "./ReportingSection.tsx";
import { RulesSection } from "./RulesSection.tsx";
import { ScaleSection } from "./ScaleSection.tsx";
import { TokensSection } from "./TokensSection.tsx";
import { UsersSection } from "./UsersSection.tsx";

/** Who one is, colours, the laboratory's scale and rules, tokens, and for an admin the users. */
export function SettingsPage() {
  usePageTitle(t("settings.title"));
  const { session } = useSession();
  const isAdmin = useMay("admin");
  return (
    <>
      <h1>{t("settings.title")}</h1>
      <section className="card">
        <h2>{t("settings.you")}</h2>
        <p>
          {session?.isLocal
            ? t("settings.local")
            : t("settings.signedInAs", {
                user: session?.user ?? "",
                role: t(`settings.roleNames.${session?.role ?? "viewer"}`),
              })}
        </p>
        <OwnAccess />
        <p className="row">
          {t("app.language")} <LanguageSwitch />
          {t("scheme.title")} <SchemeSwitch />
        </p>
        <p className="muted">{t("settings.version", { version: session?.version ?? "" })}</p>
      </section>
      <ScaleSection />
      <LabelsSection />
      <RulesSection />
      <RangesSection />
      {isAdmin && <ReportingSection />}
      {isAdmin && <ConnectionsSection />}
      {isAdmin && <UsersSection />}
      {isAdmin && <AccessSection />}
      <TokensSection />
      {isAdmin && (
        <section className="card">
          <h2>{t("settings.backup")}</h2>
          <p>{t("settings.backupWhat")}</p>
          <a className="button" href="/api/v1/backup" download>
            {t("settings.backupDo")}
          </a>
        </section>
      )}
    </>
  );
}
