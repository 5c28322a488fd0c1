import { t } from "../language/words.ts";
import { Notice } from "../ui/Notice.tsx";

/** A token's secret, this once. */
export function TokenSecret({ secret, onDone }: { readonly secret: string; readonly onDone: () => void }) {
  return (
    <Notice kind="warning">
      <p>{t("settings.secretOnce")}</p>
      <p className="row">
        <input
          className="secret"
          readOnly
          value={secret}
          aria-label={t("settings.secret")}
          onFocus={({ target }) => target.select()}
        />
        <button type="button" onClick={() => void navigator.clipboard?.writeText(secret)}>
          {t("settings.copy")}
        </button>
        <button type="button" onClick={onDone}>
          {t("settings.kept")}
        </button>
      </p>
    </Notice>
  );
}
