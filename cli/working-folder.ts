import { resolve } from 'node:path';
import { z } from 'zod';

/** Variables that npm sets for a script that it runs. */
export const callerSchema = z.object({
  npm_lifecycle_event: z.string().optional().meta({ isSetByTools: true }),
  INIT_CWD: z.string().optional().meta({ isSetByTools: true }),
});

/**
 * Folder that paths on a command line are relative to: npm itself changes to the project's folder.
 * @param script  The name that the command has in `package.json`.
 */
export function workingFolderOf(
  { npm_lifecycle_event: event, INIT_CWD: called }: z.infer<typeof callerSchema>,
  script: string,
): string {
  return event === script && called !== undefined ? resolve(called) : process.cwd();
}
