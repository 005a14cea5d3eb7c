import type { UserId } from '@kindred/shared/id';
import { DIVERSITY_DEFAULT } from '@kindred/shared/model/mmr';
import { expect, test } from 'vitest';
import { trainedCatalog } from '../sources/trained-catalog.fixture.ts';
import { type OpenRequest, withCatalogDefaults } from './catalog-defaults.ts';

const open: OpenRequest = {
  user: 'someone' as UserId,
  limit: 10,
  exclude: [],
  filter: undefined,
  diversity: undefined,
  includeSeen: false,
  explain: true,
  expand: false,
  atMs: 0,
  seed: 1,
};

test('the diversity is that of the request, else that of the training, else the default', () => {
  const trained = trainedCatalog(3);
  const ranker = { ...trained.ranker!, diversity: 0.02 };
  const state = { trained: { ...trained, ranker } };
  expect(withCatalogDefaults({ ...open, diversity: 0 }, state).diversity).toBe(0);
  expect(withCatalogDefaults(open, state)).toEqual({ ...open, diversity: 0.02 });
  expect(withCatalogDefaults(open, { trained: { ...trained, ranker: undefined } }).diversity).toBe(DIVERSITY_DEFAULT);
  expect(withCatalogDefaults(open, { trained: undefined }).diversity).toBe(DIVERSITY_DEFAULT);
});
