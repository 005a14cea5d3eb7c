import type { RunHeader } from '../measure/run-header.ts';

/** Place and time of a measurement, in two lines below its tables. */
export function runLine({ commit, date, machine, loadBefore, seed, dataHash, parameters }: RunHeader): string {
  const { cpu, cores, memoryGb, node, os } = machine;
  const settings = Object.entries(parameters).map(([name, value]) => `${name} ${value}`);
  return [
    `Measured ${date.slice(0, 10)} at commit \`${commit}\` on ${cpu}, ${cores} cores, ${memoryGb} GB, ${os}, Node ${node.replace(/^v/, '')}, load ${loadBefore} before the run; seed ${seed}, data \`${dataHash.slice(0, 12)}\`.`,
    `Parameters: ${settings.join(', ')}.`,
  ].join('\n');
}
