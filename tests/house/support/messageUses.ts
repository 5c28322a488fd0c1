// How sources use messages, by the compiler's own reading of them.
import ts from "typescript";

const place = (file: ts.SourceFile, node: ts.Node) =>
  `${file.fileName}:${file.getLineAndCharacterOfPosition(node.getStart(file)).line + 1}`;

function visitAll(file: ts.SourceFile, see: (node: ts.Node) => void): void {
  const visit = (node: ts.Node): void => {
    see(node);
    ts.forEachChild(node, visit);
  };
  visit(file);
}

const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

/** Strings of sources, and templates as patterns of strings: `scheme.${name}` is every key below scheme. */
export function usesOf(files: readonly ts.SourceFile[]) {
  const literals = new Set<string>();
  const patterns = new Map<string, RegExp>();
  for (const file of files)
    visitAll(file, (node) => {
      if (ts.isStringLiteralLike(node)) literals.add(node.text);
      if (!ts.isTemplateExpression(node) || !/^[a-z]\w*\./.test(node.head.text)) return;
      const rest = node.templateSpans.map(({ literal }) => `[^]+${escaped(literal.text)}`).join("");
      const source = `^${escaped(node.head.text)}${rest}$`;
      patterns.set(source, new RegExp(source));
    });
  return { literals, patterns: [...patterns.values()] };
}

/** A message that a source says: its key, or those of a choice, and the names of the values that it is given. */
export interface SaidKey {
  readonly keys: readonly string[];
  readonly names: readonly string[];
  readonly where: string;
}

/** What is said with values that can be read: `t(key, { ... })`, `say` and `said` alike. */
export function saidKeys(files: readonly ts.SourceFile[]): SaidKey[] {
  const found: SaidKey[] = [];
  for (const file of files)
    visitAll(file, (node) => {
      if (!ts.isCallExpression(node) || !isSaying(node.expression)) return;
      const [key, values] = node.arguments;
      const keys = key === undefined ? [] : keysIn(key);
      const names = values === undefined ? [] : namesIn(values);
      if (keys.length > 0 && names !== undefined) found.push({ keys, names, where: place(file, node) });
    });
  return found;
}

function isSaying(callee: ts.Expression): boolean {
  const name = ts.isPropertyAccessExpression(callee) ? callee.name : callee;
  return ts.isIdentifier(name) && ["t", "say", "said"].includes(name.text);
}

function keysIn(key: ts.Expression): string[] {
  if (ts.isParenthesizedExpression(key)) return keysIn(key.expression);
  if (ts.isConditionalExpression(key)) return [...keysIn(key.whenTrue), ...keysIn(key.whenFalse)];
  return ts.isStringLiteralLike(key) && /^[a-zA-Z]+\.[\w.-]/.test(key.text) ? [key.text] : [];
}

// Undefined if they are not all in sight.
function namesIn(values: ts.Expression): string[] | undefined {
  if (!ts.isObjectLiteralExpression(values)) return undefined;
  const names: string[] = [];
  for (const property of values.properties) {
    if (ts.isSpreadAssignment(property)) {
      const inside = namesIn(property.expression);
      if (inside === undefined) return undefined;
      names.push(...inside);
    } else if (property.name !== undefined && (ts.isIdentifier(property.name) || ts.isStringLiteral(property.name)))
      names.push(property.name.text);
    else return undefined;
  }
  return names;
}

/** Attributes whose text readers see or hear. */
const SHOWN = new Set([
  ...["alt", "title", "placeholder", "label", "hint", "caption", "heading", "description", "summary"],
  ...["aria-label", "aria-description", "aria-roledescription", "aria-valuetext"],
]);
/** Calls whose text readers see or hear. */
const TELLING = new Set(["announce", "say", "fail", "Error", "confirm", "alert", "setCustomValidity", "usePageTitle"]);
/** Names, which are the same in all languages. */
const NAMES = /^\s*(Leukogram|PDF|CSV|JSON|FHIR|SHA-256|px|um|kappa|UNICODE UTF-8)\s*$/;

const isText = (text: string) => /\p{L}{2,}/u.test(text) && !NAMES.test(text);

/** Texts that a page says and no message file has, each with its place. */
export function literalTexts(file: ts.SourceFile): string[] {
  const found: string[] = [];
  const tell = (node: ts.Node, text: string) => {
    if (isText(text))
      found.push(`${place(file, node)} ${JSON.stringify(text.trim() === "" ? text : text.replace(/\s*\n\s*/g, " "))}`);
  };
  /** What an expression may come to: strings, and the texts between a template's values. */
  const tellIn = (node: ts.Expression): void => {
    if (ts.isStringLiteralLike(node)) tell(node, node.text);
    else if (ts.isTemplateExpression(node)) {
      tell(node.head, node.head.text);
      for (const { literal } of node.templateSpans) tell(literal, literal.text);
    } else if (ts.isConditionalExpression(node)) {
      tellIn(node.whenTrue);
      tellIn(node.whenFalse);
    } else if (ts.isBinaryExpression(node)) {
      const { kind } = node.operatorToken;
      if (kind === ts.SyntaxKind.PlusToken) tellIn(node.left);
      if (isChoice(kind) || kind === ts.SyntaxKind.PlusToken) tellIn(node.right);
    } else if (ts.isParenthesizedExpression(node) || ts.isAsExpression(node)) tellIn(node.expression);
  };
  visitAll(file, (node) => {
    if (ts.isJsxText(node)) tell(node, node.text);
    if (ts.isJsxExpression(node) && node.expression && !ts.isJsxAttribute(node.parent)) tellIn(node.expression);
    if (ts.isJsxAttribute(node) && SHOWN.has(node.name.getText(file)) && node.initializer) {
      if (ts.isStringLiteral(node.initializer)) tell(node.initializer, node.initializer.text);
      else if (ts.isJsxExpression(node.initializer) && node.initializer.expression) tellIn(node.initializer.expression);
    }
    if ((ts.isCallExpression(node) || ts.isNewExpression(node)) && TELLING.has(calleeOf(node)))
      // A word in small letters names something: how a label came about, an address.
      for (const argument of node.arguments ?? [])
        if (!ts.isStringLiteralLike(argument) || /\p{Lu}| /u.test(argument.text)) tellIn(argument);
  });
  return found;
}

const isChoice = (kind: ts.SyntaxKind) =>
  kind === ts.SyntaxKind.AmpersandAmpersandToken ||
  kind === ts.SyntaxKind.BarBarToken ||
  kind === ts.SyntaxKind.QuestionQuestionToken;

function calleeOf({ expression }: ts.CallExpression | ts.NewExpression): string {
  if (ts.isIdentifier(expression)) return expression.text;
  return ts.isPropertyAccessExpression(expression) ? expression.name.text : "";
}
