/**
 * Must be imported before onnxruntime-node. Since 1.29 its Linux and macOS builds report to their maker what is run: a
 * device's number that is kept in the user's cache folder, names and hashes of models, and more, by the network
 * (github.com/microsoft/onnxruntime/pull/27379). Nothing of a laboratory leaves its machine by our doing, so this is
 * turned off. What they do at the start also brings down a process whose command line is longer than about 32 kB.
 *
 * In a worker thread `process.env` is a copy that ONNX Runtime does not see: there, whoever starts the thread sets it.
 */
process.env.ORT_DISABLE_TELEMETRY = "1";
