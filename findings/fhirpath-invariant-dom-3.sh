#!/usr/bin/env bash
# fhirpath 5.2.2 (npm) can't evaluate R4's published invariant dom-3 on any resource that contains another.
#
# A good guess: dom-3 is an expression of the R4 definitions themselves, and fhirpath comes with R4's model: it gives true or false.
# Found: with none contained it answers; with one, `as()` on several values raises an error, "Expected singleton on left side
# of 'as'", as FHIRPath's newer text has it, so that the published expression must be rewritten with `ofType`.
# Seen on 2026-11-30. Exits 1 if that changes.
set -euo pipefail
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
cd "$place"
npm init -y > /dev/null
npm install --silent --no-audit --no-fund fhirpath@5.2.2
cat > look.cjs <<'JS'
const fhirpath = require("fhirpath");
const r4 = require("fhirpath/fhir-context/r4");
const dom3 =
  "contained.where((('#'+id in (%resource.descendants().reference | %resource.descendants().as(canonical) | %resource.descendants().as(uri) | %resource.descendants().as(url))) or descendants().where(reference = '#').exists() or descendants().where(as(canonical) = '#').exists() or descendants().where(as(canonical) = '#').exists()).not()).trace('unmatched', id).empty()";
const observation = (id) => ({ resourceType: "Observation", id, status: "final", code: { text: "cells" } });
const report = (ids) => ({
  resourceType: "DiagnosticReport",
  status: "final",
  code: { text: "differential count" },
  result: ids.map((id) => ({ reference: `#${id}` })),
  contained: ids.map(observation),
});
const ask = (ids) => {
  try {
    return JSON.stringify(fhirpath.evaluate(report(ids), dom3, { resource: report(ids) }, r4, { traceFn() {} }));
  } catch (error) {
    return `raised: ${String(error.message).slice(0, 90)}`;
  }
};
const [none, one] = [ask([]), ask(["a"])];
console.log("fhirpath", require("fhirpath/package.json").version, "| none contained:", none, "| one contained:", one);
process.exit(none === "[true]" && /singleton/.test(one) ? 0 : 1);
JS
node look.cjs || { echo "changed: it is otherwise now"; exit 1; }
