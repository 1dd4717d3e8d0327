import { Link } from '@tanstack/react-router';
import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { type ReactNode, useLayoutEffect, useRef } from 'react';
import { formatBytes } from '../../i18n/translate.ts';
import { When } from '../when.tsx';
import { FileFace } from './file-face.tsx';

export interface ListedFile {
  id: string;
  kind: 'file' | 'folder';
  name: string;
  sizeBytes: number;
  modifiedAt: string;
  versionId: string | null;
}

/** Where a folder's row leads. */
export type FolderLink =
  | { to: '/files/in/$'; params: { _splat: string } }
  | { to: '/files/shared/$id'; params: { id: string } }
  | { to: '/files/snapshots/$id'; params: { id: string }; search: { path: string; at?: string } };

interface FileListProps<Each extends ListedFile> {
  label: string;
  items: readonly Each[];
  linkOf: (item: Each) => FolderLink;
  onOpen: (item: Each) => void;
  /** What can be done with one. */
  act: (item: Each) => ReactNode;
  /** Beside the size and time, such as whose it is. */
  more?: (item: Each) => readonly ReactNode[];
  /** They are as they are now, so that small pictures of them can be fetched. */
  areHere?: boolean;
}

const rowPx = 64;
const overscan = 8;

/** However many there are, only rows near the window are in the page. */
export function FileList<Each extends ListedFile>({
  label,
  items,
  linkOf,
  onOpen,
  act,
  more,
  areHere = false,
}: FileListProps<Each>) {
  const list = useRef<HTMLUListElement>(null);
  const margin = useRef(0);
  const rows = useWindowVirtualizer({
    count: items.length,
    estimateSize: () => rowPx,
    getItemKey: (index) => items[index]!.id,
    overscan,
    scrollMargin: margin.current,
  });
  useLayoutEffect(() => {
    margin.current = list.current?.offsetTop ?? 0;
  });
  return (
    <ul ref={list} className="file-list" aria-label={label} style={{ height: rows.getTotalSize() }}>
      {rows.getVirtualItems().map(({ index, key, start }) => {
        const item = items[index]!;
        return (
          <li
            key={key}
            className="file-row"
            aria-setsize={items.length}
            aria-posinset={index + 1}
            style={{ transform: `translateY(${start - rows.options.scrollMargin}px)` }}
          >
            <FileOpener
              item={item}
              link={linkOf(item)}
              onOpen={() => onOpen(item)}
              more={more?.(item) ?? []}
              isHere={areHere}
            />
            {act(item)}
          </li>
        );
      })}
    </ul>
  );
}

interface FileOpenerProps {
  item: ListedFile;
  link: FolderLink;
  onOpen: () => void;
  more: readonly ReactNode[];
  isHere: boolean;
}

function FileOpener({ item, link, onOpen, more, isHere }: FileOpenerProps) {
  const isFolder = item.kind === 'folder';
  const words = (
    <>
      <FileFace file={item} isHere={isHere} />
      <span className="file-words">
        <span className="file-name" dir="auto">
          {item.name}
        </span>
        <span className="file-facts small faint">
          {more.map((fact, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: facts keep their order.
            <span key={index}>{fact}</span>
          ))}
          {!isFolder && <span>{formatBytes(item.sizeBytes)}</span>}
          <When at={item.modifiedAt} />
        </span>
      </span>
    </>
  );
  if (isFolder)
    return (
      <Link {...link} className="file-open">
        {words}
      </Link>
    );
  return (
    <button type="button" className="file-open" onClick={onOpen}>
      {words}
    </button>
  );
}
