import type { en } from './en.ts';

export type Plural = { one: string; other: string };
export type Message = string | Plural;
export type MessageKey = keyof typeof en;
/** A language is complete, or it does not compile. */
export type Catalogue = Readonly<Record<MessageKey, Message>>;
