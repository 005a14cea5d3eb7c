import type { Command } from 'commander';
import { helpAfter } from './help-text.ts';

interface DoctorFlags {
  readonly remove?: boolean;
  readonly json?: boolean;
}

/** Declares `kindred doctor`. */
export function doctorCommand(program: Command): void {
  program
    .command('doctor')
    .summary('check this machine, and find what deleted folders left behind')
    .description(
      'Checks that this machine can run Kindred: Node, model files, ports, disk. Names databases and servers of folders ' +
        'that no longer exist.',
    )
    .option('--remove', 'delete the data of folders that no longer exist, and end servers on such data')
    .option('--json', 'print the report as one JSON value')
    .addHelpText(
      'after',
      helpAfter({
        environment: { KINDRED_DATA_DIR: 'the data folder that is checked, default .kindred' },
        exitCodes: { 0: 'every check passed', 1: 'a check failed', 78: 'a setting is wrong' },
      }),
    )
    .action(async ({ remove = false, json = false }: DoctorFlags) => {
      const { doctor, reportText } = await import('@kindred/infra/doctor');
      const report = await doctor({ remove });
      console.log(json ? JSON.stringify(report) : reportText(report));
      process.exitCode = report.checks.some(({ state }) => state === 'failed') ? 1 : 0;
    });
}
