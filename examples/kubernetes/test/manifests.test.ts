import { readdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { readConfig } from '../../../src/config.ts';
import { settings } from '../../../src/settings.ts';
import { readVersion } from '../../../src/version.ts';
import { hasRedisServer, startRedisServer } from '../../../test/support/redis-server.ts';
import { type RunningGateway, runGateway } from '../../../test/support/running-gateway.ts';
import { secrets } from '../../../test/support/secrets.ts';
import {
  type Container,
  containerOf,
  kustomization,
  type Labels,
  manifest,
  manifests,
  podOf,
  read,
  settingsFile,
} from './manifests.ts';
import { schemaFaults } from './schema-faults.ts';

const gateway = containerOf('machines-gateway');
const deployments = manifests.filter(({ kind }) => kind === 'Deployment');
const portOf = (container: Container, name: string): number | undefined =>
  container.ports.find((port) => port.name === name)?.containerPort;

/** The files of the secrets that README.md makes, by their paths in the container. */
const secretFiles = (path: string): string => {
  const mount = gateway.volumeMounts.find(({ mountPath }) => path.startsWith(`${mountPath}/`));
  if (mount === undefined) throw new Error(`Nothing is mounted at ${path}.`);
  const key = path.slice(mount.mountPath.length + 1);
  const files: Readonly<Record<string, string>> = {
    'azure-client-secret': secrets.clientSecret,
    'redis-url': redisUrl.replace('$password', 'a-password'),
  };
  const file = files[key];
  if (file === undefined) throw new Error(`No secret has ${key}.`);
  return file;
};

const readme = read('README.md');
const [, redisUrl = ''] = /--from-literal=redis-url="([^"]+)"/.exec(readme) ?? [];
const config = readConfig(settingsFile, secretFiles);

describe('the manifests', () => {
  it('are those of all files, each applied', () => {
    const files = readdirSync(new URL('../', import.meta.url)).filter((name) => name.endsWith('.yaml'));
    expect([...kustomization.resources, 'kustomization.yaml'].sort()).toEqual(files.sort());
    expect(manifests.length).toBeGreaterThan(8);
  });

  it.each(manifests.map((object) => [`${object.kind} ${object.metadata.name}`, object] as const))(
    'are valid by the schema of Kubernetes, without a field that it does not have: %s',
    (_, { file: _file, ...object }) => {
      expect(schemaFaults(object)).toEqual([]);
    },
  );

  it('would be found out with a misspelt field, a value of another type or a missing one', () => {
    const { file: _, ...deployment } = structuredClone(manifest('Deployment', 'redis'));
    const [container] = deployment.spec.template.spec.containers;
    container.readinesProbe = { tcpSocket: { port: 'redis' } };
    container.ports[0].containerPort = 'redis';
    delete container.name;
    const at = '/spec/template/spec/containers/0';
    expect(schemaFaults(deployment)).toEqual(
      expect.arrayContaining([
        expect.stringContaining(`${at} must have required property name`),
        expect.stringContaining(`${at}/ports/0/containerPort must be integer`),
        `${at}/readinesProbe is no field`,
      ]),
    );
  });

  it('are all selected by what they select', () => {
    const pods = deployments.map(({ spec }) => spec.template.metadata.labels as Labels);
    const selects = (labels: Labels): number =>
      pods.filter((pod) => Object.entries(labels).every(([name, value]) => pod[name] === value)).length;
    const selectors: Labels[] = manifests.flatMap(({ kind, spec }) => {
      switch (kind) {
        case 'Service':
          return [spec.selector];
        case 'Deployment':
        case 'PodDisruptionBudget':
          return [spec.selector.matchLabels];
        case 'NetworkPolicy':
          return spec.podSelector.matchLabels === undefined ? [] : [spec.podSelector.matchLabels];
        default:
          return [];
      }
    });
    expect(selectors.length).toBeGreaterThan(6);
    for (const selector of selectors) expect([selector, selects(selector)]).toEqual([selector, 1]);
    const { scaleTargetRef } = manifest('HorizontalPodAutoscaler', 'machines-gateway').spec;
    expect(manifest(scaleTargetRef.kind, scaleTargetRef.name).apiVersion).toBe(scaleTargetRef.apiVersion);
  });
});

describe('the settings', () => {
  it('are settings of the gateway', () => {
    const known = Object.keys(settings).flatMap((name) => [name, `${name}_FILE`]);
    expect(Object.keys(settingsFile).filter((name) => !known.includes(name))).toEqual([]);
    expect(kustomization.configMapGenerator.map(({ envs }) => envs)).toEqual([['settings.env']]);
  });

  it('start a gateway that checks its callers, and holds no secret in its environment', () => {
    expect(config.callers.rules.kind).toBe('entra');
    expect(config.http.host).toBe('0.0.0.0');
    for (const name of ['AZURE_CLIENT_SECRET', 'REDIS_URL', 'MACHINES_API_TOKEN']) {
      expect(settingsFile).not.toHaveProperty(name);
    }
    expect(config.quota.redisUrl).toBeDefined();
    expect(config.http.explorer || config.http.introspection || config.http.landingPage).toBe(false);
  });

  it('name the ports of the container, which Service, policy and annotations mean as well', () => {
    expect(portOf(gateway, 'http')).toBe(config.http.port);
    expect(portOf(gateway, 'metrics')).toBe(config.metricsAt?.port);
    const { annotations } = podOf('machines-gateway').metadata;
    expect(annotations).toEqual({
      'prometheus.io/scrape': 'true',
      'prometheus.io/port': String(config.metricsAt?.port),
      'prometheus.io/path': '/metrics',
    });
    for (const { spec, metadata } of manifests.filter(({ kind }) => kind === 'Service')) {
      for (const { targetPort } of spec.ports) {
        expect(portOf(containerOf(metadata.name), targetPort), metadata.name).toBeTypeOf('number');
      }
    }
    const named = manifests
      .filter(({ kind }) => kind === 'NetworkPolicy')
      .flatMap(({ spec }) => [...(spec.ingress ?? []), ...(spec.egress ?? [])])
      .flatMap(({ ports }) => ports.map(({ port }: { readonly port: unknown }) => port))
      .filter((port) => typeof port === 'string');
    const ports = deployments.flatMap(({ metadata }) => containerOf(metadata.name).ports);
    expect(named.length).toBeGreaterThan(3);
    expect(named.filter((name) => !ports.some((port) => port.name === name))).toEqual([]);
  });

  it('have paths of the ingress for callers, under the prefix, which lead to the Service', () => {
    const [{ http }] = manifest('Ingress', 'machines-gateway').spec.rules;
    const prefix = config.http.pathPrefix;
    expect(http.paths.map(({ path }: { readonly path: string }) => path)).toEqual([
      `${prefix}/graphql`,
      `${prefix}/export`,
    ]);
    for (const { pathType, backend } of http.paths) {
      expect(pathType).toBe('Prefix');
      const service = manifest('Service', backend.service.name);
      expect(service.spec.ports.map(({ name }: { readonly name: string }) => name)).toContain(
        backend.service.port.name,
      );
    }
  });

  it('leave a pod time to drain', () => {
    const { drainDelayMs, drainTimeoutMs } = config.http;
    const { terminationGracePeriodSeconds } = podOf('machines-gateway').spec;
    expect(drainDelayMs).toBeGreaterThan(0);
    expect(terminationGracePeriodSeconds * 1_000).toBeGreaterThanOrEqual(
      drainDelayMs + drainTimeoutMs + 5_000,
    );
  });

  it('count all replicas that can run at a time', () => {
    const { strategy, minReadySeconds } = manifest('Deployment', 'machines-gateway').spec;
    const { maxReplicas, behavior } = manifest('HorizontalPodAutoscaler', 'machines-gateway').spec;
    const { maxUnavailable } = manifest('PodDisruptionBudget', 'machines-gateway').spec;
    const { terminationGracePeriodSeconds } = podOf('machines-gateway').spec;
    expect(config.quota.replicas).toBeGreaterThanOrEqual(
      maxReplicas + strategy.rollingUpdate.maxSurge + maxUnavailable,
    );
    expect(minReadySeconds).toBeGreaterThan(terminationGracePeriodSeconds);
    for (const { value, periodSeconds } of behavior.scaleDown.policies) {
      expect(value).toBe(1);
      expect(periodSeconds).toBeGreaterThan(terminationGracePeriodSeconds);
    }
  });
});

describe('the pods', () => {
  it.each(deployments.map(({ metadata }) => metadata.name))(
    'run without rights, as a user by number, on a file system that is only read: %s',
    (name) => {
      const { spec } = podOf(name);
      const container = containerOf(name);
      expect(spec).toMatchObject({ automountServiceAccountToken: false, enableServiceLinks: false });
      expect(spec.securityContext).toMatchObject({
        runAsNonRoot: true,
        runAsUser: expect.any(Number),
        runAsGroup: expect.any(Number),
        seccompProfile: { type: 'RuntimeDefault' },
      });
      expect(spec.securityContext.runAsUser).toBeGreaterThan(0);
      expect(container.securityContext).toEqual({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      });
      for (const quantities of [container.resources.requests, container.resources.limits]) {
        expect(quantities).toEqual({ cpu: expect.any(String), memory: expect.any(String) });
      }
      for (const mount of container.volumeMounts) expect(mount.readOnly).toBe(true);
      expect(spec.volumes.map(({ name: volume }) => volume).sort()).toEqual(
        container.volumeMounts.map(({ name: volume }) => volume).sort(),
      );
    },
  );

  it('run as the user of the image, in the version of this project', () => {
    const dockerfile = read('../../Dockerfile');
    const [, user = '', group = ''] = /^USER (\d+):(\d+)$/m.exec(dockerfile) ?? [];
    expect(podOf('machines-gateway').spec.securityContext).toMatchObject({
      runAsUser: Number(user),
      runAsGroup: Number(group),
    });
    expect(dockerfile).toContain(`\nARG VERSION=${readVersion()}\n`);
    expect(kustomization.images.find(({ name }) => name === gateway.image)?.newTag).toBe(readVersion());
  });

  it('have secrets that README.md makes, with the keys that are read', () => {
    const used = deployments.flatMap(({ metadata }) =>
      podOf(metadata.name).spec.volumes.flatMap(({ secret }) =>
        secret === undefined ? [] : [secret.secretName],
      ),
    );
    const made = [...readme.matchAll(/create secret generic ([\w-]+)/g)].map(([, name]) => name);
    expect(made.sort()).toEqual(used.sort());
    expect(readme).toContain('--from-file=azure-client-secret=');
    expect(readme).toContain('--from-file=users.acl');
  });
});

describe('the probes', () => {
  let running: RunningGateway;
  beforeAll(async () => {
    const { PATH_PREFIX = '' } = settingsFile;
    running = await runGateway({ environment: { PATH_PREFIX, METRICS_PORT: '0' } });
  });
  afterAll(() => running.close());

  it.each(['startupProbe', 'livenessProbe', 'readinessProbe'] as const)(
    'ask what the gateway answers with 200 on that port: %s',
    async (name) => {
      const { path = '', port = '' } = gateway[name].httpGet ?? {};
      const address = port === 'metrics' ? running.gateway.metricsUrl : running.gateway.url;
      expect((await fetch(`${address}${path}`)).status).toBe(200);
    },
  );

  it('go on with the process alone while it drains, and ask about callers on their port', () => {
    expect(gateway.livenessProbe.httpGet).toEqual({ path: '/healthz', port: 'metrics' });
    expect(gateway.readinessProbe.httpGet).toEqual({ path: '/readyz', port: 'http' });
  });
});

describe('the network policies', () => {
  it('close what is not named', () => {
    expect(manifest('NetworkPolicy', 'nothing-else').spec).toEqual({
      podSelector: {},
      policyTypes: ['Ingress', 'Egress'],
    });
  });

  it('let the gateway alone to Redis, and Redis nowhere', () => {
    const { spec } = manifest('NetworkPolicy', 'redis');
    expect(spec.egress).toBeUndefined();
    expect(spec.policyTypes).toContain('Egress');
    const { labels } = podOf('machines-gateway').metadata;
    expect(spec.ingress).toEqual([
      { from: [{ podSelector: { matchLabels: labels } }], ports: [{ protocol: 'TCP', port: 'redis' }] },
    ]);
  });
});

describe('the user of Redis that README.md makes', () => {
  const [, rights = ''] = /^ *user gateway on >\$password (.+)$/m.exec(readme) ?? [];

  it('has the rights that docs/cache-and-quota.md lists, and no other', () => {
    const [, listed = ''] =
      /keys `\{machines-gateway:\*` and the commands `([^`]+)`/.exec(read('../../docs/cache-and-quota.md')) ??
      [];
    const commands = listed.split(/\s+/).map((name) => `+${name}`);
    expect(commands.length).toBeGreaterThan(15);
    expect(rights.split(' ')).toEqual(['resetchannels', '~{machines-gateway:*', '-@all', ...commands]);
  });

  it('is the one of the address, at the Service', () => {
    expect(redisUrl).toBe(
      `redis://gateway:$password@${manifest('Service', 'redis').metadata.name}:${portOf(containerOf('redis'), 'redis')}/0`,
    );
  });

  it.skipIf(!hasRedisServer)(
    'is enough for quota and fleet, on a Redis with the settings of redis.yaml',
    async () => {
      const { args } = containerOf('redis') as Container & { readonly args: readonly string[] };
      const redis = await startRedisServer(args.slice(0, args.indexOf('--aclfile')));
      onTestFinished(redis.kill);
      await redis.send('ACL', 'SETUSER', 'gateway', 'on', '>a-password', ...rights.split(' '));
      const running = await runGateway({
        environment: {
          FLEET: 'on',
          REDIS_URL: redis.url.replace('redis://', 'redis://gateway:a-password@'),
        },
      });
      onTestFinished(running.close);
      const metrics = async (): Promise<string> => (await fetch(`${running.gateway.url}/metrics`)).text();
      await expect.poll(metrics).toContain('machines_gateway_quota_ledger{ledger="redis"} 1');
      await expect.poll(metrics).toContain('machines_gateway_fleet_reads_total{outcome="published"} 1');
      await expect
        .poll(async () => Number((await redis.send('DBSIZE')).replace(/\D/g, '')))
        .toBeGreaterThan(1);
      expect(JSON.stringify(running.lines)).not.toContain('NOPERM');
    },
  );
});
