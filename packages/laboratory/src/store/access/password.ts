import { randomBytes, scrypt, timingSafeEqual } from "node:crypto";

interface Costs {
  readonly N: number;
  readonly r: number;
  readonly p: number;
}

/** Costs of new passwords (OWASP 2023: N 2^17, r 8, p 1 takes 128 MB and about 0.3 s); old ones keep theirs. */
const COSTS: Costs = { N: 2 ** 17, r: 8, p: 1 };

/** A password as it is kept: `scrypt$N$r$p$salt$hash`. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  const hash = await derive(password, salt, COSTS);
  return ["scrypt", COSTS.N, COSTS.r, COSTS.p, salt.toString("base64"), hash.toString("base64")].join("$");
}

/** Whether that is the password. Without a kept one it takes as long, and is not. */
export async function isPassword(password: string, kept: string | undefined): Promise<boolean> {
  const [kind, N, r, p, salt, hash] = (kept ?? NOBODY).split("$");
  if (kind !== "scrypt") return false;
  const costs = { N: Number(N), r: Number(r), p: Number(p) };
  const given = await derive(password, Buffer.from(salt!, "base64"), costs);
  return timingSafeEqual(given, Buffer.from(hash!, "base64")) && kept !== undefined;
}

// No password gives this hash: whoever guesses at names learns nothing from the time it takes.
const NOBODY = ["scrypt", COSTS.N, COSTS.r, COSTS.p, "A".repeat(22), `${"A".repeat(43)}=`].join("$");

// One at a time, as each takes 128 MB.
let last: Promise<unknown> = Promise.resolve();

function derive(password: string, salt: Buffer, { N, r, p }: Costs): Promise<Buffer> {
  const next = last.then(
    () =>
      new Promise<Buffer>((resolve, reject) => {
        const options = { N, r, p, maxmem: 256 * N * r };
        scrypt(password.normalize("NFKC"), salt, 32, options, (error, key) => (error ? reject(error) : resolve(key)));
      }),
  );
  last = next.catch(() => {});
  return next;
}
