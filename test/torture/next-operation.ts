import type { Maker, Operation, Scene } from './operation.ts';
import { block, editProfile, follow, readNotifications, unblock, unfollow } from './people-operations.ts';
import {
  changeVisibility,
  deleteComment,
  deletePost,
  editComment,
  editPost,
  react,
  takeReactionBack,
  writeComment,
  writePost,
} from './post-operations.ts';

/** The next write of a client, or undefined where chance picked one that has no object yet. */
export function nextOperation(scene: Scene): Operation | undefined {
  const { random } = scene;
  const me = random.pick(scene.own);
  const total = weights.reduce((sum, [weight]) => sum + weight, 0);
  let drawn = random.below(total);
  for (const [weight, make] of weights) {
    if (drawn < weight) return make(scene, me);
    drawn -= weight;
  }
  return undefined;
}

const weights: [weight: number, make: Maker][] = [
  [24, writePost],
  [9, editPost],
  [4, changeVisibility],
  [7, deletePost],
  [20, react],
  [7, takeReactionBack],
  [18, writeComment],
  [5, editComment],
  [5, deleteComment],
  [9, follow],
  [4, unfollow],
  [2, block],
  [3, unblock],
  [3, editProfile],
  [3, readNotifications],
];
