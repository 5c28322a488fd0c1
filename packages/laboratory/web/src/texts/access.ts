import type { AccessRules } from "../api/types.ts";
import { many } from "./words.ts";

/** How one signs in: passwords, codes, the end of sessions. */
export const accessTexts = {
  access: {
    idle: (minutes: number) =>
      `Signed out after ${many(minutes, "minute")} without use. Nothing is lost: sign in to continue here.`,
    plain:
      "This connection is not encrypted: others in the network can read your password. Ask for an address that begins with https.",
    code: "Code",
    codeHint: "Six digits from your authenticator app, or a recovery code.",
    otherName: "Use another name",
    provider: (name: string) => `Sign in with ${name}`,
    orPassword: "Or by your password here:",
    unknownIdentity: "The identity provider knows you, but no user here has your identity. Ask an admin to set it.",
    refused: "The sign-in at the identity provider was refused. Try again; the server's log has the reason.",
    own: "Password",
    ownDo: "Change password",
    ownTitle: "Change your password",
    ownWhat: "Your other sessions end, and your tokens are revoked.",
    ownCurrent: "Current password",
    ownNew: "New password",
    ownSet: "Your password is changed.",
    second: "Second factor",
    secondHas: "Signing in asks for a code of your authenticator app.",
    secondHasNot: "Signing in asks for your password alone.",
    secondNeeded:
      "The laboratory requires a second factor of your role: set up an authenticator app. Until then some pages and actions are refused.",
    secondSet: "Set up an authenticator app",
    secondRemove: "Remove the second factor",
    secondRemoved: "The second factor is removed.",
    secondScan:
      "Scan this picture with an authenticator app, or type in its secret. Then enter the code that it shows.",
    secondQr: "QR code for an authenticator app",
    secondSecret: "Secret",
    secondConfirm: "Confirm",
    recovery: "Recovery codes",
    recoveryWhat:
      "Each signs you in once if the device is lost. Print them, or keep them in a safe place: they are shown only once.",
    continue: "Continue",
    password: "Your password",
    rules: "Sign-in rules",
    rulesNow: ({ idleMinutes, codesFor }: AccessRules) =>
      `Now: ${idleMinutes === null ? "sessions end after 12 hours" : `sessions end after ${many(idleMinutes, "minute")} without use`}; ${codesFor === null ? "a second factor is not required" : `a second factor is required of ${codesFor}s${codesFor === "signer" ? " and admins" : ""}`}.`,
    idleMinutes: "Minutes without use",
    idleHint: "After them the page locks and the session ends. Empty: only after 12 hours.",
    codesFor: "Require a second factor of",
    codesForChoices: { "": "No role", signer: "Signers and admins", admin: "Admins" },
    rulesDo: "Set the sign-in rules",
    rulesSet: "The sign-in rules are set.",
    resetCode: "Remove second factor",
    resetCodeOf: (name: string) => `Remove second factor of ${name}`,
    resetCodeWhat:
      "For a lost device. The user then signs in by password alone, until a new authenticator app is set up.",
    identity: "Identity",
    identityOf: (name: string) => `Identity of ${name} at the provider`,
    identityWhat:
      "What the identity provider calls this user, by the claim that the server is set to read. A person with that identity signs in as this user. Empty: by password alone.",
    identitySet: "Set the identity",
  },
};
