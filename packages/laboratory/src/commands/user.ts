import { randomUUID } from "node:crypto";
import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";
import { text } from "node:stream/consumers";
import { LeukogramError } from "@leukogram/engine/core/errors";
import type { CommandModule } from "leukogram/cli/command";
import { print } from "leukogram/cli/options";
import { textTable } from "leukogram/report/text/textTable";
import { newUser } from "../server/contract/access.ts";
import { ROLES } from "../server/contract/work.ts";
import { removeSecondFactor } from "../store/access/secondFactors.ts";
import { addUser, changeUser, listUsers, type UserRow } from "../store/access/users.ts";
import type { Store } from "../store/store.ts";
import { ACTOR, addDataFlag, withStore } from "./laboratoryFlags.ts";

const user: CommandModule = {
  define(command) {
    command
      .description(
        "Manage the users of the laboratory app. Passwords are read from the terminal or stdin, never from a flag.",
      )
      .argument("<action>", "add, password, reset-code (removes the second factor of a lost device), or list")
      .argument("[name]", "the user's name")
      .option("--role <role>", ROLES.join(", "));
    addDataFlag(command);
  },
  examples: [
    "leukogram user add Ada --role admin",
    "leukogram user password Ada < password.txt",
    "leukogram user reset-code Ada",
    "leukogram user list",
  ],
  async execute({ args: [action, name], options }) {
    if (action === "list") return await list(options);
    if (action === "reset-code" && name !== undefined) return await resetCode(String(name), options);
    if ((action !== "add" && action !== "password") || name === undefined)
      throw new LeukogramError(
        "ERR_USAGE",
        `user ${action}: expected add NAME, password NAME, reset-code NAME, or list`,
      );
    const wanted = { name: String(name), role: String(options.role ?? "viewer"), password: await askPassword() };
    const read = newUser.safeParse(wanted);
    if (!read.success)
      throw new LeukogramError(
        "ERR_USAGE",
        `user: ${read.error.issues[0]!.path.join(".")}: ${read.error.issues[0]!.message}`,
      );
    await withStore(options, async (store) => {
      const wish = { actor: ACTOR, key: randomUUID(), asks: {} };
      if (action === "add") return await addUser(store, { ...wish, kind: "user.added" }, read.data);
      const { id } = await userNamed(store, read.data.name);
      const { password } = read.data;
      return await changeUser(store, { ...wish, kind: "user.changed" }, { id, password });
    });
    print(Boolean(options.json), { name: read.data.name }, () => `${read.data.name}: done`);
  },
};

async function resetCode(name: string, options: Readonly<Record<string, unknown>>): Promise<void> {
  await withStore(options, async (store) => {
    const wish = { actor: ACTOR, key: randomUUID(), kind: "code.removed", asks: {} };
    await removeSecondFactor(store, wish, await userNamed(store, name));
  });
  print(Boolean(options.json), { name }, () => `${name}: the second factor is removed`);
}

async function userNamed(store: Store, name: string): Promise<UserRow> {
  const found = (await listUsers(store)).find((other) => other.name === name);
  if (found === undefined) throw new LeukogramError("ERR_NOT_FOUND", `no user named ${name}`);
  return found;
}

async function list(options: Readonly<Record<string, unknown>>): Promise<void> {
  const users = await withStore(options, listUsers);
  print(Boolean(options.json), users, () =>
    textTable([
      ["Name", "role", "state"],
      ...users.map(({ name, role, isDisabled }) => [name, role, isDisabled ? "disabled" : "active"]),
    ]),
  );
}

// On a terminal what is typed is not shown.
async function askPassword(): Promise<string> {
  if (!process.stdin.isTTY) return (await text(process.stdin)).replace(/\r?\n$/, "");
  process.stderr.write("Password: ");
  const hidden = new Writable({ write: (_, __, done) => done() });
  const lines = createInterface({ input: process.stdin, output: hidden, terminal: true });
  const password = await lines.question("");
  lines.close();
  process.stderr.write("\n");
  return password;
}

export default user;
