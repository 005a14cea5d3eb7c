import type { Program } from './programs.ts';
import { type Variable, variablesOf } from './variable.ts';

interface Reading extends Variable {
  readonly program: string;
}

const TOP = `# Configuration

Written from the schemas that check the variables, by \`npm run docs\`; change nothing here by hand.

Every program reads its configuration from environment variables, once, when it starts. An empty variable counts as not
set. A configuration that cannot be used ends the program with exit code 78 and names every mistake at once.

- **standalone** is \`npm start\`: all services in one process. **ingestion**, **index**, **ranking** and **trainer** are the
  services of the distributed mode; **dev:distributed** (\`npm run dev:distributed\`) starts them on one machine.
- **set-up** fetches the model before a program starts; **stores** (\`npm run stores\`) prepares PostgreSQL and Kafka.
- **commands** are those that talk to a server: \`npm run import\`, \`npm run train\`, \`npm run dead-letters\`. **import** and
  **datasets** (\`npm run datasets\`) have variables of their own; **bench** (\`npm run bench\`) also reads those of
  standalone.
`;

/** Renders the page: one row per variable and meaning, in the order in which the programs name them first. */
export function configurationPage(programs: readonly Program[]): string {
  const readings = programs.flatMap(({ name, variables }) =>
    variablesOf(variables).map((variable) => ({ ...variable, program: name })),
  );
  const rows = Map.groupBy(readings, ({ name, description, range }) => JSON.stringify([name, description, range]));
  const byName = Map.groupBy(rows.values(), ([{ name } = { name: '' }]) => name);
  return [
    TOP,
    '| variable | read by | default | range | meaning |',
    '| --- | --- | --- | --- | --- |',
    ...[...byName.values()].flat().map(row),
    '',
  ].join('\n');
}

function row(readings: readonly Reading[]): string {
  const { name, range, description } = readings[0]!;
  const readers = readings.map(({ program }) => program).join(', ');
  return `| \`${name}\` | ${readers} | ${defaults(readings)} | ${range} | ${description} |`;
}

/** One default for all readers, or each with the readers that have it. */
function defaults(readings: readonly Reading[]): string {
  const groups = [...Map.groupBy(readings, (reading) => reading.default ?? 'must be set')];
  if (groups.length === 1) return groups[0]![0];
  return groups.map(([text, own]) => `${text} (${own.map(({ program }) => program).join(', ')})`).join(', ');
}
