import { useState } from "react";
import type { User } from "../api/types.ts";
import { useLoaded } from "../api/useLoaded.ts";
import { useSession } from "../app/session.tsx";
import { t } from "../language/words.ts";
import { Dialog } from "../ui/Dialog.tsx";
import { LoadFault } from "../ui/LoadFault.tsx";
import { Scroll } from "../ui/Scroll.tsx";
import { UserForm } from "./UserForm.tsx";
import { UserRow } from "./UserRow.tsx";

/** All users, their roles, and whether they may come in. */
export function UsersSection() {
  const { session } = useSession();
  // Again when one's own second factor is set up or removed.
  const { data, error, reload } = useLoaded<{ users: User[] }>("/users", Number(session?.hasCode ?? false));
  const [isMaking, setIsMaking] = useState(false);
  return (
    <section className="card" aria-labelledby="users">
      <div className="pageHead">
        <h2 id="users">{t("settings.users")}</h2>
        <button type="button" onClick={() => setIsMaking(true)}>
          {t("settings.makeUser")}
        </button>
      </div>
      <LoadFault error={error} onAgain={reload} />
      {data?.users.length === 0 && <p className="muted">{t("settings.noUsers")}</p>}
      {data !== undefined && data.users.length > 0 && (
        <Scroll label={t("settings.users")}>
          <table className="list">
            <thead>
              <tr>
                <th scope="col">{t("settings.name")}</th>
                <th scope="col">{t("settings.role")}</th>
                <th scope="col">{t("settings.created")}</th>
                <th scope="col">{t("settings.access")}</th>
              </tr>
            </thead>
            <tbody>
              {data.users.map((user) => (
                <UserRow key={user.id} user={user} onChange={reload} />
              ))}
            </tbody>
          </table>
        </Scroll>
      )}
      {isMaking && (
        <Dialog title={t("settings.makeUser")} onClose={() => setIsMaking(false)}>
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
