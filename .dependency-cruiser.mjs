const test = '[.](test|contract|fixture)[.]ts$|/test-[^/]+[.]ts$|^test/';
/** The rooms of `shared`, each with the others that it may import; all may import the words. */
const rooms = {
  numeric: [],
  model: ['numeric'],
  api: ['model'],
  platform: ['api'],
  embedding: ['numeric', 'platform'],
  'event-log': ['platform'],
};
/** The rooms of ranking, each with the others that it may import. */
const rankingRooms = {
  profile: [],
  reads: ['profile'],
  sources: ['profile'],
  'catalog-state': ['sources'],
  events: [],
  recommend: ['profile', 'reads', 'sources', 'catalog-state', 'events'],
  neighbors: ['reads', 'events'],
  users: ['profile', 'reads', 'events', 'recommend'],
  http: ['recommend', 'neighbors', 'users', 'events'],
};
const services = ['ingestion', 'index', 'ranking', 'trainer'];
/** The pure rooms of the trainer, each with the others that it may import: no arrow leads back. */
const trainerRooms = {
  matrix: [],
  history: ['matrix'],
  'item-item': ['matrix', 'history'],
  evaluation: ['matrix', 'history', 'item-item'],
  ranker: ['history', 'item-item', 'evaluation'],
  domain: ['matrix', 'history', 'item-item', 'evaluation', 'ranker'],
};
const pure = `services/(.+/domain|trainer/(${Object.keys(trainerRooms).join('|')}))/`;

/** Who may import whom. @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    { name: 'no-circles', severity: 'error', from: {}, to: { circular: true } },
    { name: 'not-to-unresolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
    {
      name: 'shared-knows-no-service',
      severity: 'error',
      from: { path: '^shared/', pathNot: test },
      to: { path: '^(services|infra|cli|benchmarks|test)/' },
    },
    {
      name: 'words-import-nothing-of-ours',
      severity: 'error',
      from: { path: '^shared/[^/]+[.]ts$', pathNot: test },
      to: { path: '^(shared/[^/]+/|services/|infra/|cli/|benchmarks/|test/)' },
    },
    ...Object.entries(rooms).map(([room, mayImport]) => ({
      name: `${room}-knows-its-rooms`,
      severity: 'error',
      from: { path: `^shared/${room}/`, pathNot: test },
      to: { path: '^shared/[^/]+/', pathNot: `^shared/(${[room, ...mayImport].join('|')})/` },
    })),
    ...services.map((service) => ({
      name: `${service}-knows-no-other-service`,
      severity: 'error',
      from: { path: `^services/${service}/`, pathNot: test },
      to: { path: `^(services/(?!${service}/)|infra|cli|benchmarks|test)` },
    })),
    {
      name: 'only-the-engine-imports-services',
      comment:
        'Composition roots and benchmarks put services together; commands and set-up only talk to them. `kindred start` ' +
        'is the name of one composition root: it runs that program, lazily and as a whole, and reaches no other file.',
      severity: 'error',
      from: { path: '^(cli|infra)/', pathNot: `${test}|^cli/commands/start[.]ts$` },
      to: { path: '^services/' },
    },
    {
      name: 'start-runs-the-standalone-program-alone',
      severity: 'error',
      from: { path: '^cli/commands/start[.]ts$' },
      to: { path: '^services/', pathNot: '^services/standalone/main[.]ts$' },
    },
    {
      name: 'domain-is-pure',
      severity: 'error',
      from: { path: `^${pure}`, pathNot: test },
      to: {
        pathNot: `^${pure}|^shared/([^/]+|model/[^/]+|numeric/[^/]+)[.]ts$|^node:crypto$|^crypto$|node_modules/ml-matrix/`,
      },
    },
    ...Object.entries(rankingRooms).map(([room, mayImport]) => ({
      name: `ranking-${room}-knows-its-rooms`,
      severity: 'error',
      from: { path: `^services/ranking/${room}/`, pathNot: test },
      to: { path: '^services/ranking/[^/]+/', pathNot: `^services/ranking/(${[room, ...mayImport].join('|')})/` },
    })),
    {
      name: 'ranking-core-is-pure',
      comment: 'These stages and sources take values and return values: no store, clock, environment or logger.',
      severity: 'error',
      from: {
        path: '^services/ranking/(profile/|sources/|recommend/(score|scorer|reciprocal-rank-fusion|mmr|diversify|explain)[.])',
        pathNot: test,
      },
      to: {
        pathNot:
          '^services/ranking/(profile|sources|recommend|reads|catalog-state/mean)|^shared/([^/]+|model/[^/]+|numeric/[^/]+)[.]ts$',
      },
    },
    ...Object.entries(trainerRooms).map(([room, mayImport]) => ({
      name: `trainer-${room}-knows-its-rooms`,
      severity: 'error',
      from: { path: `^services/trainer/${room}/`, pathNot: test },
      to: { path: '^services/trainer/', pathNot: `^services/trainer/(${[room, ...mayImport].join('|')})/` },
    })),
    {
      name: 'http-asks-the-service',
      severity: 'error',
      from: { path: '^services/[^/]+/http/', pathNot: test },
      to: { path: '^services/[^/]+/adapters/' },
    },
    {
      name: 'use-cases-do-not-know-adapters',
      comment:
        'Only composition roots name adapters: main.ts, and compose.ts, which main.ts and the standalone mode share.',
      severity: 'error',
      from: {
        path: '^services/(ingestion|index|ranking|trainer)/',
        pathNot: `${test}|/adapters/|/(main|compose)[.]ts$`,
      },
      to: { path: '^services/[^/]+/adapters/' },
    },
    {
      name: 'an-engine-is-a-folder',
      comment:
        'All that is special to one index engine lies in its folder: adapters beside it know no engine’s library.',
      severity: 'error',
      from: { path: '^services/index/', pathNot: '^services/index/adapters/hnsw/' },
      to: { path: 'node_modules/hnswlib-node/' },
    },
    {
      name: 'an-engine-knows-no-other-engine',
      severity: 'error',
      from: { path: '^services/index/adapters/([^/]+)/' },
      to: { path: '^services/index/adapters/', pathNot: '^services/index/adapters/$1/' },
    },
    {
      name: 'only-composition-roots-name-an-engine',
      comment: 'The index service and the standalone mode reach an engine through its port; compose.ts chooses it.',
      severity: 'error',
      from: { path: '^services/', pathNot: `${test}|^services/index/(adapters/[^/]+/|(compose|main)[.]ts$)` },
      to: { path: '^services/index/adapters/[^/]+/' },
    },
    {
      name: 'contracts-are-for-adapters',
      comment: 'A contract is run by the tests of the adapters of its port, and by nothing else.',
      severity: 'error',
      from: { pathNot: '^services/index/adapters/.+[.]test[.]ts$|^services/index/ports/[^/]+[.]contract[.]ts$' },
      to: { path: '^services/index/.+[.]contract[.]ts$' },
    },
    ...['pg', 'kafkajs', 'hnswlib-node', 'onnxruntime-node', '@xenova/transformers', '@huggingface/transformers'].map(
      (library) => ({
        name: `${library.replaceAll(/[@/]/g, '')}-stays-in-adapters`,
        severity: 'error',
        from: {
          path: '^(shared|services)/',
          pathNot: `/adapters/|^shared/(platform/database|embedding/|event-log/)|${test}`,
        },
        to: { path: `node_modules/${library}/` },
      }),
    ),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)node_modules/[.]|[.]kindred' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default'] },
  },
};
