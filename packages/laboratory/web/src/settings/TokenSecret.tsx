import { texts } from "../texts.ts";
import { Notice } from "../ui/Notice.tsx";

/** A token's secret, this once. */
export function TokenSecret({ secret, onDone }: { readonly secret: string; readonly onDone: () => void }) {
  const words = texts.settings;
  return (
    <Notice kind="warning">
      <p>{words.secretOnce}</p>
      <p className="row">
        <input
          className="secret"
          readOnly
          value={secret}
          aria-label={words.secret}
          onFocus={({ target }) => target.select()}
        />
        <button type="button" onClick={() => void navigator.clipboard?.writeText(secret)}>
          {words.copy}
        </button>
        <button type="button" onClick={onDone}>
          {words.kept}
        </button>
      </p>
    </Notice>
  );
}
