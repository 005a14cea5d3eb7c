import { DENSE_ITEMS_MAX } from '../item-item/prepared-catalog.ts';
import type { TrainingCost } from './training-cost.ts';

/** The cost in one line, for people. */
export function costLine({ items, users, events, memoryMiB, minutes }: TrainingCost): string {
  const number = (value: number): string => value.toLocaleString('en-US');
  const size = `${number(items)} items, ${number(users)} users, ${number(events)} events`;
  const holders = items > DENSE_ITEMS_MAX ? 'matrices and items' : 'matrices';
  return `${size}: ${durationOf(minutes)}, ${number(memoryMiB)} MiB of ${holders}`;
}

function durationOf(minutes: number): string {
  if (minutes < 1) return 'less than a minute';
  const rounded = Math.ceil(minutes);
  if (rounded < 120) return `about ${rounded} min of an idle machine`;
  return `about ${Math.ceil(minutes / 60).toLocaleString('en-US')} h of an idle machine`;
}
