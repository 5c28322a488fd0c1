// Rules of HL7 FHIR R4 (4.0.1): constraints and patterns of primitive types, as the definitions of its types state them:
// hl7.org/fhir/R4/{element,domainresource,observation}-definitions.html, references.html, datatypes.html.

/** Constraints (key, expression) by where they hold: a type, or a path. dom-6, a narrative, is only advised. */
export const INVARIANTS: Readonly<Record<string, readonly (readonly [key: string, expression: string])[]>> = {
  Element: [["ele-1", "hasValue() or (children().count() > id.count())"]],
  Extension: [["ext-1", "extension.exists() != value.exists()"]],
  DomainResource: [
    ["dom-2", "contained.contained.empty()"],
    [
      "dom-3",
      // R4 writes as() for many values, which FHIRPath now allows for one alone: ofType() is the same for many.
      "contained.where((('#'+id in (%resource.descendants().reference | %resource.descendants().ofType(canonical) | %resource.descendants().ofType(uri) | %resource.descendants().ofType(url))) or descendants().where(reference = '#').exists() or descendants().where(as(canonical) = '#').exists() or descendants().where(as(canonical) = '#').exists()).not()).trace('unmatched', id).empty()",
    ],
    ["dom-4", "contained.meta.versionId.empty() and contained.meta.lastUpdated.empty()"],
    ["dom-5", "contained.meta.security.empty()"],
  ],
  Bundle: [
    [
      "bdl-3",
      "entry.request.exists() = (%resource.type = 'batch' or %resource.type = 'transaction' or %resource.type = 'history')",
    ],
    [
      "bdl-7",
      "(type = 'history') or entry.where(fullUrl.exists()).select(fullUrl&resource.meta.versionId).isDistinct()",
    ],
  ],
  "Bundle.entry": [
    ["bdl-5", "resource.exists() or request.exists() or response.exists()"],
    ["bdl-8", "fullUrl.contains('/_history/').not()"],
  ],
  Attachment: [["att-1", "data.empty() or contentType.exists()"]],
  Observation: [
    ["obs-6", "dataAbsentReason.empty() or value.empty()"],
    ["obs-7", "value.empty() or component.code.where(coding.intersect(%resource.code.coding).exists()).empty()"],
  ],
  "Observation.referenceRange": [["obs-3", "low.exists() or high.exists() or text.exists()"]],
  "Observation.referenceRange.low": [["sqty-1", "comparator.empty()"]],
  "Observation.referenceRange.high": [["sqty-1", "comparator.empty()"]],
  Quantity: [["qty-3", "code.empty() or system.exists()"]],
  Reference: [
    [
      "ref-1",
      "reference.startsWith('#').not() or (reference.substring(1).trace('url') in %rootResource.contained.id.trace('ids'))",
    ],
  ],
};

const YEAR = "([0-9]([0-9]([0-9][1-9]|[1-9]0)|[1-9]00)|[1-9]000)";
const MONTH = "(0[1-9]|1[0-2])";
const DAY = "(0[1-9]|[1-2][0-9]|3[0-1])";
const TIME = "T([01][0-9]|2[0-3]):[0-5][0-9]:([0-5][0-9]|60)(\\.[0-9]+)?(Z|(\\+|-)((0[0-9]|1[0-3]):[0-5][0-9]|14:00))";
// In words: no characters below 32 but tab, line feed and return. Its pattern's \S is of ASCII, unlike JavaScript's.
const TEXT = "[\\t\\n\\r\\u0020-\\u{10ffff}]+";

/** Patterns of primitive types that reports hold. */
export const PATTERNS: Readonly<Record<string, string>> = {
  boolean: "true|false",
  code: "[^\\s]+(\\s[^\\s]+)*",
  date: `${YEAR}(-${MONTH}(-${DAY})?)?`,
  dateTime: `${YEAR}(-${MONTH}(-${DAY}(${TIME})?)?)?`,
  decimal: "-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][+-]?[0-9]+)?",
  id: "[A-Za-z0-9\\-\\.]{1,64}",
  instant: `${YEAR}-${MONTH}-${DAY}${TIME}`,
  markdown: TEXT,
  string: TEXT,
  base64Binary: "([0-9a-zA-Z+/=]{4})+",
  url: "\\S*",
  uri: "\\S*",
};
