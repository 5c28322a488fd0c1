import { type PublicSet, publicSet, publicSets } from "../../data/publicSets/publicSets.ts";
import { count } from "../../report/text/format.ts";
import { textTable } from "../../report/text/textTable.ts";
import type { CommandModule } from "../command.ts";
import { print } from "../options.ts";

const datasets: CommandModule = {
  define(command) {
    command
      .description("List public data sets of white blood cells: address, licence, classes and known bias.")
      .argument("[name]", "show one data set in full");
  },
  examples: ["leukogram datasets", "leukogram datasets raabin-wbc", "leukogram datasets --json"],
  async execute({ args: [name], options }) {
    const { json } = options as { json?: boolean };
    if (name !== undefined) {
      const set = publicSet(String(name));
      return print(Boolean(json), set, () => lines(set).join("\n"));
    }
    const sets = publicSets();
    print(Boolean(json), sets, () =>
      [
        textTable([
          ["Name", "images", "pixels", "of the five", "licence", "fetch"],
          ...sets.map((set) => [
            set.name,
            set.images === 0 ? "" : count(set.images),
            set.pixels,
            String(new Set(Object.values(set.classes)).size),
            set.licence.split(";")[0]!,
            set.files.length > 0 ? "yes" : "by hand",
          ]),
        ]),
        "",
        "Bias, citation and addresses: leukogram datasets NAME. To download a set: leukogram fetch NAME DIR.",
      ].join("\n"),
    );
  },
};

function lines(set: PublicSet): string[] {
  const classes = Object.entries(set.classes).map(([theirs, ours]) => `${theirs} = ${ours}`);
  const rows: readonly (readonly [string, string])[] = [
    ["Homepage", set.homepage || "unknown"],
    ["DOI", set.doi || "none"],
    ["Licence", set.licence],
    ["Images", set.images === 0 ? "unknown" : `${count(set.images)}, ${set.pixels} pixels`],
    ["Laboratory", set.laboratory],
    ["Classes", classes.length > 0 ? classes.join(", ") : "no labels of the five classes"],
    ["Bias", set.bias],
    ["Cite", set.citation],
    ["Fetch", set.files.length > 0 ? `leukogram fetch ${set.name} DIR` : (set.ask ?? "by hand")],
  ];
  return [set.title, ...rows.map(([name, text]) => `${name.padEnd(12)}${text}`)];
}

export default datasets;
