import type { ApiError } from "../api/client.ts";
import { wordsOf } from "../app/messages.tsx";
import { t } from "../language/words.ts";
import { Notice } from "./Notice.tsx";

/** What could not be loaded, with a way to try again; nothing if there is no error. */
export function LoadFault({ error, onAgain }: { readonly error: ApiError | undefined; readonly onAgain: () => void }) {
  if (error === undefined) return null;
  return (
    <Notice kind="error">
      <p>{wordsOf(error)}</p>
      <button type="button" onClick={onAgain}>
        {t("app.again")}
      </button>
    </Notice>
  );
}
