// Runs in a worker thread: reads files of pictures as `PictureThreads` asks.
import { answerJobs } from "../loading/workerJobs.ts";
import { cellSizes } from "../microscopy/redCellWidths.ts";
import { decodeImage } from "../pictures/image.ts";
import { type PictureRemark, passPictureRemarks } from "../remarks.ts";
import { bringPicture } from "./bringPicture.ts";
import { Gate } from "./gate.ts";
import type { PictureAnswer, PictureJob } from "./pictureThreads.ts";

/** While one is decoded outside JavaScript, another is brought into its form. */
const AT_ONCE = 2;

const gate = new Gate(AT_ONCE);
let heard: PictureRemark[] = [];
passPictureRemarks((remark) => heard.push(remark));

async function read(job: PictureJob): Promise<PictureAnswer> {
  const { path, name, jpegDct, bits, ofSet, form, redCell } = job;
  let asksBits = false;
  const findBits = async () => {
    asksBits = ofSet === undefined;
    return ofSet?.bits;
  };
  const image = await decodeImage(path, { name, jpegDct, bits, findBits }).catch((error) => {
    if (!asksBits) throw error;
  });
  const remarks = heard.filter(([, of]) => of === path);
  heard = heard.filter(([, of]) => of !== path);
  if (image === undefined || asksBits) return { ...NOTHING, asksBits: true };
  if (form === undefined) return { ...NOTHING, remarks, sizes: cellSizes(image) };
  const brought = bringPicture(image, form, redCell);
  // What the decoder holds can not be handed over: Node 20 copies it, later ones refuse (findings/sharp-pixels-to-threads.sh).
  const pixels = brought.pixels === image.data ? new Uint8Array(brought.pixels) : brought.pixels;
  return { ...NOTHING, remarks, brought: { ...brought, pixels } };
}

const NOTHING: PictureAnswer = { asksBits: false, remarks: [], sizes: undefined, brought: undefined };

answerJobs<PictureJob, PictureAnswer>(
  (job) => gate.pass(() => read(job)),
  ({ brought }) => (brought === undefined ? [] : [brought.pixels.buffer as ArrayBuffer]),
);
