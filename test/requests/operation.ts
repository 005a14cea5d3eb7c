import type { JsonSchema } from './json-schema.ts';

interface Parameter {
  readonly in: 'path' | 'query' | 'header';
  readonly name: string;
  readonly required?: boolean;
  readonly schema: JsonSchema;
}

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, DocumentedOperation>>>>;
}

interface DocumentedOperation {
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: JsonSchema }>> };
}

/** One method of one address, as its server documents it. */
export interface Operation {
  readonly url: string;
  readonly method: string;
  /** With parameters in braces. */
  readonly path: string;
  /** Each part as an object of its parameters. */
  readonly parts: Readonly<Record<Parameter['in'], JsonSchema>>;
  /** Of the JSON body. */
  readonly body: JsonSchema | undefined;
}

/** The operations that a server's `/openapi.json` documents. */
export async function operationsOf(url: string): Promise<readonly Operation[]> {
  const document: Document = JSON.parse(await (await fetch(`${url}/openapi.json`)).text());
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { parameters = [], requestBody }]) => {
      const part = (where: Parameter['in']): JsonSchema => partOf(parameters.filter((one) => one.in === where));
      return {
        url,
        method: method.toUpperCase(),
        path,
        parts: { path: part('path'), query: part('query'), header: part('header') },
        body: requestBody?.content['application/json']?.schema,
      };
    }),
  );
}

function partOf(parameters: readonly Parameter[]): JsonSchema {
  return {
    type: 'object',
    properties: Object.fromEntries(parameters.map(({ name, schema }) => [name, schema])),
    required: parameters.filter(({ required }) => required === true).map(({ name }) => name),
    additionalProperties: false,
  };
}
