import type { TrainingCost } from './training-cost.ts';

/** The cost in one line, for people. */
export function costLine({ items, users, events, memoryMiB, minutes }: TrainingCost): string {
  const number = (value: number): string => value.toLocaleString('en-US');
  const duration = minutes < 1 ? 'less than a minute' : `about ${number(Math.ceil(minutes))} min of an idle machine`;
  return `${number(items)} items, ${number(users)} users, ${number(events)} events: ${duration}, ${number(memoryMiB)} MiB of matrices`;
}
