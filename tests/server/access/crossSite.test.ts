import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startWithRoles, type WithRoles } from "./roles.ts";

let laboratory: WithRoles["laboratory"];
let as: WithRoles["as"];
beforeAll(async () => {
  ({ laboratory, as } = await startWithRoles());
});
afterAll(() => laboratory.close());

describe("cross-site requests", () => {
  const evil = { origin: "https://evil.example" };

  test("are refused by Origin, by Sec-Fetch-Site, by Host, and without the CSRF token", async () => {
    const { cookie } = as.admin as { cookie: string };
    const refused: [string, Record<string, string>[]][] = [
      [
        "the request comes from another site",
        [
          { ...as.admin, ...evil },
          { ...as.admin, origin: "null" },
          { ...as.admin, origin: "http://localhost:1" },
          { ...as.admin, "sec-fetch-site": "cross-site" },
          { ...as.admin, "sec-fetch-site": "same-site" },
        ],
      ],
      [
        "this host name is not allowed",
        [
          { ...as.admin, host: "evil.example" },
          { ...as.admin, host: "localhost.evil.example" },
        ],
      ],
      [
        "the X-CSRF-Token is missing or wrong",
        [{ cookie }, { cookie, "x-csrf-token": "" }, { cookie, "x-csrf-token": as.viewer!["x-csrf-token"]! }],
      ],
    ];
    for (const [message, all] of refused)
      for (const headers of all) {
        const { status, body } = await laboratory.ask("POST cases", { name: "x" }, headers);
        expect([status, body.error.message], JSON.stringify(headers)).toEqual([403, message]);
      }
    expect((await laboratory.ask("GET cases", undefined, { ...as.admin, host: "evil.example" })).status).toBe(403);
    const own = { ...as.admin!, origin: "http://localhost", "sec-fetch-site": "same-origin" };
    expect((await laboratory.ask("POST cases", { name: "x" }, own)).status).toBe(200);
  });

  test("answers tell browsers to run no other script, to embed nothing and to share nothing", async () => {
    const { headers } = await laboratory.ask("GET session", undefined, evil);
    const policy = String(headers["content-security-policy"]);
    expect(policy).toContain("default-src 'none'");
    expect(/script-src[^;]*/.exec(policy)![0]).not.toContain("unsafe-inline");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(headers).toMatchObject({
      "x-content-type-options": "nosniff",
      "cross-origin-resource-policy": "same-origin",
    });
    expect(headers).not.toHaveProperty("access-control-allow-origin");
  });
});
