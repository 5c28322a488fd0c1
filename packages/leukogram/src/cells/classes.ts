/** The five white blood cell types of a differential count, in alphabetical order. */
export const CELL_TYPES = ["Basophil", "Eosinophil", "Lymphocyte", "Monocyte", "Neutrophil"] as const;

/** Class colours, the same in every plot and page, told apart by colour-blind readers. */
export const CELL_COLOURS: Readonly<Record<string, string>> = {
  Basophil: "#0072B2",
  Eosinophil: "#D55E00",
  Lymphocyte: "#CC79A7",
  Monocyte: "#7F5F2A",
  Neutrophil: "#E69F00",
};
