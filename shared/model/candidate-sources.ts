/** Candidate sources, in the order in which an explanation lists them. */
export const SOURCE_NAMES = [
  'collaborative',
  'content',
  'interests',
  'similar',
  'co-engagement',
  'trending',
  'latest',
  'popular',
] as const;

export type SourceName = (typeof SOURCE_NAMES)[number];
