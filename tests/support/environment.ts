import { afterAll } from "vitest";

/** Gives this process a variable while the file's tests run: other files' tests run in the same process after them. */
export function setVariable(name: string, value: string): void {
  const before = process.env[name];
  process.env[name] = value;
  afterAll(() => {
    if (before === undefined) delete process.env[name];
    else process.env[name] = before;
  });
}
