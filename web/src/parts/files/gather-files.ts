/** What was dropped or chosen: files, each with the folders it lies in, and those folders themselves. */
export interface Gathered {
  files: { file: File; folders: readonly string[] }[];
  folders: (readonly string[])[];
}

/** What systems leave in folders by themselves. */
const unwanted = new Set(['.DS_Store', 'Thumbs.db', 'desktop.ini']);

export function gatherChosen(list: FileList): Gathered {
  const files = [...list]
    .filter(({ name }) => !unwanted.has(name))
    .map((file) => ({ file, folders: file.webkitRelativePath.split('/').slice(0, -1) }));
  return { files, folders: [] };
}

/** To be called while the event is handled: afterwards the browser forgets what was dropped. */
export async function gatherDropped(data: DataTransfer): Promise<Gathered> {
  const dropped = [...data.items].map((item) => ({ entry: item.webkitGetAsEntry(), file: item.getAsFile() }));
  const gathered: Gathered = { files: [], folders: [] };
  for (const { entry, file } of dropped) {
    if (entry) await walk(entry, [], gathered);
    // What comes out of another page is in no folder.
    else if (file) gathered.files.push({ file, folders: [] });
  }
  return gathered;
}

async function walk(entry: FileSystemEntry, folders: readonly string[], into: Gathered): Promise<void> {
  if (entry.isFile) {
    if (unwanted.has(entry.name)) return;
    const file = await new Promise<File>((resolve, reject) =>
      (entry as FileSystemFileEntry).file(resolve, reject),
    );
    into.files.push({ file, folders });
    return;
  }
  const inside = [...folders, entry.name];
  into.folders.push(inside);
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  for (;;) {
    // Browsers give a hundred at a time.
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (some.length === 0) return;
    for (const each of some) await walk(each, inside, into);
  }
}
