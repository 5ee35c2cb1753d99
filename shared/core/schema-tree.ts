import * as z from 'zod';

/** What a schema says of a field, as JSON Schema: as much of it as people are told. */
export interface SchemaField {
  /** What a text must be, where its type does not say it. */
  readonly title?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly SchemaField[];
  readonly items?: SchemaField;
  readonly properties?: Readonly<Record<string, SchemaField>>;
  /** Of a map: what lies under each of its keys. */
  readonly additionalProperties?: SchemaField | false;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
}

/** The fields of a schema, with their defaults and descriptions, as a person may give them. */
export function schemaTree(schema: z.ZodType): SchemaField {
  return z.toJSONSchema(schema, { io: 'input' }) as SchemaField;
}

/** The field under a key, or what lies under any key of a map. */
export function fieldUnder(field: SchemaField | undefined, key: string): SchemaField | undefined {
  const { properties, additionalProperties } = field ?? {};
  if (properties !== undefined && Object.hasOwn(properties, key)) return properties[key];
  return additionalProperties === false ? undefined : additionalProperties;
}
