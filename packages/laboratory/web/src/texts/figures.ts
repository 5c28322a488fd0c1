/** The page of figures. */
export const figuresTexts = {
  figures: {
    title: "Figures",
    link: "Figures",
    what: "Of cases made in the last 12 weeks. Void cases, and cases in a blind reading, are left out.",
    none: "No cases in the last 12 weeks.",
    readers: "Readers",
    readersWhat:
      "Changed: of the cells that the model was sure of, those that the reader labelled otherwise. Agreement: of the cells that two readings labelled, those labelled alike when the second was finished.",
    weeks: "Quality by week",
    weeksWhat:
      "A rise of rejected or unfamiliar cells, or of cells without a nucleus, or a fall of familiarity, may come from another stain, another scale or another camera. Familiarity is 0.5 on average for the model's own images.",
    columns: {
      reader: "Reader",
      labelled: "Labelled",
      changed: "Changed",
      agreement: "Agreement",
      week: "Week from",
      cases: "Cases",
      signed: "Signed",
      cells: "Cells",
      rejected: "Not sure",
      unfamiliar: "Unfamiliar",
      familiarity: "Familiarity",
      bare: "Without nucleus",
    },
    shares: "Shares of cells, by week",
    agreementChart: "Agreement and changes, by week",
    since: (week: string) => `Week 1 begins on ${week}.`,
    of: (share: string, of: string) => `${share} of ${of}`,
  },
};
