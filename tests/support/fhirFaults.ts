// What is wrong with a FHIR R4 resource: its shape and codes by `fhir`, and by `fhirpath` what that lets pass.
import { Fhir } from "fhir";
import fhirpath from "fhirpath";
import r4 from "fhirpath/fhir-context/r4";
import { INVARIANTS, PATTERNS } from "./fhirInvariants.ts";

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
type Fields = { readonly [key: string]: Json };
interface Resource extends Fields {
  readonly resourceType: string;
}

const shape = new Fhir();

/** Where a value stands: its type's path in the definitions, and the resources around it. */
interface Place {
  readonly at: string;
  readonly type: string;
  readonly resource: Resource;
  readonly root: Resource;
}

/** Faults of a resource, each with the place where it is. */
export function fhirFaults(resource: object): string[] {
  const root = JSON.parse(JSON.stringify(resource)) as Resource;
  const { messages } = shape.validate(root, { errorOnUnexpected: true });
  // It remarks that its lists of codes are not whole: LOINC's are not in it. Where a list is, and required, it is an error.
  const unlike = messages.filter(
    ({ severity, message }) => severity === "error" || !/not found in value set$|could not be found\.$/.test(message!),
  );
  const place = { at: root.resourceType, type: root.resourceType, resource: root, root };
  return [...unlike.map(({ location, message }) => `${location}: ${message}`), ...faultsOf(root, place)];
}

function faultsOf(value: Json, place: Place): string[] {
  if (value === null || typeof value !== "object") return primitiveFaults(value, place);
  if (Object.keys(value).length === 0) return [`${place.at}: is empty`];
  const fields = value as Fields;
  return [
    ...broken(fields, place),
    ...choiceFaults(fields, place.type),
    ...Object.entries(fields).flatMap(([key, child]) => (key === "resourceType" ? [] : fieldFaults(key, child, place))),
  ];
}

function fieldFaults(key: string, value: Json, { at, type, resource, root }: Place): string[] {
  const path = `${type}.${key}`;
  const listed = Array.isArray(value) ? (value as Json[]) : [value];
  const isMany = r4.path2Repeating[path] === true;
  if (isMany !== Array.isArray(value)) return [`${at}.${key}: ${isMany ? "is no list" : "is a list"}`];
  if (listed.length === 0) return [`${at}.${key}: is empty`];
  return listed.flatMap((child, i) => {
    const place = { at: `${at}.${key}${isMany ? `[${i}]` : ""}`, root };
    // What stands in a bundle is for itself.
    if (path === "Bundle.entry.resource") {
      const own = child as Resource;
      return faultsOf(own, { at: own.resourceType, type: own.resourceType, resource: own, root: own });
    }
    if (key === "contained") {
      const own = child as Resource;
      return faultsOf(own, { ...place, type: own.resourceType, resource: own });
    }
    return faultsOf(child, { ...place, type: typeAt(path), resource });
  });
}

// BackboneElements go on by their path; all others by their type. Ids of resources are strings of a pattern of their own.
function typeAt(path: string): string {
  const found = (r4.path2Type as Record<string, string | { code: string } | undefined>)[path];
  const type = typeof found === "object" ? found.code : found;
  if (/^[A-Z]\w+\.id$/.test(path)) return "id";
  return type === undefined || type === "BackboneElement" ? path : type;
}

function primitiveFaults(value: Json, { at, type }: Place): string[] {
  const pattern = PATTERNS[type];
  if (pattern === undefined) return [`${at}: ${type} has no pattern here`];
  const wanted = type === "decimal" ? "number" : type === "boolean" ? "boolean" : "string";
  const isRight = typeof value === wanted && new RegExp(`^(?:${pattern})$`, "u").test(String(value));
  return isRight && isDay(type, String(value)) ? [] : [`${at}: ${JSON.stringify(value)} is no ${type}`];
}

// Dates are to be of the calendar: the pattern knows a 30 February.
function isDay(type: string, value: string): boolean {
  if (!/^(date|dateTime|instant)$/.test(type) || value.length < 10) return true;
  const day = value.slice(0, 10);
  const date = new Date(`${day}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(day);
}

// Of value[x] and its like there is one.
function choiceFaults(fields: Fields, type: string): string[] {
  return Object.entries(r4.choiceTypePaths as Record<string, readonly string[]>).flatMap(([path, types]) => {
    if (path.slice(0, path.lastIndexOf(".")) !== type) return [];
    const name = path.slice(type.length + 1);
    const found = types.map((one) => `${name}${one}`).filter((key) => fields[key] !== undefined);
    return found.length > 1 ? [`${type}.${name}[x]: ${found.join(" and ")}`] : [];
  });
}

function broken(value: Fields, { at, type, resource, root }: Place): string[] {
  const isResource = value === resource;
  const rules = [isResource ? "DomainResource" : "Element", type].flatMap((name) => INVARIANTS[name] ?? []);
  const byPath = at.replace(/\[\d+\]/g, "").replace(/^DiagnosticReport\.contained/, resource.resourceType);
  const here = byPath === type ? [] : (INVARIANTS[byPath] ?? []);
  return [...rules, ...here].flatMap(([key, expression]) => {
    const path = isResource ? expression : { base: byPath, expression };
    const around = { resource, rootResource: root };
    const [holds] = fhirpath.evaluate(value, path, around, r4, { traceFn: () => {} }) as unknown[];
    // Nothing, as of ref-1 for a reference by name alone, is no fault.
    return holds === false ? [`${at}: ${key}`] : [];
  });
}
