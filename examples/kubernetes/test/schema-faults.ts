import { createRequire } from 'node:module';

/** A class of `kubernetes-models`. Its `validate` reads an object by the schema of its kind, which ajv has compiled. */
interface Model {
  /** @throws {Error} that lists what is wrong, by paths */
  readonly prototype: { readonly validate: (this: object) => void };
}

const load = createRequire(import.meta.url);

/** `apps/v1`, `Deployment` → the class of that kind. */
function modelOf(apiVersion: string, kind: string): Model {
  const models = load(`kubernetes-models/${apiVersion}`) as Readonly<Record<string, Model>>;
  const model = models[kind];
  if (model === undefined) throw new Error(`Kubernetes has no ${kind} in ${apiVersion}.`);
  return model;
}

/**
 * What is wrong with an object by the schema of its kind: values of another type, missing ones, and fields that there are
 * not. Of the last the schemas say nothing, as Kubernetes passes over them; they are the fields that a check never reads.
 */
export function schemaFaults(object: {
  readonly apiVersion: string;
  readonly kind: string;
}): readonly string[] {
  const fieldsRead = new Set<string>();
  const faults: string[] = [];
  try {
    modelOf(object.apiVersion, object.kind).prototype.validate.call(watched(object, '', fieldsRead));
  } catch (error) {
    faults.push(error instanceof Error ? error.message : String(error));
  }
  const unread = fieldsOf(object, '').filter((field) => !fieldsRead.has(field));
  return [...faults, ...unread.map((field) => `${field} is no field`)];
}

/** Notes each field that is read, by its path. */
function watched(value: object, path: string, fieldsRead: Set<string>): object {
  return new Proxy(value, {
    get(target, key) {
      const held: unknown = Reflect.get(target, key);
      if (typeof key === 'symbol') return held;
      const field = `${path}/${key}`;
      fieldsRead.add(field);
      return typeof held === 'object' && held !== null ? watched(held, field, fieldsRead) : held;
    },
  });
}

const fieldsOf = (value: unknown, path: string): readonly string[] =>
  typeof value !== 'object' || value === null
    ? []
    : Object.entries(value).flatMap(([key, held]) => [`${path}/${key}`, ...fieldsOf(held, `${path}/${key}`)]);
