/** Who reads a case, until when, and the field for scanners. */
export const planTexts = {
  plan: {
    assignee: "Reader",
    noAssignee: "Not assigned",
    anybody: "All",
    mine: "Mine",
    priority: "Priority",
    priorities: { routine: "Routine", urgent: "Urgent", stat: "Stat" },
    due: "Due",
    overdue: (due: string) => `Overdue since ${due}`,
    dueAt: (due: string) => `Due ${due}`,
    scan: "Scan or type a number",
    several: (name: string) => `Several cases have the number ${name}.`,
    unknown: (name: string) => `No case has the number ${name}.`,
    ordered: "An order has this number: create the case from it.",
    worklist: "Open the worklist",
  },
};
