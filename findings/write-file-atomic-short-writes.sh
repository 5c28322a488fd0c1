#!/usr/bin/env bash
# write-file-atomic 7.0.1 (npm) replaces a good file by a cut one, without an error, in two ways.
#
# A good guess: a package that promises whole files writes all bytes of what it is given, or raises an error and leaves the old file.
# Found: (1) of a Float32Array it writes as many bytes as the array has numbers, a quarter of them: it passes `length` to fs.write
# where the count of bytes belongs; Node's own writeFile writes all. (2) It calls fs.write once and does not look at how much of it
# was taken: if the system takes less, as where a limit on the size of files is reached or a disk fills up, the rest is missing.
# Node's own writeFile goes on, and raises EFBIG.
# Seen on 2026-11-30. Exits 1 if that changes.
set -euo pipefail
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
cd "$place"
npm init -y > /dev/null
npm install --silent --no-audit --no-fund write-file-atomic@7.0.1
cat > look.cjs <<'JS'
const { statSync, writeFileSync, promises } = require("node:fs");
const write = require("write-file-atomic");
process.on("SIGXFSZ", () => {}); // the limit is told by the error of the call
const told = async (work) => { try { await work(); return "no error"; } catch (error) { return error.code; } };
const sizeAfter = async (work) => {
  writeFileSync("file", Buffer.alloc(200, 1)); // what was there before
  const answer = await told(work);
  return `${answer}, ${statSync("file").size} bytes`;
};
(async () => {
  const numbers = Float32Array.from({ length: 10 }, (_, i) => i);
  const large = Buffer.alloc(100_000, 2);
  const found = {
    "10 float32, write-file-atomic": await sizeAfter(() => write("file", numbers)),
    "10 float32, fs.writeFile": await sizeAfter(() => promises.writeFile("file", numbers)),
    "100,000 bytes under a limit of 65,536, write-file-atomic": await sizeAfter(() => write("file", large)),
    "100,000 bytes under a limit of 65,536, fs.writeFile": await sizeAfter(() => promises.writeFile("other", large)),
  };
  console.log("write-file-atomic", require("write-file-atomic/package.json").version, found);
  const [a, b, c, d] = Object.values(found);
  const isSo = a === "no error, 10 bytes" && b === "no error, 40 bytes" && c === "no error, 65536 bytes" && d.startsWith("EFBIG");
  process.exit(isSo ? 0 : 1);
})();
JS
(ulimit -f 64 && node look.cjs) || { echo "changed: it is otherwise now"; exit 1; }
