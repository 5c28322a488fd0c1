import { useState } from "react";
import { newKey, send, withTries } from "../api/client.ts";
import type { Role, User } from "../api/types.ts";
import { ROLES, useSession } from "../app/session.tsx";
import { t } from "../language/words.ts";
import { ConfirmDialog } from "../ui/ConfirmDialog.tsx";
import { Dialog } from "../ui/Dialog.tsx";
import { formatMoment } from "../ui/format.ts";
import { useAction } from "../ui/useAction.ts";
import { IdentityForm } from "./IdentityForm.tsx";
import { PasswordForm } from "./PasswordForm.tsx";

/** A user in the table: role, password, second factor, whether they may come in. */
export function UserRow({ user, onChange }: { readonly user: User; readonly onChange: () => void }) {
  const { session } = useSession();
  const [open, setOpen] = useState<"password" | "code" | "identity">();
  const close = () => {
    setOpen(undefined);
    onChange();
  };
  const [change, isBusy] = useAction(async (next: { role?: Role; isDisabled?: boolean }) => {
    const key = newKey();
    await withTries(() => send("PATCH", `/users/${user.id}`, next, key));
    onChange();
  });
  return (
    <tr>
      <th scope="row">{user.name}</th>
      <td>
        <select
          value={user.role}
          disabled={isBusy}
          aria-label={t("settings.roleOf", { name: user.name })}
          onChange={({ target }) => void change({ role: target.value as Role })}
        >
          {ROLES.map((role) => (
            <option key={role} value={role}>
              {t(`settings.roles.${role}`)}
            </option>
          ))}
        </select>
      </td>
      <td className="muted">{formatMoment(user.createdAt)}</td>
      <td className="row">
        <button
          type="button"
          aria-label={t("settings.setPasswordOf", { name: user.name })}
          onClick={() => setOpen("password")}
        >
          {t("settings.setPassword")}
        </button>
        {(session?.provider ?? user.identity) !== null && (
          <button
            type="button"
            aria-label={t("access.identityOf", { name: user.name })}
            onClick={() => setOpen("identity")}
          >
            {t("access.identity")}
          </button>
        )}
        {user.hasCode && (
          <button
            type="button"
            aria-label={t("access.resetCodeOf", { name: user.name })}
            onClick={() => setOpen("code")}
          >
            {t("access.resetCode")}
          </button>
        )}
        <button
          type="button"
          disabled={isBusy}
          aria-label={
            user.isDisabled
              ? t("settings.enableWho", { name: user.name })
              : t("settings.disableWho", { name: user.name })
          }
          onClick={() => void change({ isDisabled: !user.isDisabled })}
        >
          {user.isDisabled ? t("settings.enable") : t("settings.disable")}
        </button>
        {open === "password" && (
          <Dialog title={t("settings.setPasswordOf", { name: user.name })} onClose={close}>
            <PasswordForm user={user} onDone={close} />
          </Dialog>
        )}
        {open === "identity" && (
          <Dialog title={t("access.identityOf", { name: user.name })} onClose={close}>
            <IdentityForm user={user} onDone={close} />
          </Dialog>
        )}
        {open === "code" && (
          <ConfirmDialog
            title={t("access.resetCodeOf", { name: user.name })}
            doIt={t("access.resetCode")}
            onClose={close}
            onConfirm={async () => {
              const key = newKey();
              await withTries(() => send("DELETE", `/users/${user.id}/code`, undefined, key));
              close();
            }}
          >
            <p>{t("access.resetCodeWhat")}</p>
          </ConfirmDialog>
        )}
      </td>
    </tr>
  );
}
