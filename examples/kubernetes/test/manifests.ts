import { readFileSync } from 'node:fs';
import { parse, parseAllDocuments } from 'yaml';

export interface Port {
  readonly name: string;
  readonly containerPort: number;
}

export interface Probe {
  readonly httpGet?: { readonly path: string; readonly port: string };
}

export interface Container {
  readonly name: string;
  readonly image: string;
  readonly ports: readonly Port[];
  readonly startupProbe: Probe;
  readonly livenessProbe: Probe;
  readonly readinessProbe: Probe;
  readonly resources: { readonly requests: Quantities; readonly limits: Quantities };
  readonly securityContext: Readonly<Record<string, unknown>>;
  readonly volumeMounts: readonly {
    readonly name: string;
    readonly mountPath: string;
    readonly readOnly?: boolean;
  }[];
}

interface Quantities {
  readonly cpu: string;
  readonly memory: string;
}

export interface PodSpec {
  readonly terminationGracePeriodSeconds: number;
  readonly automountServiceAccountToken: boolean;
  readonly enableServiceLinks: boolean;
  readonly securityContext: Readonly<Record<string, unknown>>;
  readonly containers: readonly Container[];
  readonly volumes: readonly { readonly name: string; readonly secret?: { readonly secretName: string } }[];
}

/** An object of Kubernetes. Its schema is checked by tests of their own; here it is taken as it is. */
export interface Manifest {
  readonly file: string;
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly labels?: Labels };
  // biome-ignore lint/suspicious/noExplicitAny: its shape depends on its kind, and is checked by Kubernetes' own schema
  readonly spec: any;
}

export type Labels = Readonly<Record<string, string>>;

export const read = (name: string): string => readFileSync(new URL(`../${name}`, import.meta.url), 'utf8');

export interface Kustomization {
  readonly resources: readonly string[];
  readonly namespace: string;
  readonly images: readonly { readonly name: string; readonly newName: string; readonly newTag: string }[];
  readonly configMapGenerator: readonly { readonly name: string; readonly envs: readonly string[] }[];
}

export const kustomization = parse(read('kustomization.yaml')) as Kustomization;

/** The objects of all files that are applied. */
export const manifests: readonly Manifest[] = kustomization.resources.flatMap((file) =>
  parseAllDocuments(read(file)).map((document) => {
    if (document.errors.length > 0) throw new Error(`${file}: ${document.errors.join(', ')}`);
    return { file, ...(document.toJS() as Omit<Manifest, 'file'>) };
  }),
);

/** @throws where there is none */
export function manifest(kind: string, name: string): Manifest {
  const found = manifests.find((each) => each.kind === kind && each.metadata.name === name);
  if (found === undefined) throw new Error(`There is no ${kind} of the name ${name}.`);
  return found;
}

export const podOf = (
  name: string,
): { readonly metadata: { readonly labels: Labels; readonly annotations: Labels }; readonly spec: PodSpec } =>
  manifest('Deployment', name).spec.template;

/** The only container of a pod. */
export function containerOf(name: string): Container {
  const [container, ...others] = podOf(name).spec.containers;
  if (container === undefined || others.length > 0)
    throw new Error(`The pod ${name} must have one container.`);
  return container;
}

/** The settings of the ConfigMap. */
export const settingsFile: Readonly<Record<string, string>> = Object.fromEntries(
  read('settings.env')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
);
