import type { DocumentNode, Token } from 'graphql';
import { LRUCache } from 'lru-cache';

/**
 * Operations that were parsed and validated, so that the same text is not parsed for each request. Apollo's own store
 * counts a document by its JSON; in memory it takes four times as much.
 */
export interface DocumentStore {
  readonly get: (key: string) => Promise<DocumentNode | undefined>;
  readonly set: (key: string, document: DocumentNode) => Promise<void>;
  readonly delete: (key: string) => Promise<boolean>;
}

/** Bound on all documents, in bytes: some 1,000 operations of ordinary size. */
const maxDocumentBytes = 32 * 1024 * 1024;

export function createDocumentStore(maxBytes = maxDocumentBytes): DocumentStore {
  const documents = new LRUCache<string, DocumentNode>({
    maxSize: maxBytes,
    sizeCalculation: documentBytes,
  });
  return {
    get: async (key) => documents.get(key),
    set: async (key, document) => void documents.set(key, document),
    delete: async (key) => documents.delete(key),
  };
}

/** A token with the nodes that it makes: 250 to 500 bytes, as measured. */
const tokenBytes = 500;
const overheadBytes = 1_000;

/** The memory of a document, in bytes: an estimate from above. */
export function documentBytes({ loc }: DocumentNode): number {
  let tokens = 0;
  for (let token: Token | null | undefined = loc?.startToken; token; token = token.next) tokens += 1;
  return overheadBytes + tokens * tokenBytes + (loc?.source.body.length ?? 0) * 2;
}
