import type { Subnet } from './address.ts';
import type { InputPath } from './bad-input.ts';
import type { IpInterface, Machine, VmMetadata } from './machine.ts';
import type { Moment } from './moment.ts';

/**
 * A filter in negation normal form: what is left of a caller's input once negations are pushed down to the conditions and
 * constants folded away. Both sources answer the same tree: the fleet evaluates it, and odata.ts prints it for upstream,
 * or says why it cannot.
 *
 * `everything` and `nothing` stand at the root only: `and` and `or` of filter.ts fold them away below it.
 */
export type Filter =
  | { readonly kind: 'everything' }
  | { readonly kind: 'nothing' }
  | { readonly kind: 'and' | 'or'; readonly parts: readonly Filter[] }
  | Leaf;

/** A filter without parts. */
export type Leaf = Condition | LatestOfDevice;

/**
 * One test of one property. `negated` is its negation by OData's rules of null, which differ from test to test;
 * {@link Test} says which of them a machine without a value passes. Of a list, no value is the empty list.
 */
export interface Condition {
  readonly kind: 'condition';
  readonly property: FilterProperty;
  readonly test: Test;
  readonly negated: boolean;
  /** Where the caller wrote it, for messages; undefined for what the gateway adds. No part of its meaning. */
  readonly path?: InputPath | undefined;
}

/**
 * A machine is the latest record of its device: one test of the whole fleet, whatever else a filter holds. No machine is
 * without a device, so its negation finds all others.
 */
export interface LatestOfDevice {
  readonly kind: 'latest of device';
  /** The latest of those that the caller may see, so that nothing shows of others. */
  readonly among: DeviceScope;
  readonly negated: boolean;
  /** As that of a condition. */
  readonly path?: InputPath | undefined;
}

/** The device groups whose machines a caller may see. Added to every filter, and checked on every row. */
export type DeviceScope =
  | { readonly kind: 'all' }
  /** `rbacGroupId`s; none of them, no machine. */
  | { readonly kind: 'groups'; readonly groupIds: readonly number[] };

export type Test =
  /** Null is not equal to anything, so it passes the negated test. */
  | { readonly operator: 'eq'; readonly value: Value; readonly ignoreCase: boolean }
  /** Equals one of the values, one at least; null as with `eq`. */
  | { readonly operator: 'in'; readonly values: readonly Value[]; readonly ignoreCase: boolean }
  /** Null fails, and passes the negated test, as OData's `not (…)`. */
  | { readonly operator: 'gt' | 'ge' | 'lt' | 'le'; readonly value: Moment | number }
  /** Compared with the moment at which the snapshot was read. Null fails, negated too. */
  | { readonly operator: 'newerThan' | 'olderThan'; readonly durationMs: number }
  /** Null fails, negated too, as upstream has it. The text is not empty. */
  | {
      readonly operator: 'startsWith' | 'endsWith' | 'contains';
      readonly text: string;
      readonly ignoreCase: boolean;
    }
  | { readonly operator: 'isNull' }
  /** One element of a list equals the value. */
  | { readonly operator: 'has'; readonly value: string; readonly ignoreCase: boolean }
  /** One element of a list equals one of the values, one at least. */
  | { readonly operator: 'hasAny'; readonly values: readonly string[]; readonly ignoreCase: boolean }
  /** One element of a list contains the text, without case. */
  | { readonly operator: 'hasContaining'; readonly text: string }
  /** One address lies in one of the subnets. No address fails, and passes the negated test. */
  | { readonly operator: 'inSubnets'; readonly subnets: readonly Subnet[] };

/** Enums by their name in the schema, GUIDs in lower case. Moments are compared by range only. */
export type Value = string | number | boolean;

/** A property of a machine, or of a part of it. */
export type FilterProperty = ScalarProperty | ListProperty;

/** A property with at most one value a machine. `vmMetadata` says only whether there is any. */
export type ScalarProperty =
  | Exclude<keyof Machine, 'ipAddresses' | 'machineTags'>
  | `vmMetadata.${keyof VmMetadata}`;

/** A property with any number of values a machine. */
export type ListProperty = 'machineTags' | `ipAddresses.${keyof IpInterface}`;
