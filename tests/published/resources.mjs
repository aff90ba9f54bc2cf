// Holds the resources of operators in the files named to what is published of them: which fields there are by their
// types, what a field may hold by their validators. Prints what does not fit, by its place, and ends with 1.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { parseAllDocuments } from "yaml";

const PUBLISHED = {
  "kafka.strimzi.io": "@kubernetes-models/strimzi-kafka-operator",
  "monitoring.coreos.com": "@kubernetes-models/prometheus-operator",
};

const resources = process.argv
  .slice(2)
  .flatMap((file) => parseAllDocuments(readFileSync(file, "utf8")).map((document) => ({ file, is: document.toJS() })))
  .filter(({ is }) => is.apiVersion.split("/")[0] in PUBLISHED);
const place = ({ file, is }) => `${file}: ${is.kind}/${is.metadata.name}`;
const model = ({ is }) => `${PUBLISHED[is.apiVersion.split("/")[0]]}/${is.apiVersion}/${is.kind}`;
const faults = [];

for (const each of resources) {
  try {
    const published = await import(model(each));
    new published[each.is.kind](each.is).validate();
  } catch (error) {
    faults.push(`${place(each)}: ${error.message}`);
  }
}

// One line a resource: a field that its type does not have is a fault of that line.
const typed = resources.map((each) => `export const _: import("${model(each)}").I${each.is.kind} = ${JSON.stringify(each.is)};`);
const files = new Map(typed.map((text, index) => [fileURLToPath(new URL(`resource-${index}.ts`, import.meta.url)), text]));
const options = {
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  noEmit: true,
  skipLibCheck: true,
  strict: true,
  types: [],
};
const host = ts.createCompilerHost(options);
const { readFile, fileExists } = host;
host.readFile = (name) => files.get(name) ?? readFile(name);
host.fileExists = (name) => files.has(name) || fileExists(name);
for (const { file, messageText } of ts.getPreEmitDiagnostics(ts.createProgram([...files.keys()], options, host))) {
  const at = file && [...files.keys()].indexOf(file.fileName);
  faults.push(`${at >= 0 ? place(resources[at]) : "?"}: ${ts.flattenDiagnosticMessageText(messageText, " ")}`);
}

if (resources.length === 0) faults.push("none of the files holds a resource of an operator");
for (const fault of faults) console.error(fault);
process.exitCode = faults.length > 0 ? 1 : 0;
