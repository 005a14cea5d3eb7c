const test = '[.](test|contract|fixture)[.]ts$|/test-[^/]+[.]ts$|^test/';
/** The rooms of `shared`, each with the others that it may import; all may import the words. */
const rooms = {
  numeric: [],
  model: ['numeric'],
  api: [],
  platform: ['api'],
  embedding: ['numeric', 'platform'],
  'event-log': ['platform'],
};
const services = ['ingestion', 'index', 'ranking', 'trainer'];

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
      from: { path: '^services/[^/]+/domain/', pathNot: test },
      to: {
        pathNot:
          '^services/[^/]+/domain/|^shared/([^/]+|model/[^/]+|numeric/[^/]+)[.]ts$|^node:crypto$|^crypto$|node_modules/ml-matrix/',
      },
    },
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
        path: '^services/(ingestion|index|ranking|trainer)/([^/]+|sources/[^/]+)[.]ts$',
        pathNot: `${test}|/(main|compose)[.]ts$`,
      },
      to: { path: '^services/[^/]+/adapters/' },
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
