import { useState } from "react";
import { newKey, send, withTries } from "../api/client.ts";
import type { Role, User } from "../api/types.ts";
import { useLoaded } from "../api/useLoaded.ts";
import { ROLES } from "../app/session.tsx";
import { texts } from "../texts.ts";
import { Dialog } from "../ui/Dialog.tsx";
import { formatMoment } from "../ui/format.ts";
import { LoadFault } from "../ui/LoadFault.tsx";
import { Scroll } from "../ui/Scroll.tsx";
import { useAction } from "../ui/useAction.ts";
import { PasswordForm } from "./PasswordForm.tsx";
import { UserForm } from "./UserForm.tsx";

/** All users, their roles, and whether they may come in. */
export function UsersSection() {
  const words = texts.settings;
  const { data, error, reload } = useLoaded<{ users: User[] }>("/users");
  const [isMaking, setIsMaking] = useState(false);
  const [forgetful, setForgetful] = useState<User>();
  const [change, isBusy] = useAction(async ({ id }: User, next: { role?: Role; isDisabled?: boolean }) => {
    const key = newKey();
    await withTries(() => send("PATCH", `/users/${id}`, next, key));
    reload();
  });
  return (
    <section className="card" aria-labelledby="users">
      <div className="pageHead">
        <h2 id="users">{words.users}</h2>
        <button type="button" onClick={() => setIsMaking(true)}>
          {words.makeUser}
        </button>
      </div>
      <LoadFault error={error} onAgain={reload} />
      {data?.users.length === 0 && <p className="muted">{words.noUsers}</p>}
      {data !== undefined && data.users.length > 0 && (
        <Scroll label={words.users}>
          <table className="list">
            <thead>
              <tr>
                <th scope="col">{words.name}</th>
                <th scope="col">{words.role}</th>
                <th scope="col">{words.created}</th>
                <th scope="col">{words.access}</th>
              </tr>
            </thead>
            <tbody>
              {data.users.map((user) => (
                <tr key={user.id}>
                  <th scope="row">{user.name}</th>
                  <td>
                    <select
                      value={user.role}
                      disabled={isBusy}
                      aria-label={words.roleOf(user.name)}
                      onChange={({ target }) => void change(user, { role: target.value as Role })}
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
                    <button
                      type="button"
                      aria-label={words.setPasswordOf(user.name)}
                      onClick={() => setForgetful(user)}
                    >
                      {words.setPassword}
                    </button>
                    <button
                      type="button"
                      disabled={isBusy}
                      aria-label={user.isDisabled ? words.enableWho(user.name) : words.disableWho(user.name)}
                      onClick={() => void change(user, { isDisabled: !user.isDisabled })}
                    >
                      {user.isDisabled ? words.enable : words.disable}
                    </button>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </Scroll>
      )}
      {forgetful !== undefined && (
        <Dialog title={words.setPasswordOf(forgetful.name)} onClose={() => setForgetful(undefined)}>
          <PasswordForm
            user={forgetful}
            onDone={() => {
              setForgetful(undefined);
              reload();
            }}
          />
        </Dialog>
      )}
      {isMaking && (
        <Dialog title={words.makeUser} onClose={() => setIsMaking(false)}>
          <UserForm
            onMade={() => {
              setIsMaking(false);
              reload();
            }}
          />
        </Dialog>
      )}
    </section>
  );
}
