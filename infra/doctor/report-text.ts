import type { SharedData } from './orphans.ts';
import type { DoctorReport } from './report.ts';

/** The report for a person: one line per finding, without a line end after the last. */
export function reportText({ checks, data, orphans, isRemoved }: DoctorReport): string {
  const lines = checks.map(({ name, state, message }) => `${state.padEnd(8)} ${name.padEnd(6)} ${message}`);
  const advice = isRemoved ? 'removed' : '--remove deletes it';
  for (const each of orphans.data) {
    lines.push(`orphaned data   ${each.path}, ${sizeOf(each)}: ${each.owner} is gone or uses other data (${advice})`);
  }
  const ended = isRemoved ? 'ended' : '--remove ends it';
  for (const { pid, data: folder } of orphans.servers) {
    lines.push(`orphaned server PostgreSQL, process ${pid}, on ${folder} (${ended})`);
  }
  for (const each of data.filter(({ state }) => state === 'unknown')) {
    lines.push(`unknown  data   ${each.path}, ${sizeOf(each)}: no folder is noted that uses it; it stays`);
  }
  if (orphans.data.length + orphans.servers.length === 0)
    lines.push('ok       data   nothing is left of folders that are gone');
  return lines.join('\n');
}

function sizeOf({ bytes }: SharedData): string {
  return `${(bytes / 2 ** 20).toFixed(0)} MiB`;
}
