import { BlockList, isIP, isIPv4 } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addressKey, parseSubnet } from '../../src/machines/address.ts';
import { cases } from '../support/cases.ts';

const family = (address: string) => (isIPv4(address) ? ('ipv4' as const) : ('ipv6' as const));
const address = fc.oneof(
  fc.ipV4(),
  fc.ipV6(),
  fc.constantFrom('::ffff:10.0.0.1', '::FFFF:0a00:1', '::', '1::', '::1:2', '10.0.0.1', '10.0.255.255'),
);

describe('an address', () => {
  it('is read where Node reads one', () => {
    const odd = fc.constantFrom(
      '1.2.3',
      '1.2.3.256',
      '::1::',
      ':::',
      '1:2:3:4:5:6:7',
      '1:2:3:4:5:6:7:8:9',
      'g::',
      '',
    );
    const likely = fc.string({
      unit: fc.constantFrom('1', 'f', ':', '::', '.', '0', '255', ':1:'),
      maxLength: 12,
    });
    fc.assert(
      fc.property(fc.oneof(address, odd, likely), (text) => {
        // A leading zero makes an IPv4 address doubtful; here it is one.
        fc.pre(!/(^|[.:])0\d+\./.test(text) && !/\.0\d/.test(text));
        expect(addressKey(text) !== undefined).toBe(isIP(text) !== 0);
      }),
      { numRuns: cases(5_000) },
    );
  });

  it('lies in a subnet where Node says so', () => {
    fc.assert(
      fc.property(address, address, fc.nat({ max: 128 }), (text, network, wanted) => {
        const prefix = Math.min(wanted, isIPv4(network) ? 32 : 128);
        // Node takes a short prefix of a mapped address for one of IPv6 alone.
        fc.pre(isIPv4(network) || !/^::ffff:/i.test(network));
        const list = new BlockList();
        list.addSubnet(network, prefix, family(network));
        const subnet = parseSubnet(`${network}/${prefix}`);
        const key = addressKey(text);
        if (subnet === undefined || key === undefined) throw new Error('not read');
        fc.pre(isIPv4(network) || !key.startsWith('4'));
        expect(key >= subnet.first && key <= subnet.last).toBe(list.check(text, family(text)));
      }),
      { numRuns: cases(5_000) },
    );
  });

  it('is the same in every spelling', () => {
    expect(addressKey('FE80:0:0::1')).toBe(addressKey('fe80::1'));
    expect(addressKey('::ffff:10.0.0.1')).toBe(addressKey('10.0.0.1'));
    expect(parseSubnet('::ffff:10.4.0.0/112')).toEqual(parseSubnet('10.4.0.0/16'));
  });

  it.each(['10.0.0.0/33', '::/129', '10.0.0.0/', '10.0.0.0/8/8', '10.0.0.0/-1', 'ten/8', ''])(
    '%j is no subnet',
    (text) => {
      expect(parseSubnet(text)).toBeUndefined();
    },
  );
});
