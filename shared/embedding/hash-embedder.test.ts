import { expect, test } from 'vitest';
import type { SpaceId } from '../id.ts';
import { embedderContract } from './embedder.contract.ts';
import { hashEmbedder } from './hash-embedder.ts';

const options = { space: 'hash' as SpaceId, dimensions: 64 };

embedderContract('the hash embedder', {
  start: () => hashEmbedder(options),
  startBroken: () => hashEmbedder({ ...options, failure: () => 'no such model' }),
  dimensions: 64,
  prefixes: { item: '', query: 'query: ' },
  overlong: undefined,
  runs: 200,
});

test('only the texts that it is told of fail', async () => {
  const embedder = hashEmbedder({ ...options, failure: (text) => (text === 'bad' ? 'is bad' : undefined) });
  await expect(embedder.embed('bad', 'item')).rejects.toThrow('is bad');
  await expect(embedder.embed('good', 'item')).resolves.toHaveLength(64);
});
