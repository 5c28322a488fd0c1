// An identity provider on loopback: npm's oidc-provider, whose sign-in page takes any name and password.

import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import Provider from "oidc-provider";

/** What {@link startProvider} gives. */
export interface TestProvider {
  readonly issuer: string;
  /** Names a server: its callback, and by what it signs in. */
  readonly accept: (redirect: string) => void;
  readonly close: () => void;
}

/** What it calls the servers, and their secret. */
export const CLIENT = { client: "leukogram", secret: "a secret of the provider and the server" };

/** Starts one. Accounts are named as their users sign in; their e-mail is verified if the name does not begin with x. */
export async function startProvider(): Promise<TestProvider> {
  const server: Server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    issuer,
    accept(redirect) {
      const provider = new Provider(issuer, {
        clients: [
          {
            ...{ client_id: CLIENT.client, client_secret: CLIENT.secret, redirect_uris: [redirect] },
            ...{ response_types: ["code"], grant_types: ["authorization_code"] },
          },
        ],
        claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["preferred_username"] },
        findAccount: (_, id) => ({
          accountId: id,
          claims: () => ({ sub: id, email: `${id}@example.org`, email_verified: !id.startsWith("x") }),
        }),
        // Nothing of it is kept, so that no keys of cookies are needed.
        cookies: { keys: ["test"] },
      });
      server.removeAllListeners("request");
      server.on("request", provider.callback());
    },
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** A browser without pages: signs in at the provider, and gives the address that it sends the browser back to. */
export class ProviderVisit {
  readonly #jar = new Map<string, string>();

  async signIn(address: string, login: string): Promise<string> {
    let at = await this.#go(address);
    for (let step = 0; step < 12; step++) {
      if (at.location !== undefined) {
        const next = new URL(at.location, at.url);
        if (next.host !== new URL(address).host) return next.href;
        at = await this.#go(next.href);
        continue;
      }
      const action = /<form[^>]*action="([^"]+)"/.exec(at.text)?.[1];
      const prompt = /name="prompt" value="(\w+)"/.exec(at.text)?.[1];
      if (action === undefined || prompt === undefined)
        throw new Error(`no form at ${at.url}: ${at.text.slice(0, 300)}`);
      at = await this.#go(new URL(action, at.url).href, new URLSearchParams({ prompt, login, password: "any" }));
    }
    throw new Error("the provider does not end");
  }

  async #go(url: string, body?: URLSearchParams) {
    const cookie = [...this.#jar].map(([name, value]) => `${name}=${value}`).join("; ");
    const response = await fetch(url, {
      ...(body && { method: "POST", body }),
      headers: { cookie },
      redirect: "manual",
    });
    for (const line of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line)!;
      this.#jar.set(name!, value!);
    }
    return { url, text: await response.text(), location: response.headers.get("location") ?? undefined };
  }
}
