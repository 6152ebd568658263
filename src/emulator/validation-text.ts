import type { z } from 'zod';

/** What a value fails by, as one line for whoever sent it: `order: Invalid option …; latencyMs: Too small …`. */
export function validationText(error: z.ZodError): string {
  return error.issues
    .map(({ path, message }) => (path.length === 0 ? message : `${path.join('.')}: ${message}`))
    .join('; ');
}
