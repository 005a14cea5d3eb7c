import { z } from 'zod';

/** An environment variable as one program reads it. */
export interface Variable {
  readonly name: string;
  /** Meaning, without a full stop at the end; empty where the schema has none. */
  readonly description: string;
  /** Accepted values in words; empty where the schema has none. */
  readonly range: string;
  /** Default in words; `undefined` for a variable that must be set, empty for one that may be missing. */
  readonly default: string | undefined;
}

/** Reads the variables of a schema, in its order; variables that tools set are left out. */
export function variablesOf(schema: z.ZodObject): readonly Variable[] {
  return Object.entries(schema.shape).flatMap(([name, field]) => {
    const layers = [...layersOf(field)];
    const noted = <Key extends keyof z.GlobalMeta>(key: Key): z.GlobalMeta[Key] | undefined =>
      layers.map((layer) => z.globalRegistry.get(layer)?.[key]).find((value) => value !== undefined);
    if (noted('isSetByTools')) return [];
    const description = noted('description') ?? '';
    const range = noted('range') ?? optionsOf(layers);
    return [{ name, description, range, default: noted('shownDefault') ?? defaultOf(layers) }];
  });
}

/** A schema and those that it wraps, outermost first; of a pipe its input first. */
function* layersOf(schema: z.core.$ZodType): Generator<z.core.$ZodType> {
  yield schema;
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodOptional) yield* layersOf(schema.def.innerType);
  if (schema instanceof z.ZodPipe) {
    yield* layersOf(schema.def.in);
    yield* layersOf(schema.def.out);
  }
}

function optionsOf(layers: readonly z.core.$ZodType[]): string {
  const options = layers.find((layer) => layer instanceof z.ZodEnum)?.options ?? [];
  return options.map((option) => `\`${option}\``).join(', ');
}

function defaultOf(layers: readonly z.core.$ZodType[]): string | undefined {
  const layer = layers.find((each) => each instanceof z.ZodDefault);
  if (layer === undefined) return layers.some((each) => each instanceof z.ZodOptional) ? '' : undefined;
  const text = String(layer.def.defaultValue);
  return text === '' ? '' : `\`${text}\``;
}
