import type { CaseSummary } from "../api/types.ts";
import { href } from "../app/router.ts";
import { t } from "../language/words.ts";

const TABS = ["review", "second", "report", "trail"] as const;

/** Ways through a case. */
export function CaseTabs({ summary, tab }: { readonly summary: CaseSummary; readonly tab: string }) {
  return (
    <nav className="tabs" aria-label={t("case.tabsTitle")}>
      {TABS.map((name) => (
        <a key={name} href={href("cases", summary.id, name)} aria-current={tab === name ? "page" : undefined}>
          {name === "review" && summary.isBlind ? t("case.blindTab") : t(`case.tabs.${name}`)}
        </a>
      ))}
    </nav>
  );
}
