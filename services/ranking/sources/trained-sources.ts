import type { CandidateSource } from './candidate-source.ts';

/** What the trainer's weights lead to from the user's history. */
export const collaborativeSource = trainedSource('collaborative', { candidatesMax: 200, weight: 2 });
/** What is like the user's history by what it is made of: its creator, labels, words and embedding. */
export const contentSource = trainedSource('content', { candidatesMax: 100, weight: 0.5 });

function trainedSource(
  name: 'collaborative' | 'content',
  { candidatesMax, weight }: { readonly candidatesMax: number; readonly weight: number },
): CandidateSource {
  return {
    name,
    weight: ({ trained }) => (trained === undefined ? 0 : weight),
    wishes: () => [],
    candidates: ({ trained, depth }) => trained?.best(name, depth * candidatesMax) ?? [],
  };
}
