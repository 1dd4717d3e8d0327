import { formatAgo, formatTime } from '../i18n/translate.ts';

export function When({ at }: { at: string }) {
  return (
    <time dateTime={at} title={formatTime(at)}>
      {formatAgo(at)}
    </time>
  );
}
