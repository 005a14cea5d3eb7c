import type { Command } from 'commander';
import { helpAfter } from './help-text.ts';

/** Declares `kindred stores`. */
export function storesCommand(program: Command): void {
  program
    .command('stores')
    .summary('make the schema in PostgreSQL and the topics in Kafka')
    .description(
      'Makes what the services of the distributed mode need in PostgreSQL and Kafka: the schema and the topics. Run it ' +
        'before the first start and after each update; what is there already stays as it is.',
    )
    .addHelpText(
      'after',
      helpAfter({
        environment: {
          DATABASE_URL: 'the database',
          KAFKA_BROKERS: 'the brokers; docs/DISTRIBUTED.md has the other settings',
        },
        exitCodes: { 0: 'all is there', 1: 'it could not be made', 78: 'a setting is wrong' },
      }),
    )
    .action(async () => {
      await import('@kindred/infra/stores');
    });
}
