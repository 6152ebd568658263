const guid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/**
 * Whether a text is a GUID and nothing more. OData writes GUIDs bare, so nothing else may pass here; the schema's UUID
 * scalar also lets a stray closing brace through.
 */
export function isGuid(text: string): boolean {
  return guid.test(text);
}
