import { type AttributeValue, itemSchema } from '@kindred/shared/catalog';
import { eventSchema } from '@kindred/shared/event';
import { DataError } from '../dataset-folder/data-error.ts';
import { plainNumber } from '../dataset-folder/plain-number.ts';
import type { RowKind } from './row.ts';

/** The columns of a CSV or TSV file, by its header. */
export interface CsvColumns {
  /** The kind of every row of the file. */
  readonly kind: RowKind;
  readonly count: number;
  /** The fields of a row; an empty cell is absent. A cell that is not of its field's type stays text, for the server to refuse. */
  fieldsOf(cells: readonly string[]): Record<string, unknown>;
}

const ATTRIBUTE = 'attributes.';
const ITEM_FIELDS = Object.keys(itemSchema.shape).filter((field) => field !== 'attributes');
const EVENT_FIELDS = Object.keys(eventSchema.shape);

/**
 * @param where  Names the header in errors: `books.csv:1`.
 * @throws {DataError} for a column that no row could have, since every row would be refused for it.
 */
export function columnsOf(header: readonly string[], where: string): CsvColumns {
  const names = header.map((name) => name.trim());
  const kind = names.includes('user') || names.includes('item') ? 'event' : 'item';
  const mistakes = [...names.keys()].flatMap((place) => mistakeOf(names, place, kind) ?? []);
  if (mistakes.length > 0) throw new DataError(`${where}: ${mistakes.join('; ')}`);
  return {
    kind,
    count: names.length,
    fieldsOf: (cells) => {
      const fields: [string, unknown][] = [];
      const attributes: [string, AttributeValue][] = [];
      for (const [place, name] of names.entries()) {
        const cell = cells[place] ?? '';
        if (cell === '') continue;
        if (name.startsWith(ATTRIBUTE)) attributes.push([name.slice(ATTRIBUTE.length), exactNumber(cell) ?? cell]);
        else fields.push([name, valueOfCell(name, cell)]);
      }
      if (attributes.length > 0) fields.push(['attributes', Object.fromEntries(attributes)]);
      return Object.fromEntries(fields);
    },
  };
}

function mistakeOf(names: readonly string[], place: number, kind: RowKind): string | undefined {
  const name = names[place] ?? '';
  if (name === '') return `column ${place + 1} has no name`;
  if (names.indexOf(name) !== place) return `the column ${JSON.stringify(name)} is there twice`;
  if (kind === 'event') {
    return EVENT_FIELDS.includes(name)
      ? undefined
      : `${JSON.stringify(name)} is not a field of an event; those are ${EVENT_FIELDS.join(', ')}`;
  }
  if (ITEM_FIELDS.includes(name) || (name.startsWith(ATTRIBUTE) && name.length > ATTRIBUTE.length)) return undefined;
  return `${JSON.stringify(name)} is not a field of an item; call it ${JSON.stringify(ATTRIBUTE + name)} to have it as an attribute`;
}

function valueOfCell(name: string, cell: string): unknown {
  switch (name) {
    case 'tags':
    case 'categories':
      return labelsOf(cell);
    case 'value':
    case 'position':
      return plainNumber(cell.trim()) ?? cell;
    case 'available':
      return flagOf(cell.trim().toLowerCase()) ?? cell;
    default:
      return cell;
  }
}

/** Splits at `|` if the cell has one, else at `;`. */
function labelsOf(cell: string): string[] {
  return cell
    .split(cell.includes('|') ? '|' : ';')
    .map((label) => label.trim())
    .filter((label) => label !== '');
}

function flagOf(cell: string): boolean | undefined {
  if (cell === 'true') return true;
  return cell === 'false' ? false : undefined;
}

/** Reads a number that is written as one: `007`, a card number of 20 digits and `1e5` are names, which a number would change. */
function exactNumber(cell: string): number | undefined {
  if (!/^-?(0|[1-9]\d*)(\.\d+)?$/.test(cell)) return undefined;
  const number = Number(cell);
  return Math.abs(number) <= Number.MAX_SAFE_INTEGER ? number : undefined;
}
