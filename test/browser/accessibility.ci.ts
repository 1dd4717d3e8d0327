import { after, before, it } from 'node:test';
import { furnish, holdPages, openPages, ownPages, watched } from './accessibility.ts';
import { openPlace, type Place } from './visitors.ts';

const sizes = { phone: { width: 390, height: 844 }, desktop: { width: 1440, height: 900 } };

let place: Place;
let postId: string;

before(async () => {
  place = await openPlace();
  const [olga, rosa] = [await place.member('olga', watched), await place.member('rosa', watched)];
  ({ postId } = await furnish(olga, rosa));
});
after(() => place.close());

for (const [size, viewport] of Object.entries(sizes)) {
  for (const colorScheme of ['light', 'dark'] as const) {
    it(`leaves axe nothing to say on a ${size}, ${colorScheme}`, async () => {
      const options = { ...watched, viewport, colorScheme };
      const stranger = await place.visit('stranger', options);
      await holdPages(stranger, openPages, `${size}, ${colorScheme}`);
      const olga = await place.member('olga', options);
      const own = [...ownPages, [`/p/${postId}`, 'Thank you'] as const];
      await holdPages(olga, own, `${size}, ${colorScheme}`);
      await Promise.all([stranger.context.close(), olga.context.close()]);
    });
  }
}
