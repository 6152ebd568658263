import { describe, expect, it } from 'vitest';
import { cannotBeOfForeignPage, headersForApollo } from '../../src/http/client-headers.ts';

const browser = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0';

const allowed = ['https://dashboard.example'];

describe('a GET', () => {
  it.each([
    ["of a browser's own tab", { 'sec-fetch-site': 'none', 'user-agent': browser }],
    ['of a page of its own origin', { 'sec-fetch-site': 'same-origin', 'user-agent': browser }],
    ['of curl', { 'user-agent': 'curl/8.5.0', accept: '*/*' }],
    ["of Node's fetch", { 'user-agent': 'node', 'sec-fetch-mode': 'cors', accept: '*/*' }],
    [
      'of a page that may ask',
      { origin: 'https://dashboard.example', 'sec-fetch-site': 'cross-site', 'user-agent': browser },
    ],
    ['without any of these headers', {}],
  ])('%s cannot be of a foreign page', (_, headers) => {
    expect(cannotBeOfForeignPage(headers, allowed)).toBe(true);
    expect(headersForApollo('GET', headers, allowed)).toHaveProperty('apollo-require-preflight');
  });

  it.each([
    ['of a page of another site', { 'sec-fetch-site': 'cross-site', 'user-agent': browser }],
    ['of a page of the same site', { 'sec-fetch-site': 'same-site', 'user-agent': browser }],
    ['whose header has a value that is not known', { 'sec-fetch-site': 'elsewhere' }],
    ['whose header is empty', { 'sec-fetch-site': '' }],
    ['of a browser that does not say whose page asks', { 'user-agent': browser }],
    ['of a page that says its origin', { origin: 'https://elsewhere.example', 'user-agent': 'node' }],
  ])('%s may be of a foreign page', (_, headers) => {
    expect(cannotBeOfForeignPage(headers, allowed)).toBe(false);
    expect(headersForApollo('GET', headers, allowed)).toEqual({});
  });
});

describe('a POST', () => {
  it('must prove itself by its content type, from any sender', () => {
    expect(headersForApollo('POST', {}, allowed)).toEqual({});
  });
});

describe('an Accept', () => {
  it.each([
    ['application/vnd.github.v3+json', true],
    ['application/vnd.github.v3+json; charset=utf-8', true],
    ['text/html, application/ld+json', true],
    ['application/json', false],
    ['*/*', false],
    ['text/html', false],
    ['text/html;level=+jsonp', false],
  ])('of %s takes JSON of another kind: %s', (accept, taken) => {
    expect(headersForApollo('POST', { accept }, allowed)).toEqual(
      taken ? { accept: `${accept}, application/json;q=0.1` } : {},
    );
  });
});
