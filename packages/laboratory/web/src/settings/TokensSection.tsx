import { useState } from "react";
import { newKey, send, withTries } from "../api/client.ts";
import type { Token } from "../api/types.ts";
import { useLoaded } from "../api/useLoaded.ts";
import { t } from "../language/words.ts";
import { Dialog } from "../ui/Dialog.tsx";
import { formatMoment } from "../ui/format.ts";
import { LoadFault } from "../ui/LoadFault.tsx";
import { Scroll } from "../ui/Scroll.tsx";
import { useAction } from "../ui/useAction.ts";
import { TokenForm } from "./TokenForm.tsx";
import { TokenSecret } from "./TokenSecret.tsx";

/** One's own tokens for programs; a secret is shown once, when it is made. */
export function TokensSection() {
  const { data, error, reload } = useLoaded<{ tokens: Token[] }>("/tokens");
  const [isMaking, setIsMaking] = useState(false);
  const [secret, setSecret] = useState<string>();
  const [remove, isBusy] = useAction(async ({ id }: Token) => {
    const key = newKey();
    await withTries(() => send("DELETE", `/tokens/${id}`, undefined, key));
    reload();
  });
  return (
    <section className="card" aria-labelledby="tokens">
      <div className="pageHead">
        <h2 id="tokens">{t("settings.tokens")}</h2>
        <button type="button" onClick={() => setIsMaking(true)}>
          {t("settings.makeToken")}
        </button>
      </div>
      <p className="muted">{t("settings.tokensWhat")}</p>
      {secret !== undefined && <TokenSecret secret={secret} onDone={() => setSecret(undefined)} />}
      <LoadFault error={error} onAgain={reload} />
      {data?.tokens.length === 0 && <p className="muted">{t("settings.noTokens")}</p>}
      {data !== undefined && data.tokens.length > 0 && (
        <Scroll label={t("settings.tokens")}>
          <table className="list">
            <thead>
              <tr>
                <th scope="col">{t("settings.name")}</th>
                <th scope="col">{t("settings.scopes")}</th>
                <th scope="col">{t("settings.expires")}</th>
                <th scope="col">{t("settings.lastUsed")}</th>
                <th scope="col">
                  <span className="unseen">{t("settings.remove")}</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {data.tokens.map((token) => (
                <tr key={token.id}>
                  <th scope="row">{token.name}</th>
                  <td>{token.scopes.join(", ")}</td>
                  <td>{formatMoment(token.expiresAt)}</td>
                  <td>{token.lastUsedAt === null ? t("settings.never") : formatMoment(token.lastUsedAt)}</td>
                  <td>
                    <button
                      type="button"
                      disabled={isBusy}
                      aria-label={t("settings.removeWhich", { name: token.name })}
                      onClick={() => void remove(token)}
                    >
                      {t("settings.remove")}
                    </button>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </Scroll>
      )}
      {isMaking && (
        <Dialog title={t("settings.makeToken")} onClose={() => setIsMaking(false)}>
          <TokenForm
            onMade={(made) => {
              setIsMaking(false);
              setSecret(made);
              reload();
            }}
          />
        </Dialog>
      )}
    </section>
  );
}
