import type { ApiError } from "../api/client.ts";
import { t } from "../language/words.ts";
import { LoadFault } from "./LoadFault.tsx";

interface PageNotReadyProps {
  readonly error?: ApiError | undefined;
  readonly onAgain?: () => void;
}

/** A page whose content is on its way, or could not be loaded. It has a heading, by which a screen reader finds it. */
export function PageNotReady({ error, onAgain = () => {} }: PageNotReadyProps) {
  return (
    <>
      <h1 className="muted">{error === undefined ? t("app.loading") : t("app.notLoaded")}</h1>
      <LoadFault error={error} onAgain={onAgain} />
    </>
  );
}
