import { expect, test } from 'vitest';
import { readIndexConfig } from './config.ts';

const environment = { DATABASE_URL: 'postgres://localhost/kindred', KINDRED_DATA_DIR: '/data' };

test('searches by HNSW where nothing else is said, with snapshots below the data folder', () => {
  expect(readIndexConfig(environment)).toMatchObject({ engine: 'hnsw', folder: '/data/index', port: 8082 });
});

test('takes the exact engine, and refuses one that does not exist', () => {
  expect(readIndexConfig({ ...environment, KINDRED_INDEX_ENGINE: 'exact' }).engine).toBe('exact');
  const refuse = () => readIndexConfig({ KINDRED_INDEX_ENGINE: 'faiss', KINDRED_DATA_DIR: '/data' });
  expect(refuse).toThrow('KINDRED_INDEX_ENGINE: must be hnsw or exact');
  expect(refuse, 'with every other mistake').toThrow('DATABASE_URL: must be set');
});
