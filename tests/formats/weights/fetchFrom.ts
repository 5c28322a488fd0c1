// The weights of a small MobileNetV2, from a server that a test makes.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { type FindWeightsOptions, findImagenetWeights } from "@leukogram/engine/formats/weights/imagenetWeights";
import { mobilenetV2 } from "@leukogram/engine/models/mobilenetV2";
import { Model } from "@leukogram/engine/nn/model";
import { type Answer, fileServer } from "../support/fileServer.ts";
import { testFolder } from "../support/folder.ts";
import { modelBytes } from "../support/h5.ts";
import { message } from "../support/message.ts";

/** The model that is asked for. */
export const SIZE = { alpha: 0.35, imageSize: 96 };

/** Its file, as Keras names it. */
export const FILE = "mobilenet_v2_weights_tf_dim_ordering_tf_kernels_0.35_96_no_top.h5";

const bytesOf = (alpha: number) => {
  const { model, features } = mobilenetV2({ alpha, imageSize: 96 });
  return modelBytes(new Model({ input: model.input, output: features }).initialize(1));
};
let made: Promise<{ readonly right: Uint8Array; readonly wrongAlpha: Uint8Array }> | undefined;

/** Bytes of the file, and of one of another alpha; made once. */
export function weightsFiles() {
  made ??= Promise.all([bytesOf(SIZE.alpha), bytesOf(0.5)]).then(([right, wrongAlpha]) => ({ right, wrongAlpha }));
  return made;
}

/** Fetches from a server that answers so, into a fresh cache. */
export async function fetchFrom(answer: Answer, options: Partial<FindWeightsOptions> = {}) {
  const server = await fileServer(answer);
  const cacheDir = testFolder();
  const found = findImagenetWeights({
    ...SIZE,
    cacheDir,
    fetch: true,
    baseUrl: server.url,
    retryDelay: 1,
    ...options,
  });
  const error = await message(found);
  return { error, found: error === "no error" ? await found : undefined, server, cacheDir };
}

/** What is in the cache. */
export const left = (cacheDir: string) => readdirSync(join(cacheDir, "weights"));
