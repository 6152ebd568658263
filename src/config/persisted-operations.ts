import { ManifestError, readManifest } from '../graphql/operation-manifest.ts';
import type { PersistedOperations } from '../graphql/persisted-operations.ts';
import type { SettingValues } from '../settings.ts';
import type { Report } from './problem.ts';
import { type ReadFile, readNamedFile } from './setting-values.ts';

/** The registered operations, and whether others are allowed. */
export function readPersistedOperations(
  values: Partial<SettingValues>,
  readFile: ReadFile,
  report: Report,
): PersistedOperations {
  const { PERSISTED_OPERATIONS: mode = 'allow', PERSISTED_OPERATIONS_PATH: path } = values;
  const operations = { automatic: values.AUTOMATIC_PERSISTED_QUERIES ?? true, mode };
  if (path === undefined) {
    if (mode === 'require') {
      report('PERSISTED_OPERATIONS_PATH', 'is not set; PERSISTED_OPERATIONS=require needs a manifest');
    }
    return { ...operations, manifest: undefined };
  }
  const onProblem = (problem: string): void => report('PERSISTED_OPERATIONS_PATH', problem);
  const text = readNamedFile(path, readFile, onProblem);
  try {
    return { ...operations, manifest: text === undefined ? undefined : readManifest(text) };
  } catch (error) {
    if (!(error instanceof ManifestError)) throw error;
    onProblem(error.message);
    return { ...operations, manifest: undefined };
  }
}
