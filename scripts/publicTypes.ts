// Types that a module's exports take or give, and whether it exports them too.
import { isAbsolute, relative } from "node:path";
import ts from "typescript";

/** A type that a module's exports name and that the module does not export. */
export interface HiddenType {
  readonly name: string;
  /** Its source file, relative to the root. */
  readonly file: string;
  /** What names it. */
  readonly by: string;
}

/**
 * The named types that signatures of a module's exports lead to, as far as they are declared under `root` and not exported.
 *
 * @param entry the module, such as packages/leukogram/src/index.ts
 */
export function hiddenTypes(entry: string, root: string, wanted: (name: string) => boolean = () => true): HiddenType[] {
  const config = ts.parseJsonConfigFileContent(
    ts.readConfigFile(`${root}/tsconfig.json`, ts.sys.readFile).config,
    ts.sys,
    root,
  );
  const program = ts.createProgram([entry], config.options);
  const checker = program.getTypeChecker();
  const module = checker.getSymbolAtLocation(program.getSourceFile(entry)!)!;
  const own = (symbol: ts.Symbol) => (symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol);
  const exported = new Map(checker.getExportsOfModule(module).map((symbol) => [own(symbol), symbol.name]));
  const [seen, hidden] = [new Set<ts.Symbol>(), new Map<ts.Symbol, HiddenType>()];
  const look = (symbol: ts.Symbol, by: string): void => {
    if (seen.has(symbol)) return;
    seen.add(symbol);
    for (const declaration of symbol.declarations ?? []) {
      const file = relative(root, declaration.getSourceFile().fileName);
      if (file.startsWith("..") || isAbsolute(file) || file.includes("node_modules")) return;
      if (!exported.has(symbol) && !hidden.has(symbol)) hidden.set(symbol, { name: symbol.name, file, by });
      visit(declaration, symbol.name);
    }
  };
  // Signatures alone: not what a function does inside, nor private members.
  const visit = (node: ts.Node, by: string): void => {
    if (ts.isBlock(node) || (ts.isPropertyDeclaration(node) && (ts.isPrivateIdentifier(node.name) || isPrivate(node))))
      return;
    if (ts.isMethodDeclaration(node) && (ts.isPrivateIdentifier(node.name) || isPrivate(node))) return;
    if (ts.isTypeReferenceNode(node) || ts.isExpressionWithTypeArguments(node)) {
      const symbol = checker.getSymbolAtLocation(ts.isTypeReferenceNode(node) ? node.typeName : node.expression);
      if (symbol !== undefined && !(own(symbol).flags & ts.SymbolFlags.TypeParameter)) look(own(symbol), by);
    }
    if (ts.isVariableDeclaration(node) && node.type !== undefined) return void visit(node.type, by);
    if (ts.isExpression(node) && !ts.isExpressionWithTypeArguments(node) && !ts.isArrowFunction(node)) return;
    ts.forEachChild(node, (child) => visit(child, by));
  };
  for (const [symbol, name] of exported)
    if (wanted(name)) {
      seen.add(symbol);
      for (const declaration of symbol.declarations ?? []) visit(declaration, name);
    }
  return [...hidden.values()];
}

const isPrivate = (node: ts.HasModifiers) =>
  (ts.getCombinedModifierFlags(node as unknown as ts.Declaration) & ts.ModifierFlags.Private) !== 0;

if (process.argv[1]?.endsWith("publicTypes.ts"))
  for (const { name, file, by } of hiddenTypes(process.argv[2]!, process.cwd())) console.log(`${name}\t${file}\t${by}`);
