/**
 * @generated SignedSource<<66ee3f821573ae2eb01fba76ec766823>>
 * @lightSyntaxTransform
 */

/* tslint:disable */
/* eslint-disable */
// @ts-nocheck

import { ReaderFragment } from 'relay-runtime';
export type MachineRiskScore = "HIGH" | "INFORMATIONAL" | "LOW" | "MEDIUM" | "NONE" | "UNRECOGNIZED" | "%future added value";
import { FragmentRefs } from "relay-runtime";
export type FleetListRow_machine$data = {
  readonly computerDnsName: string | null | undefined;
  readonly id: string;
  readonly riskScore: MachineRiskScore | null | undefined;
  readonly " $fragmentType": "FleetListRow_machine";
};
export type FleetListRow_machine$key = {
  readonly " $data"?: FleetListRow_machine$data;
  readonly " $fragmentSpreads": FragmentRefs<"FleetListRow_machine">;
};

import FleetListRowRefetchQuery_graphql from './FleetListRowRefetchQuery.graphql';

const node: ReaderFragment = {
  "argumentDefinitions": [],
  "kind": "Fragment",
  "metadata": {
    "refetch": {
      "connection": null,
      "fragmentPathInResult": [
        "node"
      ],
      "operation": FleetListRowRefetchQuery_graphql,
      "identifierInfo": {
        "identifierField": "id",
        "identifierQueryVariableName": "id"
      }
    }
  },
  "name": "FleetListRow_machine",
  "selections": [
    {
      "alias": null,
      "args": null,
      "kind": "ScalarField",
      "name": "id",
      "storageKey": null
    },
    {
      "alias": null,
      "args": null,
      "kind": "ScalarField",
      "name": "computerDnsName",
      "storageKey": null
    },
    {
      "alias": null,
      "args": null,
      "kind": "ScalarField",
      "name": "riskScore",
      "storageKey": null
    }
  ],
  "type": "Machine",
  "abstractKey": null
};

(node as any).hash = "fbb8b3981eb70c1eda21738b4779b8ef";

export default node;
