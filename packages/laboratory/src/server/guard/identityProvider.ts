// Sign-in at the laboratory's identity provider: OpenID Connect, code flow with PKCE, state and nonce.
import { randomBytes } from "node:crypto";
import { LeukogramError } from "@leukogram/engine/core/errors";
import * as oidc from "openid-client";
import { isLoopback } from "../connections/loopback.ts";

/** What is known of an identity provider. */
export interface ProviderSettings {
  /** Its address: `https://login.example/realms/lab`. */
  readonly issuer: string;
  /** What it calls this server. */
  readonly client: string;
  /** Undefined for a public client. */
  readonly secret?: string | undefined;
  /** The claim that says who somebody is: an admin writes its value to a user. */
  readonly claim: string;
  /** What the sign-in page calls it. */
  readonly name: string;
}

/** Somebody as the provider knows them. */
export interface Identity {
  readonly identity: string;
  /** When they have shown the provider who they are. */
  readonly provedAt: Date;
  /** Where they were in the app. */
  readonly back: string;
}

interface Begun {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
  readonly maxAge: number;
  readonly back: string;
  readonly until: number;
}

/** Milliseconds in which a sign-in must be finished, and how many may be under way. */
const PATIENCE = 10 * 60e3;
const MOST_BEGUN = 1000;

/** Seconds that a sign-in at the provider may be old: as old as a session gets here. */
const MOST_AGE = 12 * 3600;

/** The laboratory's identity provider. */
export class IdentityProvider {
  readonly name: string;
  readonly #settings: ProviderSettings;
  readonly #now: () => Date;
  readonly #begun = new Map<string, Begun>();
  #found: Promise<oidc.Configuration> | undefined;

  /** @throws ERR_USAGE if its address is none, or is not encrypted. */
  constructor(settings: ProviderSettings, now: () => Date) {
    requireSafe(settings.issuer);
    this.name = settings.name;
    this.#settings = settings;
    this.#now = now;
  }

  /** Begins a sign-in. @returns where the browser goes, and the secret that it brings back. @throws ERR_DATABASE if the provider does not answer. */
  async begin(
    redirect: string,
    { isAgain, back }: { readonly isAgain: boolean; readonly back: string },
  ): Promise<{ address: string; secret: string }> {
    const found = await this.#find();
    const [state, nonce, verifier] = [oidc.randomState(), oidc.randomNonce(), oidc.randomPKCECodeVerifier()];
    const maxAge = isAgain ? 0 : MOST_AGE;
    const address = oidc.buildAuthorizationUrl(found, {
      ...{ redirect_uri: redirect, scope: "openid profile email", state, nonce },
      ...{ code_challenge: await oidc.calculatePKCECodeChallenge(verifier), code_challenge_method: "S256" },
      max_age: String(maxAge),
      ...(isAgain && { prompt: "login" }),
    });
    const now = this.#now().getTime();
    for (const [key, { until }] of this.#begun)
      if (until < now || this.#begun.size >= MOST_BEGUN) this.#begun.delete(key);
    const secret = randomBytes(32).toString("base64url");
    this.#begun.set(secret, { state, nonce, verifier, maxAge, back, until: now + PATIENCE });
    return { address: address.href, secret };
  }

  /** Ends a sign-in, once. @param url that the browser was sent to @throws ERR_SIGN_IN if anything about it is not as it was begun. */
  async finish(secret: string, url: URL): Promise<Identity> {
    const begun = this.#begun.get(secret);
    this.#begun.delete(secret);
    if (begun === undefined || begun.until < this.#now().getTime())
      throw refused("it was not begun here, or too long ago");
    const found = await this.#find();
    const { state, nonce, verifier, maxAge, back } = begun;
    const checks = {
      expectedState: state,
      expectedNonce: nonce,
      pkceCodeVerifier: verifier,
      maxAge,
      idTokenExpected: true,
    };
    const tokens = await oidc.authorizationCodeGrant(found, url, checks).catch((cause) => {
      throw refused((cause as Error).message, cause);
    });
    const claims = tokens.claims()!;
    const all = claims[this.#settings.claim] === undefined ? await this.#ask(found, tokens, claims.sub) : claims;
    return { identity: identityOf(all, this.#settings.claim), provedAt: new Date(claims.auth_time! * 1000), back };
  }

  async #ask(found: oidc.Configuration, { access_token }: oidc.TokenEndpointResponse, sub: string) {
    if (found.serverMetadata().userinfo_endpoint === undefined) return {};
    return await oidc.fetchUserInfo(found, access_token, sub).catch((cause) => {
      throw refused((cause as Error).message, cause);
    });
  }

  // Asked when it is needed: the server starts while the provider is away, and finds it when it is back.
  #find(): Promise<oidc.Configuration> {
    const { issuer, client, secret } = this.#settings;
    const isPlain = issuer.startsWith("http:");
    this.#found ??= oidc
      .discovery(
        new URL(issuer),
        client,
        undefined,
        secret === undefined ? oidc.None() : oidc.ClientSecretBasic(secret),
        // Signatures are checked too, although the token comes from the provider itself.
        { timeout: 10, execute: [oidc.enableNonRepudiationChecks, ...(isPlain ? [oidc.allowInsecureRequests] : [])] },
      )
      .catch((cause) => {
        this.#found = undefined;
        throw new LeukogramError("ERR_DATABASE", `the identity provider ${issuer} does not answer`, { cause });
      });
    return this.#found;
  }
}

function requireSafe(issuer: string): void {
  const url = URL.canParse(issuer) ? new URL(issuer) : undefined;
  if (url?.protocol === "https:" || (url?.protocol === "http:" && isLoopback(url.hostname))) return;
  throw new LeukogramError("ERR_USAGE", `--oidc-issuer: expected an address that begins with https, got ${issuer}`);
}

function identityOf(claims: Readonly<Record<string, unknown>>, claim: string): string {
  const value = claims[claim];
  if (typeof value !== "string" || value.trim() === "") throw refused(`it does not say ${claim}`);
  // An address that was never checked may be anybody's.
  if (claim === "email" && claims.email_verified !== true) throw refused("it does not say that the e-mail is verified");
  return value.trim();
}

const refused = (why: string, cause?: unknown) =>
  new LeukogramError("ERR_SIGN_IN", `the sign-in at the identity provider was refused: ${why}`, { cause });
