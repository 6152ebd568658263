import type { z } from 'zod';

/** The errors of a value, as one line for its sender: `order: Invalid option …; latencyMs: Too small …`. */
export function validationText(error: z.ZodError): string {
  return error.issues
    .map(({ path, message }) => (path.length === 0 ? message : `${path.join('.')}: ${message}`))
    .join('; ');
}
