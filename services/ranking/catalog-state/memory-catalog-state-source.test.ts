import type { CatalogId } from '@kindred/shared/id';
import { catalogStateSourceContract } from './catalog-state-source.contract.ts';
import { MemoryCatalogStateSource } from './memory-catalog-state-source.ts';

const source = new MemoryCatalogStateSource();
let [catalogs, change] = [0, 0];

catalogStateSourceContract(async () => {
  const catalog = `c${catalogs++}` as CatalogId;
  source.create(catalog);
  return {
    source,
    catalog,
    putItems: async (entries) => {
      for (const { item, ...entry } of entries) source.putItem(catalog, item, { ...entry, change: ++change });
    },
    rankItems: async (entries) => {
      for (const { item, ranks } of entries) source.rank(catalog, item, ranks, ++change);
    },
    removeItem: async (item) => source.removeItem(catalog, item, ++change),
    embed: async () => source.embed(catalog, ++change),
    serve: async (space) => source.serve(catalog, space, ++change),
    erase: async () => source.eraseUser(catalog, ++change),
    serveArtifact: async (version) => source.serveArtifact(catalog, version),
    withdrawArtifacts: async () => source.serveArtifact(catalog, null),
  };
}, 200);
