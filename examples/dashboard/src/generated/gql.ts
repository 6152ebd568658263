/* eslint-disable */
import * as types from './graphql';



/**
 * Map of all GraphQL operations in the project.
 *
 * This map has several performance disadvantages:
 * 1. It is not tree-shakeable, so it will include all operations in the project.
 * 2. It is not minifiable, so the string of a GraphQL query will be multiple times inside the bundle.
 * 3. It does not support dead code elimination, so it will add unused operations.
 *
 * Therefore it is highly recommended to use the babel or swc plugin for production.
 * Learn more about it here: https://the-guild.dev/graphql/codegen/plugins/presets/preset-client#reducing-bundle-size
 */
type Documents = {
    "query FleetPage($filter: MachineFilter, $first: Int!, $after: String) {\n  machines(filter: $filter, first: $first, after: $after) {\n    nodes {\n      id\n      computerDnsName\n      osPlatform\n      version\n      healthStatus\n      riskScore\n      exposureLevel\n      onboardingStatus\n      rbacGroupId\n      rbacGroupName\n      machineTags\n      lastIpAddress\n      lastSeen\n    }\n    pageInfo {\n      hasNextPage\n      endCursor\n    }\n    totalCount\n    asOf\n  }\n}\n\nquery Device($id: ID!) {\n  machine(id: $id) {\n    id\n    computerDnsName\n    firstSeen\n    lastSeen\n    osPlatform\n    osArchitecture\n    osBuild\n    version\n    agentVersion\n    lastIpAddress\n    lastExternalIpAddress\n    ipAddresses {\n      ipAddress\n      macAddress\n      type\n      operationalStatus\n    }\n    healthStatus\n    riskScore\n    exposureLevel\n    onboardingStatus\n    deviceValue\n    rbacGroupId\n    rbacGroupName\n    aadDeviceId\n    isAadJoined\n    machineTags\n    managedBy\n    managedByStatus\n    isPotentialDuplication\n    isExcluded\n    exclusionReason\n    mergedIntoMachineId\n    vmMetadata {\n      vmId\n      cloudProvider\n      resourceId\n      subscriptionId\n    }\n  }\n}\n\nquery Quota {\n  upstreamQuota {\n    windows {\n      seconds\n      limit\n      remaining\n      resetsInSeconds\n    }\n    gate\n    gateOpensInSeconds\n    share\n    waiting\n  }\n}": typeof types.FleetPageDocument,
};
const documents: Documents = {
    "query FleetPage($filter: MachineFilter, $first: Int!, $after: String) {\n  machines(filter: $filter, first: $first, after: $after) {\n    nodes {\n      id\n      computerDnsName\n      osPlatform\n      version\n      healthStatus\n      riskScore\n      exposureLevel\n      onboardingStatus\n      rbacGroupId\n      rbacGroupName\n      machineTags\n      lastIpAddress\n      lastSeen\n    }\n    pageInfo {\n      hasNextPage\n      endCursor\n    }\n    totalCount\n    asOf\n  }\n}\n\nquery Device($id: ID!) {\n  machine(id: $id) {\n    id\n    computerDnsName\n    firstSeen\n    lastSeen\n    osPlatform\n    osArchitecture\n    osBuild\n    version\n    agentVersion\n    lastIpAddress\n    lastExternalIpAddress\n    ipAddresses {\n      ipAddress\n      macAddress\n      type\n      operationalStatus\n    }\n    healthStatus\n    riskScore\n    exposureLevel\n    onboardingStatus\n    deviceValue\n    rbacGroupId\n    rbacGroupName\n    aadDeviceId\n    isAadJoined\n    machineTags\n    managedBy\n    managedByStatus\n    isPotentialDuplication\n    isExcluded\n    exclusionReason\n    mergedIntoMachineId\n    vmMetadata {\n      vmId\n      cloudProvider\n      resourceId\n      subscriptionId\n    }\n  }\n}\n\nquery Quota {\n  upstreamQuota {\n    windows {\n      seconds\n      limit\n      remaining\n      resetsInSeconds\n    }\n    gate\n    gateOpensInSeconds\n    share\n    waiting\n  }\n}": types.FleetPageDocument,
};

/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "query FleetPage($filter: MachineFilter, $first: Int!, $after: String) {\n  machines(filter: $filter, first: $first, after: $after) {\n    nodes {\n      id\n      computerDnsName\n      osPlatform\n      version\n      healthStatus\n      riskScore\n      exposureLevel\n      onboardingStatus\n      rbacGroupId\n      rbacGroupName\n      machineTags\n      lastIpAddress\n      lastSeen\n    }\n    pageInfo {\n      hasNextPage\n      endCursor\n    }\n    totalCount\n    asOf\n  }\n}\n\nquery Device($id: ID!) {\n  machine(id: $id) {\n    id\n    computerDnsName\n    firstSeen\n    lastSeen\n    osPlatform\n    osArchitecture\n    osBuild\n    version\n    agentVersion\n    lastIpAddress\n    lastExternalIpAddress\n    ipAddresses {\n      ipAddress\n      macAddress\n      type\n      operationalStatus\n    }\n    healthStatus\n    riskScore\n    exposureLevel\n    onboardingStatus\n    deviceValue\n    rbacGroupId\n    rbacGroupName\n    aadDeviceId\n    isAadJoined\n    machineTags\n    managedBy\n    managedByStatus\n    isPotentialDuplication\n    isExcluded\n    exclusionReason\n    mergedIntoMachineId\n    vmMetadata {\n      vmId\n      cloudProvider\n      resourceId\n      subscriptionId\n    }\n  }\n}\n\nquery Quota {\n  upstreamQuota {\n    windows {\n      seconds\n      limit\n      remaining\n      resetsInSeconds\n    }\n    gate\n    gateOpensInSeconds\n    share\n    waiting\n  }\n}"): typeof import('./graphql').FleetPageDocument;


export function graphql(source: string) {
  return (documents as any)[source] ?? {};
}
