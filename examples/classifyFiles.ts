/**
 * Classifies image files with a run folder or an .onnx file that Leukogram wrote. Images that can't be read are named
 * and passed over.
 *
 *   npx tsx examples/classifyFiles.ts runs/cnn cell.jpg other.png
 */
import { classifyFiles, loadClassifier } from "leukogram";

const [path, ...files] = process.argv.slice(2);
if (path === undefined || files.length === 0) throw new Error("usage: classifyFiles.ts MODEL IMAGE...");

const classifier = await loadClassifier(path);
for await (const { path: file, probabilities, error } of classifyFiles(classifier, files)) {
  if (probabilities === undefined) {
    console.log(`${file}: ${error?.message}`);
    continue;
  }
  const best = probabilities.indexOf(Math.max(...probabilities));
  console.log(`${file}: ${classifier.classes[best]} ${(100 * probabilities[best]!).toFixed(1)} %`);
}
await classifier.close();
