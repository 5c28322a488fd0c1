import { lazy, type ReactNode, Suspense, useEffect, useRef } from "react";
import { CasePage } from "../case/CasePage.tsx";
import { CasesPage } from "../cases/CasesPage.tsx";
import { FiguresPage } from "../cases/figures/FiguresPage.tsx";
import { WorklistPage } from "../cases/WorklistPage.tsx";
import { ConnectionsPage } from "../connections/ConnectionsPage.tsx";
import { t } from "../language/words.ts";
import { ModelsPage } from "../models/ModelsPage.tsx";
import { RunPage } from "../runs/RunPage.tsx";
import { RunsPage } from "../runs/RunsPage.tsx";
import { SettingsPage } from "../settings/SettingsPage.tsx";
import { SignInPage } from "../settings/SignInPage.tsx";
import { TrailPage } from "../trail/TrailPage.tsx";
import { PageNotReady } from "../ui/PageNotReady.tsx";
import { UploadStrip } from "../uploads/UploadStrip.tsx";
import { Header } from "./Header.tsx";
import { type Route, useRoute } from "./router.ts";
import { useSession } from "./session.tsx";

// Brings the library and its runtime, which no other page needs.
const PrivatePage = lazy(async () => ({ default: (await import("../private/PrivatePage.tsx")).PrivatePage }));

/** The page of the address, between header and foot. */
export function Pages() {
  const route = useRoute();
  const main = useRef<HTMLElement>(null);
  const place = route.slice(0, 2).join("/");
  const isFirst = useRef(true);
  useEffect(() => {
    if (isFirst.current) {
      isFirst.current = false;
      return;
    }
    main.current?.focus();
    scrollTo(0, 0);
  }, [place]);
  return (
    <>
      <button type="button" className="skip" onClick={() => main.current?.focus()}>
        {t("app.skip")}
      </button>
      <Header route={route} />
      <UploadStrip route={route} />
      <main ref={main} tabIndex={-1} className={route[0] === "cases" && route[1] ? "wide" : ""}>
        <Suspense fallback={<PageNotReady />}>
          <Gate route={route}>{pageOf(route)}</Gate>
        </Suspense>
      </main>
    </>
  );
}

// Private mode asks nothing of the server, so it needs no one signed in, and no network.
function Gate({ route, children }: { readonly route: Route; readonly children: ReactNode }) {
  const { session, error, reload } = useSession();
  if (route[0] === "private") return children;
  if (session === undefined) return <PageNotReady error={error} onAgain={reload} />;
  return session.user === null ? <SignInPage /> : children;
}

function pageOf([first, second, third]: Route): ReactNode {
  switch (first) {
    case undefined:
    case "cases":
      return second === undefined ? <CasesPage /> : <CasePage key={second} caseId={second} tab={third ?? "review"} />;
    case "trail":
      return <TrailPage />;
    case "runs":
      return second === undefined ? <RunsPage /> : <RunPage key={second} runId={second} />;
    case "models":
      return <ModelsPage />;
    case "settings":
      return <SettingsPage />;
    case "connections":
      return <ConnectionsPage />;
    case "figures":
      return <FiguresPage />;
    case "worklist":
      return <WorklistPage />;
    case "private":
      return <PrivatePage />;
    default:
      return <h1>{t("app.noPage")}</h1>;
  }
}
