import { useEffect, useRef, useState } from 'react';
import { sayProblem } from '../../state/toasts.ts';
import { type Gathered, gatherDropped } from './gather-files.ts';

/** Whether files are held over the page; what is dropped anywhere on it is taken. */
export function useDropping(isOn: boolean, onFiles: (gathered: Gathered) => void): boolean {
  const [isOver, setIsOver] = useState(false);
  const take = useRef(onFiles);
  take.current = onFiles;
  useEffect(() => {
    if (!isOn) return;
    const gone = new AbortController();
    const on = (name: 'dragenter' | 'dragover' | 'dragleave' | 'drop', handle: (event: DragEvent) => void) =>
      addEventListener(
        name,
        (event) => {
          if (event.dataTransfer?.types.includes('Files')) handle(event);
        },
        { signal: gone.signal },
      );
    on('dragenter', (event) => {
      event.preventDefault();
      setIsOver(true);
    });
    // Otherwise the browser opens what is dropped in place of the app.
    on('dragover', (event) => event.preventDefault());
    on('dragleave', ({ relatedTarget }) => relatedTarget === null && setIsOver(false));
    on('drop', (event) => {
      event.preventDefault();
      setIsOver(false);
      gatherDropped(event.dataTransfer!).then(take.current, sayProblem);
    });
    return () => gone.abort();
  }, [isOn]);
  return isOver;
}
