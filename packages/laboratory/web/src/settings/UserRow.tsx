import { useState } from "react";
import { newKey, send, withTries } from "../api/client.ts";
import type { Role, User } from "../api/types.ts";
import { ROLES, useSession } from "../app/session.tsx";
import { texts } from "../texts.ts";
import { ConfirmDialog } from "../ui/ConfirmDialog.tsx";
import { Dialog } from "../ui/Dialog.tsx";
import { formatMoment } from "../ui/format.ts";
import { useAction } from "../ui/useAction.ts";
import { IdentityForm } from "./IdentityForm.tsx";
import { PasswordForm } from "./PasswordForm.tsx";

/** A user in the table: role, password, second factor, whether they may come in. */
export function UserRow({ user, onChange }: { readonly user: User; readonly onChange: () => void }) {
  const words = texts.settings;
  const access = texts.access;
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
          aria-label={words.roleOf(user.name)}
          onChange={({ target }) => void change({ role: target.value as Role })}
        >
          {ROLES.map((role) => (
            <option key={role} value={role}>
              {words.roles[role]}
            </option>
          ))}
        </select>
      </td>
      <td className="muted">{formatMoment(user.createdAt)}</td>
      <td className="row">
        <button type="button" aria-label={words.setPasswordOf(user.name)} onClick={() => setOpen("password")}>
          {words.setPassword}
        </button>
        {(session?.provider ?? user.identity) !== null && (
          <button type="button" aria-label={access.identityOf(user.name)} onClick={() => setOpen("identity")}>
            {access.identity}
          </button>
        )}
        {user.hasCode && (
          <button type="button" aria-label={access.resetCodeOf(user.name)} onClick={() => setOpen("code")}>
            {access.resetCode}
          </button>
        )}
        <button
          type="button"
          disabled={isBusy}
          aria-label={user.isDisabled ? words.enableWho(user.name) : words.disableWho(user.name)}
          onClick={() => void change({ isDisabled: !user.isDisabled })}
        >
          {user.isDisabled ? words.enable : words.disable}
        </button>
        {open === "password" && (
          <Dialog title={words.setPasswordOf(user.name)} onClose={close}>
            <PasswordForm user={user} onDone={close} />
          </Dialog>
        )}
        {open === "identity" && (
          <Dialog title={access.identityOf(user.name)} onClose={close}>
            <IdentityForm user={user} onDone={close} />
          </Dialog>
        )}
        {open === "code" && (
          <ConfirmDialog
            title={access.resetCodeOf(user.name)}
            doIt={access.resetCode}
            onClose={close}
            onConfirm={async () => {
              const key = newKey();
              await withTries(() => send("DELETE", `/users/${user.id}/code`, undefined, key));
              close();
            }}
          >
            <p>{access.resetCodeWhat}</p>
          </ConfirmDialog>
        )}
      </td>
    </tr>
  );
}
