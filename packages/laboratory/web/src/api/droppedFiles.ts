// What was dropped on the page: files, and folders with all that lies in them.

const IMAGE = /\.(jpe?g|png|bmp|tiff?|webp|zip)$/i;

/** Files that may be images or archives, and how many others there were. */
export interface ChosenFiles {
  readonly files: readonly File[];
  readonly skipped: number;
}

/** The same file under its path within the folder that was chosen. */
const withPath = (file: File, path: string) => new File([file], path.replace(/^\//, ""), { type: file.type });

/** Leaves out what is surely no image, such as a folder's hidden files. */
export function chosenFiles(all: Iterable<File>): ChosenFiles {
  const list = [...all].map((file) => (file.webkitRelativePath ? withPath(file, file.webkitRelativePath) : file));
  const files = list.filter(({ name }) => IMAGE.test(name) && !/(^|\/)\.|__MACOSX/.test(name));
  return { files, skipped: list.length - files.length };
}

/** All files of a drop, folders walked through. The entries must be taken before the event is over. */
export async function droppedFiles(transfer: DataTransfer): Promise<ChosenFiles> {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry()).filter((entry) => entry !== null);
  if (entries.length === 0) return chosenFiles(transfer.files);
  const lists = await Promise.all(entries.map(filesOf));
  return chosenFiles(lists.flat());
}

async function filesOf(entry: FileSystemEntry): Promise<File[]> {
  if (entry.isFile) {
    const file = await new Promise<File>((found, fail) => (entry as FileSystemFileEntry).file(found, fail));
    return [withPath(file, entry.fullPath)];
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const all: File[] = [];
  // A reader gives a hundred entries at a time, and none at the end.
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((found, fail) => reader.readEntries(found, fail));
    if (some.length === 0) return all;
    for (const inner of some) all.push(...(await filesOf(inner)));
  }
}
