import type { FastifyRequest } from 'fastify';

const languagesMax = 20;

/** The one of `available` that the browser wants most; the first of them where it wants none. */
export function languageFor(
  { headers }: Pick<FastifyRequest, 'headers'>,
  available: readonly string[],
): string {
  const wanted = (headers['accept-language'] ?? '')
    .split(',', languagesMax)
    .map((each, place) => {
      const [tag = '', ...parameters] = each.trim().toLowerCase().split(';');
      const weight = parameters.map((one) => /^\s*q=([\d.]+)\s*$/.exec(one)?.[1]).find(Boolean);
      return { language: tag.split('-', 1)[0]!, weight: weight === undefined ? 1 : Number(weight), place };
    })
    .filter(({ weight }) => weight > 0)
    .sort((a, b) => b.weight - a.weight || a.place - b.place);
  return wanted.find(({ language }) => available.includes(language))?.language ?? available[0]!;
}

const rightToLeft = new Set(['ar', 'fa', 'he', 'ur']);
/** Which way a language is written. */
export const directionOf = (language: string): 'rtl' | 'ltr' => (rightToLeft.has(language) ? 'rtl' : 'ltr');
