import { MAIN_CATALOG } from '@kindred/shared/id';
import { trainedCatalog } from '../adapters/worker-catalog-builder.ts';
import { catalogBuilderContract } from './catalog-builder.contract.ts';
import { MemoryCatalogBuilder } from './memory-catalog-builder.ts';

catalogBuilderContract(async () => {
  const builder = new MemoryCatalogBuilder();
  return {
    builder,
    catalog: MAIN_CATALOG,
    engage: async (user, items) => {
      for (const item of items) builder.engage(MAIN_CATALOG, user, item);
    },
    embed: async (space, item, vector) => builder.embed(MAIN_CATALOG, space, item, vector),
    storeArtifact: async (version, artifact) =>
      builder.putArtifact(MAIN_CATALOG, version, await trainedCatalog(version, artifact)),
    damageArtifact: async (version) => builder.putArtifact(MAIN_CATALOG, version, undefined),
  };
}, 100);
