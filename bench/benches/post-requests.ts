import { requestBytes } from '../load/request-file.ts';
import { createTexts } from '../world/texts.ts';
import type { Member } from '../world/world.ts';

/** Requests that post such texts as people write, by those members in turn. */
export function postRequests(members: readonly Member[], count: number): Buffer[] {
  const texts = createTexts(11);
  const people = texts.people(Math.min(200, members.length));
  return Array.from({ length: count }, (_, index) => {
    const { title, text } = texts.post(people[index % people.length]!, index + 1);
    const { token } = members[index % members.length]!;
    const body = title === '' ? { text } : { title, text };
    return requestBytes({ method: 'POST', path: '/v1/posts', token, body });
  });
}
