import { createHash } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { extname, join } from "node:path";
import { readManifest } from "./manifest/manifest.ts";

/** What is said of a prepared set beside its files. */
export interface CroissantFacts {
  readonly name: string;
  readonly description: string;
  /** A licence's name or address; left out where it is not known. */
  readonly license?: string | undefined;
  readonly url?: string | undefined;
  readonly citeAs?: string | undefined;
}

// The context of the specification, https://docs.mlcommons.org/croissant/docs/croissant-spec.html, version 1.0.
const CONTEXT = {
  "@language": "en",
  "@vocab": "https://schema.org/",
  citeAs: "cr:citeAs",
  column: "cr:column",
  conformsTo: "dct:conformsTo",
  equivalentProperty: "cr:equivalentProperty",
  samplingRate: "cr:samplingRate",
  cr: "http://mlcommons.org/croissant/",
  rai: "http://mlcommons.org/croissant/RAI/",
  data: { "@id": "cr:data", "@type": "@json" },
  dataType: { "@id": "cr:dataType", "@type": "@vocab" },
  dct: "http://purl.org/dc/terms/",
  examples: { "@id": "cr:examples", "@type": "@json" },
  extract: "cr:extract",
  field: "cr:field",
  fileProperty: "cr:fileProperty",
  fileObject: "cr:fileObject",
  fileSet: "cr:fileSet",
  format: "cr:format",
  includes: "cr:includes",
  isLiveDataset: "cr:isLiveDataset",
  jsonPath: "cr:jsonPath",
  key: "cr:key",
  md5: "cr:md5",
  parentField: "cr:parentField",
  path: "cr:path",
  recordSet: "cr:recordSet",
  references: "cr:references",
  regex: "cr:regex",
  repeated: "cr:repeated",
  replace: "cr:replace",
  sc: "https://schema.org/",
  separator: "cr:separator",
  source: "cr:source",
  subField: "cr:subField",
  transform: "cr:transform",
};

const TYPES: Readonly<Record<string, string>> = {
  ".png": "image/png",
  ".jpg": "image/jpeg",
  ".jpeg": "image/jpeg",
  ".gif": "image/gif",
  ".bmp": "image/bmp",
};

const MANIFEST = "manifest.csv";

/**
 * Writes croissant.json, Croissant 1.0 metadata of a folder with a manifest.csv: its files, and a record set with the
 * manifest's columns. It holds no date, so that equal sets give equal bytes.
 *
 * @throws as reading and writing do.
 */
export async function writeCroissant(dir: string, facts: CroissantFacts): Promise<void> {
  const path = join(dir, MANIFEST);
  const sha256 = createHash("sha256")
    .update(await readFile(path))
    .digest("hex");
  const { columns, rows } = readManifest(path);
  const endings = [...new Set(rows.map((row) => extname(row.path).toLowerCase()))].sort();
  const { name, description, license, url, citeAs } = facts;
  const text = JSON.stringify(
    {
      "@context": CONTEXT,
      "@type": "sc:Dataset",
      conformsTo: "http://mlcommons.org/croissant/1.0",
      name,
      description,
      ...(license !== undefined && { license }),
      ...(url !== undefined && { url }),
      ...(citeAs !== undefined && { citeAs }),
      version: "1.0.0",
      distribution: [
        {
          "@type": "cr:FileObject",
          "@id": MANIFEST,
          name: MANIFEST,
          description: "A row for each labelled image.",
          contentUrl: MANIFEST,
          encodingFormat: "text/csv",
          sha256,
        },
        ...endings.map((ending) => ({
          "@type": "cr:FileSet",
          "@id": `images${ending}`,
          name: `images${ending}`,
          description: "The images, at the paths that the manifest names.",
          encodingFormat: TYPES[ending] ?? "application/octet-stream",
          includes: `**/*${ending}`,
        })),
      ],
      recordSet: [
        {
          "@type": "cr:RecordSet",
          "@id": "images",
          name: "images",
          description: "Labelled images of white blood cells.",
          field: columns.map((column) => ({
            "@type": "cr:Field",
            "@id": `images/${column}`,
            name: column,
            description: DESCRIPTIONS[column] ?? column,
            dataType: "sc:Text",
            source: { fileObject: { "@id": MANIFEST }, extract: { column } },
          })),
        },
      ],
    },
    undefined,
    2,
  );
  await writeFile(join(dir, "croissant.json"), `${text}\n`);
}

const DESCRIPTIONS: Readonly<Record<string, string>> = {
  file: "Path of the image, relative to the manifest.",
  label: "Type of the cell.",
  class: "Type of the cell.",
  split: "Part of the data that it belongs to.",
  original: "The image that it was made from.",
  laboratory: "Where it was taken.",
};
