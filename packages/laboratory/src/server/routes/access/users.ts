import { z } from "zod";
import { removeSecondFactor } from "../../../store/access/secondFactors.ts";
import { addToken, listTokens, revokeToken, type TokenRow } from "../../../store/access/tokens.ts";
import { addUser, changeUser, listUsers, requireUser, type UserRow } from "../../../store/access/users.ts";
import { ADMIN, askedBy, OWN } from "../../access.ts";
import { changing, newToken, newUser, userChange } from "../../contract/access.ts";
import { API } from "../../contract/routes.ts";
import { token, user } from "../../contract/work.ts";
import type { App, Laboratory } from "../../laboratory.ts";
import { wishOf } from "../../wishes.ts";
import { tokenParams, userParams } from "../params.ts";

/** Users, for admins; and everybody's own tokens. */
export function addUserRoutes(app: App, laboratory: Laboratory): void {
  addUsers(app, laboratory);
  addCodes(app, laboratory);
  addTokens(app, laboratory);
}

function addUsers(app: App, { store }: Laboratory): void {
  const tags = ["users"];
  app.get(
    `${API}/users`,
    { config: { access: ADMIN }, schema: { tags, response: { 200: z.object({ users: z.array(user) }) } } },
    async () => ({ users: (await listUsers(store)).map(userView) }),
  );
  app.post(
    `${API}/users`,
    { config: { access: ADMIN }, schema: { tags, headers: changing, body: newUser, response: { 200: user } } },
    async (request) => {
      const { name, role } = request.body;
      const id = await addUser(store, wishOf(request, { kind: "user.added", asks: { name, role } }), request.body);
      return userView(await requireUser(store, id));
    },
  );
  app.patch(
    `${API}/users/:user`,
    {
      config: { access: ADMIN },
      schema: {
        tags,
        params: userParams,
        headers: changing,
        body: userChange,
        response: { 200: user },
      },
    },
    async (request) => {
      const { user: id } = request.params;
      const { role, isDisabled, identity, password } = request.body;
      const asks = { id, role, isDisabled, identity, password: password !== undefined };
      await changeUser(store, wishOf(request, { kind: "user.changed", asks }), { id, ...request.body });
      return userView(await requireUser(store, id));
    },
  );
}

function addCodes(app: App, { store }: Laboratory): void {
  app.delete(
    `${API}/users/:user/code`,
    {
      config: { access: ADMIN },
      schema: { tags: ["users"], params: userParams, headers: changing, response: { 200: user } },
    },
    async (request) => {
      const { user: id } = request.params;
      const owner = await requireUser(store, id);
      await removeSecondFactor(store, wishOf(request, { kind: "code.removed", asks: { id } }), owner);
      return userView(await requireUser(store, id));
    },
  );
}

function addTokens(app: App, { store }: Laboratory): void {
  const tags = ["tokens"];
  app.get(
    `${API}/tokens`,
    { config: { access: OWN }, schema: { tags, response: { 200: z.object({ tokens: z.array(token) }) } } },
    async (request) => ({ tokens: (await listTokens(store, askedBy(request).userId)).map(tokenView) }),
  );
  app.post(
    `${API}/tokens`,
    {
      config: { access: OWN },
      schema: { tags, headers: changing, body: newToken, response: { 200: token.extend({ secret: z.string() }) } },
    },
    async (request) => {
      const asking = askedBy(request);
      const wish = wishOf(request, { kind: "token.added", asks: request.body });
      const { id, secret } = await addToken(store, wish, { asking, ...request.body });
      const made = (await listTokens(store, asking.userId)).find((row) => row.id === id)!;
      return { ...tokenView(made), secret };
    },
  );
  app.delete(
    `${API}/tokens/:token`,
    {
      config: { access: OWN },
      schema: { tags, params: tokenParams, headers: changing, response: { 200: z.object({}) } },
    },
    async (request) => {
      const { token: id } = request.params;
      const wish = wishOf(request, { kind: "token.revoked", asks: { id } });
      await revokeToken(store, wish, { id, userId: askedBy(request).userId });
      return {};
    },
  );
}

function userView({ createdAt, ...row }: UserRow): z.infer<typeof user> {
  return { ...row, createdAt: createdAt.toISOString() };
}

function tokenView({ id, name, scopes, createdAt, expiresAt, lastUsedAt }: TokenRow): z.infer<typeof token> {
  return {
    ...{ id, name, scopes },
    createdAt: createdAt.toISOString(),
    expiresAt: expiresAt.toISOString(),
    lastUsedAt: lastUsedAt?.toISOString() ?? null,
  };
}
