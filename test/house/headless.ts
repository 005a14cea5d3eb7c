/**
 * Words that open a headless clause: a comment that begins with one makes its reader wait for the noun. "How many items
 * were read" is "Number of items read"; "Whether it serves" is "True if it serves"; "Of the snapshots" names no subject.
 */
const OPENERS = [
  'What',
  'Whatever',
  'Who',
  'Whoever',
  'Whom',
  'Whose',
  'Which',
  'Whichever',
  'Those',
  'That',
  'Of',
  'How',
  'Whether',
  'Why',
  'Where',
  'Wherever',
  'When',
  'Whenever',
  'So long',
  'So many',
  'So much',
  'Up to',
  'As long',
  'As many',
  'As much',
];

const HEADLESS = new RegExp(`^(${OPENERS.join('|')})\\b`);

const QUESTION = /^[^.;]*[?]/;

/** True if a comment opens with a headless clause; a question is none. */
export function isHeadless(opening: string): boolean {
  return HEADLESS.test(opening) && !QUESTION.test(opening);
}
