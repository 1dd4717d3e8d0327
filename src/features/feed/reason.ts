/** Why a post stands where it stands in the order by relevance. Codes are part of the interface. */
export const reasonCodes = [
  'conversation',
  'often-liked',
  'often-visited',
  'popular-with-others',
  'much-read',
  'recent',
] as const;
export type ReasonCode = (typeof reasonCodes)[number];

const texts: Record<ReasonCode, string> = {
  conversation: 'You often talk with this person.',
  'often-liked': 'You often like what this person posts.',
  'often-visited': 'You often look at what this person posts.',
  'popular-with-others': 'Many who saw this liked it or joined in.',
  'much-read': 'People spend time on this.',
  recent: 'Posted a short while ago.',
};

export const reasonText = (code: ReasonCode): string => texts[code];

const json = Object.fromEntries(
  reasonCodes.map((code) => [code, JSON.stringify({ code, text: texts[code] })]),
) as Record<ReasonCode, string>;

/** The `reason` of an item, as JSON text. */
export const reasonJson = (code: ReasonCode): string => json[code];
