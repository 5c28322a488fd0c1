// One's own password and second factor, and the laboratory's rules of access.
import { LeukogramError } from "@leukogram/engine/core/errors";
import type { FastifyRequest } from "fastify";
import { z } from "zod";
import { beginSecondFactor, confirmSecondFactor, removeSecondFactor } from "../../../store/access/secondFactors.ts";
import { changeUser } from "../../../store/access/users.ts";
import { sha256 } from "../../../store/canonicalJson.ts";
import { changeAccessRules, readAccessRules } from "../../../store/settings/access.ts";
import { ADMIN, askedBy, COOKIE, OWN, READ } from "../../access.ts";
import { accessRules, changing, codeProof, newCode, ownPassword, proof, recoveryCodes } from "../../contract/access.ts";
import { API } from "../../contract/routes.ts";
import { proveSelf } from "../../guard/proveSelf.ts";
import type { App, Laboratory } from "../../laboratory.ts";
import { wishOf } from "../../wishes.ts";

const tags = ["session"];
const nothing = z.object({});

/** Adds the routes by which users change how they sign in, and admins what is needed for it. */
export function addOwnAccessRoutes(app: App, laboratory: Laboratory): void {
  addPassword(app, laboratory);
  addCode(app, laboratory);
  addRules(app, laboratory);
}

function addPassword(app: App, laboratory: Laboratory): void {
  const { store } = laboratory;
  app.put(
    `${API}/session/password`,
    {
      config: { access: OWN },
      schema: { tags, headers: changing, body: ownPassword, response: { 200: nothing } },
    },
    async (request) => {
      const { id } = ownerOf(request);
      const { current, password } = request.body;
      await proveSelf(laboratory, request, { password: current, what: "A new password" });
      const keeps = sha256(request.cookies[COOKIE] ?? "");
      await changeUser(store, wishOf(request, { kind: "user.changed", asks: { id } }), { id, password, keeps });
      return {};
    },
  );
}

function addCode(app: App, laboratory: Laboratory): void {
  const { store } = laboratory;
  const path = `${API}/session/code`;
  const config = { access: OWN };
  app.post(path, { config, schema: { tags, body: proof, response: { 200: newCode } } }, async (request) => {
    const owner = ownerOf(request);
    await proveSelf(laboratory, request, { password: request.body.password, what: "A second factor" });
    return await beginSecondFactor(store, owner);
  });
  app.put(
    path,
    { config, schema: { tags, headers: changing, body: codeProof, response: { 200: recoveryCodes } } },
    async (request) => {
      const owner = ownerOf(request);
      const wish = wishOf(request, { kind: "code.added", asks: { id: owner.id } });
      return { codes: await confirmSecondFactor(store, wish, { owner, code: request.body.code }) };
    },
  );
  app.delete(
    path,
    { config, schema: { tags, headers: changing, body: proof, response: { 200: nothing } } },
    async (request) => {
      const owner = ownerOf(request);
      await proveSelf(laboratory, request, { password: request.body.password, what: "Removing it" });
      await removeSecondFactor(store, wishOf(request, { kind: "code.removed", asks: { id: owner.id } }), owner);
      return {};
    },
  );
}

function addRules(app: App, { store }: Laboratory): void {
  const path = `${API}/access`;
  app.get(path, { config: { access: READ }, schema: { tags, response: { 200: accessRules } } }, () =>
    readAccessRules(store.database.queries),
  );
  app.put(
    path,
    {
      config: { access: ADMIN },
      schema: { tags, headers: changing, body: accessRules, response: { 200: accessRules } },
    },
    async (request) => {
      const wish = wishOf(request, { kind: "access.changed", asks: request.body });
      await changeAccessRules(store, wish, request.body);
      return await readAccessRules(store.database.queries);
    },
  );
}

function ownerOf(request: FastifyRequest) {
  const { userId: id, user: name } = askedBy(request);
  if (id === null)
    throw new LeukogramError("ERR_CONFLICT", "the local admin has no password", { hint: "Create a user first." });
  return { id, name };
}
