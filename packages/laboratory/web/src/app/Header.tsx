import { texts } from "../texts.ts";
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
      <nav aria-label={texts.app.navigation}>
        {PLACES.map((place) => (
          <a key={place} href={href(place)} aria-current={here === place ? "page" : undefined}>
            {texts.places[place]}
          </a>
        ))}
      </nav>
      <div className="headerEnd">
        <p className="research">{texts.app.researchUse}</p>
        <SchemeSwitch />
        {session?.user != null && !session.isLocal && (
          <button type="button" className="quiet small" onClick={() => void signOut()}>
            {texts.app.signOut(session.user)}
          </button>
        )}
      </div>
    </header>
  );
}
