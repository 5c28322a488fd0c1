import { t } from "../language/words.ts";
import { LanguageSwitch } from "./LanguageSwitch.tsx";
import { href, type Route } from "./router.ts";
import { SchemeSwitch } from "./SchemeSwitch.tsx";
import { useSession } from "./session.tsx";

const PLACES = ["cases", "private", "models", "runs", "trail", "settings"] as const;

/** Name, ways, who is there, and what the app is not for. */
export function Header({ route }: { readonly route: Route }) {
  const { session, signOut } = useSession();
  const here = route[0] ?? "cases";
  return (
    <header className="header">
      <a className="brand" href={href("cases")}>
        <img src="/icon.svg" alt="" width="24" height="24" />
        Leukogram
      </a>
      <nav aria-label={t("app.navigation")}>
        {PLACES.map((place) => (
          <a key={place} href={href(place)} aria-current={here === place ? "page" : undefined}>
            {t(`places.${place}`)}
          </a>
        ))}
      </nav>
      <div className="headerEnd">
        <p className="research">{t("app.researchUse")}</p>
        <LanguageSwitch />
        <SchemeSwitch />
        {session?.user != null && !session.isLocal && (
          <button type="button" className="quiet small" onClick={() => void signOut()}>
            {t("app.signOut", { user: session.user })}
          </button>
        )}
      </div>
    </header>
  );
}
