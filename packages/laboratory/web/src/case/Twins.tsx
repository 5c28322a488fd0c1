import type { CaseSummary, CaseTwins } from "../api/types.ts";
import { useLoaded } from "../api/useLoaded.ts";
import { href } from "../app/router.ts";
import { t } from "../language/words.ts";
import { Notice } from "../ui/Notice.tsx";

/** Other cases with this specimen's name, or with some of these images; nothing if there are none. */
export function Twins({ summary }: { readonly summary: CaseSummary }) {
  const { data } = useLoaded<CaseTwins>(`/cases/${summary.id}/twins`, summary.revision);
  if (data === undefined || data.named.length + data.sharing.length === 0 || summary.status === "void") return null;
  const link = (id: string, name: string) => <a href={href("cases", id, "review")}>{name}</a>;
  return (
    <Notice kind="warning">
      <ul className="plain">
        {data.named.map(({ id, name }) => (
          <li key={id}>
            {t("twins.named")} {link(id, name)}
          </li>
        ))}
        {data.sharing.map(({ id, name, images }) => (
          <li key={`images ${id}`}>
            {t("twins.sharing", { images })} {link(id, name)}
          </li>
        ))}
      </ul>
    </Notice>
  );
}
