import { endProgressBars } from './console/progress-bar.ts';
import { failureOf } from './failure.ts';
import { kindredProgram } from './program.ts';

// The program `kindred`. Its commands set the exit code, or throw.
const program = kindredProgram();
let running = program.name();
program.hook('preSubcommand', (_, command) => {
  running = command.name();
});
try {
  await program.parseAsync();
} catch (error) {
  const { text, exitCode } = failureOf(error);
  endProgressBars();
  if (text !== undefined) console.error(`${running}: ${text}`);
  process.exitCode = exitCode;
}
